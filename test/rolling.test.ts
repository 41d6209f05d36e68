import { beforeAll, describe, expect, it } from 'vitest'
import { createSource, createSpace, createToken } from '../src/space/space.ts'
import { freshDatabase, type TestDatabase } from './support/database.ts'
import { atEnd } from './support/ending.ts'
import { ok, SENDGRID_KEY, type SendGridFake, startSendGrid } from './support/fakes/sendgrid.ts'
import { addAccount } from './support/messages.ts'
import { type Running, startPart } from './support/parts.ts'
import { freshTemporal } from './support/temporal.ts'
import { until } from './support/wait.ts'

/*
 * An installation that is brought up to date while it works: `usher api` and `usher worker` as production runs them, each replaced by a new one
 * and told to end in the middle of calls and of sending. Nobody notices: every call is taken by one or the other, everybody gets the mail once.
 */

const SPACE = 'spa_rolling'
const WAITING = 200
const PATIENCE_MS = 90_000
const TEMPLATE = {
  name: 'Hello',
  key: 'hello',
  channel: 'email',
  source: {
    subject: 'Hello',
    mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section></mj-body></mjml>',
  },
}
const JOURNEY = {
  name: 'Welcome',
  definition: {
    entry: { type: 'event', event: 'Signed Up', frequency: 'once' },
    start: 'hello',
    steps: { hello: { type: 'send', channel: 'email', template: 'hello', purpose: 'transactional', next: null } },
  },
}

describe('parts are replaced while they work', () => {
  let database: TestDatabase
  let fake: SendGridFake
  let start: (part: 'api' | 'worker') => Promise<Running>
  const apis: Running[] = []
  const workers: Running[] = []
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${apis[0]?.url}/spaces/${SPACE}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer token_rolling', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  // As a sender behind a balancer: whoever does not answer was no answer, and the same call goes to another.
  const signUp = (userId: string, first: number): Promise<true> =>
    until(`${userId}'s calls to be taken`, async () => {
      for (const [at] of apis.entries()) {
        const api = apis[(first + at) % apis.length]
        const answer = await fetch(`${api?.url}/v1/batch`, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa('key_rolling:')}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            batch: [
              { type: 'identify', messageId: `identify ${userId}`, userId, traits: { email: `${userId}@example.com` } },
              { type: 'track', messageId: `sign up ${userId}`, userId, event: 'Signed Up' },
            ],
          }),
        }).catch(() => undefined)
        if (answer?.status === 200) return true
      }
      return false
    })
  const statuses = async (): Promise<Readonly<Record<string, number>>> => {
    const { rows } = await database.pool.query<{ status: string; n: number }>(
      'select status, count(*)::integer as n from message where space_id = $1 group by status',
      [SPACE],
    )
    return Object.fromEntries(rows.map(({ status, n }) => [status, n]))
  }
  const replace = async (parts: Running[], part: 'api' | 'worker'): Promise<void> => {
    parts.unshift(await start(part))
    const sent = fake.mails().length
    await until('somebody to be sent a mail', async () => fake.mails().length > sent, PATIENCE_MS)
    await parts.pop()?.stop()
  }

  beforeAll(async () => {
    database = await freshDatabase()
    const temporal = await freshTemporal()
    // Slow enough for there to be mails on their way whenever somebody is told to end.
    fake = await startSendGrid(() => new Promise((resolve) => setTimeout(() => resolve(ok()), 2_500)))
    const now = new Date()
    await createSpace(database.db, { id: SPACE, slug: 'rolling', name: 'rolling' }, now)
    await createSource(database.db, { spaceId: SPACE, id: 'src', name: 'test', kind: 'server', writeKey: 'key_rolling' }, now)
    await createToken(database.db, { spaceId: SPACE, name: 'test', secret: 'token_rolling' }, now)
    const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: fake.url }
    await addAccount(database.db, SPACE, { kind: 'sendgrid', channel: 'email', settings, ratePerSecond: 200 })
    start = async (part) => {
      const running = await startPart(part, { DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address })
      atEnd(running.stop)
      return running
    }
    const [api, worker] = await Promise.all([start('api'), start('worker')])
    apis.push(api)
    workers.push(worker)
    expect((await post('/templates', TEMPLATE)).status).toBe(201)
    expect((await post('/journeys', JOURNEY)).status).toBe(201)
    expect((await post('/journeys/welcome/publish', {})).status).toBe(200)
  })

  it('G6 every call is taken, and everybody gets the mail once', async () => {
    const people: string[] = []
    let replaced = false
    // There is always somebody who waits for a mail, and never so many that the end is far.
    const lane = async (at: number): Promise<void> => {
      while (!replaced) {
        await until('mails to be sent', async () => replaced || people.length - fake.mails().length < WAITING, PATIENCE_MS)
        const userId = `person${people.length}`
        people.push(`${userId}@example.com`)
        await signUp(userId, at)
      }
    }
    const calling = Promise.all([0, 1, 2, 3].map(lane))
    await replace(workers, 'worker')
    await replace(apis, 'api')
    await replace(workers, 'worker')
    replaced = true
    await calling
    await until('all mails to be settled', async () => (await statuses())['sent'] === people.length, PATIENCE_MS)
    const addresses = fake.mails().map((mail) => mail.personalizations?.[0]?.to?.[0]?.email ?? '')
    expect(addresses.toSorted()).toEqual(people.toSorted())
    expect(await statuses()).toEqual({ sent: people.length })
  }, 300_000)
})
