import { createHmac, generateKeyPairSync, sign } from 'node:crypto'

/** One event as SendGrid's event webhook writes it. */
export type MailEvent = Readonly<Record<string, string | number>>

/** How the mailbox reports back, signed as the providers sign. What cannot be delivered is dropped: it is a sandbox. */
export type Callbacks = {
  readonly publicKey: string
  /** Queues an event; events of one address go out together, at most 100 ms later. */
  readonly mailEvent: (url: string, event: MailEvent) => void
  readonly form: (url: string, authToken: string, params: Readonly<Record<string, string>>) => Promise<void>
  readonly close: () => Promise<void>
}

/** The signature of Twilio's webhooks: HMAC-SHA1 over the address and the sorted parameters. */
export const twilioSignature = (authToken: string, url: string, params: Readonly<Record<string, string>>): string => {
  const text = Object.keys(params)
    .sort()
    .reduce((sum, key) => sum + key + params[key], url)
  return createHmac('sha1', authToken).update(text).digest('base64')
}

const TOGETHER_MS = 100

export const createCallbacks = (now: () => Date): Callbacks => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const queues = new Map<string, MailEvent[]>()
  const timers = new Set<NodeJS.Timeout>()
  const underWay = new Set<Promise<void>>()
  const post = (url: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> => {
    const call = fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) })
      .then((answer) => answer.arrayBuffer())
      .then(() => {})
      .catch(() => {})
    underWay.add(call)
    return call.finally(() => underWay.delete(call))
  }
  const flush = (url: string): void => {
    const body = JSON.stringify(queues.get(url) ?? [])
    queues.delete(url)
    const timestamp = String(Math.floor(now().getTime() / 1000))
    const signature = sign('sha256', Buffer.from(timestamp + body), privateKey).toString('base64')
    void post(
      url,
      {
        'content-type': 'application/json',
        'x-twilio-email-event-webhook-signature': signature,
        'x-twilio-email-event-webhook-timestamp': timestamp,
      },
      body,
    )
  }
  const later = (url: string): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      flush(url)
    }, TOGETHER_MS)
    timers.add(timer)
  }
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    mailEvent: (url, event) => {
      const queue = queues.get(url)
      if (queue) queue.push(event)
      else {
        queues.set(url, [event])
        later(url)
      }
    },
    form: (url, authToken, params) =>
      post(
        url,
        {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': twilioSignature(authToken, url, params),
        },
        new URLSearchParams(params).toString(),
      ),
    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(underWay)
    },
  }
}
