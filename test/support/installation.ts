import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { createServer } from '../../src/api/server.ts'
import { serveWeb } from '../../src/api/web.ts'
import { readConfig } from '../../src/config.ts'
import { createNotifier } from '../../src/db/notify.ts'
import { connectMailbox, startMailbox } from '../../src/dev/mailbox.ts'
import { freePort } from '../../src/dev/port.ts'
import { createSource, createSpace, createToken } from '../../src/space/space.ts'
import { startWorker } from '../../src/worker.ts'
import { freshDatabase, TEST_SECRET, type TestDatabase } from './database.ts'
import { atEnd } from './ending.ts'
import { endServerAtEnd, NO_RATES } from './server.ts'
import { freshTemporal } from './temporal.ts'

const SPACE = 'spa_shop'
const TOKEN = 'token_of_spa_shop'

export type Installation = {
  readonly url: string
  readonly mailboxUrl: string
  /** Temporal, for who looks at what it keeps. */
  readonly temporalAddress: string
  readonly writeKey: string
  /** Calls a management route of the space as its owner and answers `data`. @throws with the answer's text when it is not 2xx. */
  readonly call: <T>(method: string, path: string, body?: unknown) => Promise<T>
  /** Sends calls in through the front door. */
  readonly track: (batch: readonly object[]) => Promise<void>
  /** The database behind it, for what would take too long through the front door. */
  readonly pool: TestDatabase['pool']
}

const callerOf =
  (url: string): Installation['call'] =>
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

const trackerOf =
  (url: string, writeKey: string): Installation['track'] =>
  async (batch) => {
    const sent = await fetch(`${url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${writeKey}:`)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ batch }),
    })
    if (!sent.ok) throw new Error(`batch: ${sent.status} ${await sent.text()}`)
  }

/** Everything that runs in production, on a fresh database, with the development mailbox for a provider; ends with the test file. */
export const startInstallation = async (): Promise<Installation> => {
  const database = await freshDatabase()
  const temporal = await freshTemporal()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const writeKey = 'key_shop'
  const mailbox = await startMailbox({ host: '127.0.0.1', httpPort: 0, smtpPort: 0, webhook: url })
  atEnd(mailbox.stop)
  const config = readConfig({
    USHER_LOG: 'silent',
    USHER_SECRET: TEST_SECRET,
    USHER_LIMITS: NO_RATES,
    USHER_PORT: String(port),
    USHER_DEV_TOKEN: TOKEN,
    USHER_MAILBOX_URL: mailbox.httpUrl,
    USHER_EVALUATE_EVERY: '1 second',
  })
  const { notify, close } = createNotifier(database.pool)
  atEnd(close)
  const now = new Date()
  await createSpace(database.db, { id: SPACE, slug: 'shop', name: 'Corner Shop' }, now)
  await createSource(database.db, { spaceId: SPACE, id: 'src_shop', name: 'Shop', kind: 'server', writeKey }, now)
  await createToken(database.db, { spaceId: SPACE, name: 'test', secret: TOKEN }, now)
  await connectMailbox(database.db, SPACE, mailbox, now)
  const door = { db: database.db, config, now: () => new Date(), random: (n: number) => randomBytes(n), notify }
  const server = await createServer(door)
  endServerAtEnd(server)
  await serveWeb(server)
  await server.listen({ host: '127.0.0.1', port })
  const worker = await startWorker(
    { ...config, databaseUrl: database.url, temporalAddress: temporal.address },
    pino({ level: 'silent' }),
  )
  atEnd(worker.stop)
  return {
    pool: database.pool,
    url,
    mailboxUrl: mailbox.httpUrl,
    temporalAddress: temporal.address,
    writeKey,
    call: callerOf(url),
    track: trackerOf(url, writeKey),
  }
}
