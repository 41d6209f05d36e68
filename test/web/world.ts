import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { createServer } from '../../src/api/server.ts'
import { serveWeb } from '../../src/api/web.ts'
import { readConfig } from '../../src/config.ts'
import { createNotifier } from '../../src/db/notify.ts'
import { connectMailbox, startMailbox } from '../../src/dev/mailbox.ts'
import { freePort } from '../../src/dev/port.ts'
import { readTemplateFiles } from '../../src/dev/sample/template-files.ts'
import { createSource, createSpace, createToken } from '../../src/space/space.ts'
import { startWorker } from '../../src/worker.ts'
import { freshDatabase } from '../support/database.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'

const SPACE = 'spa_web'
const TOKEN = 'token_of_spa_web'
const NAMES = ['Ann Reyes', 'Bo Lindqvist', 'Carla Ortiz', 'Dev Patel', 'Emma Novak', 'Farid Haddad', 'Grace Kim', 'Hugo Martin']

export type World = {
  readonly url: string
  readonly call: <T>(method: string, path: string, body?: unknown) => Promise<T>
}

/** Debian's or anybody's Chromium, where there is one. */
export const findChromium = (): string | undefined =>
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'].find((path) =>
    existsSync(path),
  )

const callsOf = (name: string, index: number): readonly object[] => {
  const userId = `u${index + 1}`
  const email = `${name.toLowerCase().replace(' ', '.')}@example.com`
  const hoursAgo = (n: number): string => new Date(Date.now() - n * 3_600_000).toISOString()
  const order = (n: number): object => ({
    type: 'track',
    event: 'Order Completed',
    userId,
    messageId: `${userId}-${n}`,
    timestamp: hoursAgo(24 * n + index),
    properties: { revenue: 20 + 5 * n, currency: 'USD' },
  })
  const identify = {
    type: 'identify',
    userId,
    messageId: `${userId}-0`,
    timestamp: hoursAgo(500),
    traits: { name, email, plan: index % 2 ? 'pro' : 'free' },
    context: { messaging_subscriptions: [{ key: email, type: 'EMAIL', status: index === 1 ? 'UNSUBSCRIBED' : 'SUBSCRIBED' }] },
  }
  // The first five bought twice or more, the others once.
  return [identify, order(1), ...(index < 5 ? [order(2)] : []), ...(index === 0 ? [order(3)] : [])]
}

const AUDIENCE = {
  name: 'Repeat buyers',
  key: 'repeat_buyers',
  definition: {
    condition: {
      type: 'event',
      event: { name: 'Order Completed' },
      measure: { kind: 'count' },
      compare: { operator: 'at_least', value: 2 },
    },
  },
}
const JOURNEY = {
  name: 'Thank you',
  key: 'thank_you',
  description: 'Writes to repeat buyers, then waits.',
  definition: {
    entry: { type: 'audience', audience: 'repeat_buyers', frequency: 'once', existing: true },
    start: 'hello',
    steps: {
      hello: { type: 'send', channel: 'email', template: 'win_back', next: 'wait' },
      wait: { type: 'delay', for: '2 days', next: 'plan' },
      plan: {
        type: 'split',
        branches: [
          {
            name: 'Pro',
            condition: { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } },
            next: 'again',
          },
        ],
        otherwise: { name: 'Everyone else', next: null },
      },
      again: { type: 'send', channel: 'email', template: 'win_back', next: null },
    },
  },
}

const callerOf =
  (url: string): World['call'] =>
  async (method, path, body) => {
    const answer = await fetch(`${url}/spaces/${SPACE}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (JSON.parse(text) as { data: never }).data
  }

const fill = async (url: string, call: World['call']): Promise<void> => {
  const batch = NAMES.flatMap(callsOf)
  const sent = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('key_web:')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch }),
  })
  if (!sent.ok) throw new Error(`batch: ${sent.status} ${await sent.text()}`)
  const template = readTemplateFiles().find(({ key }) => key === 'win_back')
  await call('POST', '/templates', template)
  await call('POST', '/audiences', AUDIENCE)
  await until('the audience to be live', async () => {
    const { audience } = await call<{ audience: { status: string; size: { count: number } } }>('GET', '/audiences/repeat_buyers')
    return audience.status === 'Live' && audience.size.count === 5
  })
  await call('POST', '/journeys', JOURNEY)
  await call('POST', '/journeys/thank_you/publish', {})
  await until('the messages to be sent', async () => {
    const { messages } = await call<{ messages: readonly { status: string }[] }>('GET', '/messages?status=sent')
    return messages.length === 4
  })
}

/** Everything that runs in production, on a fresh database, with the app in front and eight people behind it. */
export const startWorld = async (): Promise<World> => {
  const database = await freshDatabase()
  const temporal = await freshTemporal()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const mailbox = await startMailbox({ host: '127.0.0.1', httpPort: 0, smtpPort: 0, webhook: url })
  const config = readConfig({
    USHER_LOG: 'silent',
    USHER_PORT: String(port),
    USHER_DEV_TOKEN: TOKEN,
    USHER_MAILBOX_URL: mailbox.httpUrl,
    USHER_EVALUATE_EVERY: '1 second',
  })
  const { notify, close } = createNotifier(database.pool)
  const now = new Date()
  await createSpace(database.db, { id: SPACE, slug: 'web', name: 'Corner Shop' }, now)
  await createSource(database.db, { spaceId: SPACE, id: 'src_web', name: 'Shop', kind: 'server', writeKey: 'key_web' }, now)
  await createToken(database.db, { spaceId: SPACE, name: 'test', secret: TOKEN }, now)
  await connectMailbox(database.db, SPACE, mailbox, now)
  const door = { db: database.db, config, now: () => new Date(), random: (n: number) => randomBytes(n), notify }
  const server = await createServer(door)
  await serveWeb(server)
  await server.listen({ host: '127.0.0.1', port })
  const worker = await startWorker(
    { ...config, databaseUrl: database.url, temporalAddress: temporal.address },
    pino({ level: 'silent' }),
  )
  afterAll(async () => {
    await worker.stop()
    server.server.closeAllConnections()
    await server.close()
    await mailbox.stop()
    close()
  })
  const call = callerOf(url)
  await fill(url, call)
  return { url, call }
}
