import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { must } from '../../src/base/must.ts'

/** What goes wrong with one request: too many come, nobody is there, or it is stored and the answer is lost on the way. */
export type Fault = 'too many' | 'away' | 'lost'

/** A tracking request as it came by, and what it was answered; `undefined` where the answer was lost. */
export type Passed = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly messageIds: readonly string[]
  /** What the door did to it. */
  readonly fault: Fault | undefined
  readonly status: number | undefined
  readonly at: number
}

export type Door = {
  readonly url: string
  readonly passed: readonly Passed[]
  /** The next tracking requests meet these, one each; those after them pass. */
  readonly trouble: (faults: readonly Fault[]) => void
  /** Troubles that nobody met yet are over. */
  readonly calm: () => void
  readonly close: () => Promise<void>
}

/** As Usher answers them, which other tests show. */
const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after, x-ratelimit-reset' }
const ANSWERS = {
  'too many': { status: 429, headers: { ...CORS, 'retry-after': '1', 'x-ratelimit-reset': '1' }, code: 'rate_limited' },
  away: { status: 503, headers: { ...CORS, 'retry-after': '1' }, code: 'database_away' },
} as const

const whole = async (message: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

type Body = { readonly batch?: readonly { readonly messageId: string }[]; readonly messageId?: string }

const messageIdsIn = (raw: Buffer): readonly string[] => {
  const body = JSON.parse((raw[0] === 0x1f ? gunzipSync(raw) : raw).toString('utf8')) as Body
  return (body.batch ?? [body]).map(({ messageId }) => must(messageId, 'the id of a call'))
}

const handOn = (to: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { host: _, connection: __, ...kept } = headers
    const onward = request(new URL(url ?? '/', to), { method, headers: kept }, resolve)
    onward.once('error', reject)
    onward.end(body)
  })

const isTracking = ({ method, url }: IncomingMessage): boolean => method === 'POST' && !/^\/v1\/m$/.test(url ?? '')

/** A door before Usher that has its troubles, and keeps what came by. What stands before it, as a page, is handed what `serve` does not take. */
export const openDoor = async (
  to: string,
  serve: (asked: IncomingMessage, answer: ServerResponse) => boolean = () => false,
): Promise<Door> => {
  const passed: Passed[] = []
  const waiting: Fault[] = []
  const handle = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    if (serve(asked, answer)) return
    const body = await whole(asked)
    const fault = isTracking(asked) ? waiting.shift() : undefined
    const keep = (status: number | undefined): void => {
      if (!isTracking(asked)) return
      passed.push({
        path: asked.url ?? '',
        headers: asked.headers,
        messageIds: messageIdsIn(body),
        fault,
        status,
        at: Date.now(),
      })
    }
    if (fault === 'too many' || fault === 'away') {
      const { status, headers, code } = ANSWERS[fault]
      keep(status)
      answer.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify({ error: { code } }))
      return
    }
    const onward = await handOn(to, asked, body)
    const said = await whole(onward)
    keep(fault === 'lost' ? undefined : onward.statusCode)
    if (fault === 'lost') asked.socket.destroy()
    else answer.writeHead(onward.statusCode ?? 502, onward.headers).end(said)
  }
  const server = createServer((asked, answer) => {
    handle(asked, answer).catch(() => asked.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    passed,
    trouble: (faults) => void waiting.push(...faults),
    calm: () => void waiting.splice(0),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
