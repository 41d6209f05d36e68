import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucket } from '../../src/base/bucket.ts'
import { Misconfigured, Refused, Unavailable } from '../../src/base/errors.ts'
import { accountOf, updateAccount } from '../../src/message/account.ts'
import { MOST_ATTEMPTS, outcomeOf, pauseAfter } from '../../src/message/record.ts'
import { accountsWithWork } from '../../src/message/wake.ts'
import { freshDatabase } from '../support/database.ts'
import { type Reply, startFake } from '../support/fakes/http.ts'
import { ok, SENDGRID_KEY } from '../support/fakes/sendgrid.ts'
import { addAccount, addPeople, addSpace, contextOf, drainOnce, enqueue, messagesOf } from '../support/messages.ts'

const { db } = await freshDatabase()
const now = new Date('2026-01-01T00:00:00Z')
const message = { profile_id: 'p', id: 'm', attempts: 0, due_at: now }

it.each([
  [new Refused('refused', 'no'), 'at-most-once', 'failed', 0, 0],
  [new Unavailable('provider_unavailable', 'later'), 'at-most-once', 'queued', 1, 5_000],
  [new Unavailable('unreachable', 'later'), 'at-most-once', 'queued', 1, 5_000],
  [new Unavailable('provider_unavailable', 'later', { retryAfterSeconds: 60 }), 'at-most-once', 'queued', 1, 60_000],
  [new Unavailable('rate_limited', 'slower', { retryAfterSeconds: 7 }), 'at-most-once', 'queued', 0, 7_000],
  [new Misconfigured('credentials', 'key'), 'at-most-once', 'queued', 0, 0],
  [new Unavailable('no_answer', 'cut'), 'at-most-once', 'uncertain', 0, 0],
  [new Unavailable('no_answer', 'cut'), 'at-least-once', 'queued', 1, 5_000],
  [new TypeError('a defect of ours'), 'at-most-once', 'uncertain', 0, 0],
] as const)('%s under %s: %s', (error, policy, status, attempts, pause) => {
  const outcome = outcomeOf(message, error, policy, now)
  expect([outcome.status, outcome.attempts, outcome.due_at.getTime() - now.getTime()]).toEqual([status, attempts, pause])
})

it('gives up after the last attempt, with pauses that grow to an hour', () => {
  const error = new Unavailable('provider_unavailable', 'later')
  expect(outcomeOf({ ...message, attempts: MOST_ATTEMPTS - 1 }, error, 'at-most-once', now)).toMatchObject({
    status: 'failed',
    reason: 'gave_up: later',
  })
  const pauses = Array.from({ length: MOST_ATTEMPTS }, (_, i) => pauseAfter(i + 1))
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
  expect(pauses.at(-1)).toBeLessThanOrEqual(3_600_000)
})

it('a bucket never lets more than its rate and a quarter of a second through', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(500)), { minLength: 1 }),
      (rate, takes) => {
        const pace = bucket(rate)
        let clock = 0
        const let_through: [number, number][] = takes.map(([tokens, idle]) => {
          clock += idle
          clock += pace.wait(tokens, clock)
          return [clock, tokens]
        })
        for (const [from] of let_through) {
          const within = let_through
            .filter(([at]) => at >= from && at <= from + 1_000)
            .reduce((sum, [, tokens]) => sum + tokens, 0)
          const largest = Math.max(...takes.map(([tokens]) => tokens))
          expect(within).toBeLessThanOrEqual(rate * 1.25 + largest + 1)
        }
      },
    ),
  )
})

/** A space with messages to `count` people whose provider answers `replies` one after another, the last for ever. */
const spaceWith = async (spaceId: string, count: number, replies: readonly (Reply | 'cut')[]) => {
  let call = 0
  const fake = await startFake(() => replies[Math.min(call++, replies.length - 1)] ?? ok())
  const names = Array.from({ length: count }, (_, i) => `p${i}`)
  await addSpace(db, spaceId)
  const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: fake.url }
  await addAccount(db, spaceId, { kind: 'sendgrid', channel: 'email', settings, ratePerSecond: 5 })
  await addPeople(
    db,
    spaceId,
    names.map((name) => ({ name, email: [`${name}@example.com`], subscribed: { email: 'subscribed' } })),
  )
  await enqueue(db, spaceId, names)
  return fake
}
const at = (ms: number) => contextOf(db, { now: () => new Date(Date.now() + ms) })
const statuses = async (spaceId: string) => (await messagesOf(db, spaceId)).map((m) => m.status)

it('what passes is tried again when it is due, and sent once', async () => {
  const fake = await spaceWith('spa_retry', 1, [{ status: 503 }, { status: 500 }, ok()])
  await drainOnce(at(0), 'spa_retry', 'acc_email')
  await drainOnce(at(1_000), 'spa_retry', 'acc_email')
  expect(fake.calls).toHaveLength(1)
  await drainOnce(at(6_000), 'spa_retry', 'acc_email')
  await drainOnce(at(30_000), 'spa_retry', 'acc_email')
  expect([await statuses('spa_retry'), fake.calls.length]).toEqual([['sent'], 3])
})

it('a wrong key stops the account, not the messages: they go out once it is repaired', async () => {
  const fake = await spaceWith('spa_stop', 5, [{ status: 401, body: { errors: [{ message: 'bad key' }] } }])
  await drainOnce(at(0), 'spa_stop', 'acc_email')
  expect(await statuses('spa_stop')).toEqual(Array(5).fill('queued'))
  expect(await accountOf(db, 'spa_stop', 'acc_email')).toMatchObject({
    status: 'stopped',
    reason: expect.stringContaining('bad key'),
  })
  const calls = fake.calls.length
  await drainOnce(at(1_000), 'spa_stop', 'acc_email')
  expect(fake.calls).toHaveLength(calls)
  const repaired = await startFake(() => ok())
  await updateAccount(db, 'spa_stop', 'acc_email', { settings: { baseUrl: repaired.url }, ratePerSecond: 500 }, new Date())
  await drainOnce(at(0), 'spa_stop', 'acc_email')
  expect(await statuses('spa_stop')).toEqual(Array(5).fill('sent'))
  expect(await accountOf(db, 'spa_stop', 'acc_email')).toMatchObject({ status: 'working', reason: null })
})

it('a provider that says slower is left alone as long as it asked', async () => {
  const fake = await spaceWith('spa_slow', 4, [{ status: 429, headers: { 'retry-after': '20' } }, ok()])
  await drainOnce(at(0), 'spa_slow', 'acc_email')
  const due = async (ms: number) => (await accountsWithWork(db, new Date(Date.now() + ms), new Date(0))).map((a) => a.spaceId)
  expect(await due(10_000)).not.toContain('spa_slow')
  expect(await due(30_000)).toContain('spa_slow')
  await drainOnce(at(30_000), 'spa_slow', 'acc_email')
  expect(await statuses('spa_slow')).toEqual(Array(4).fill('sent'))
  expect(fake.calls).toHaveLength(5)
})

it('where no answer came nothing is sent again', async () => {
  const fake = await spaceWith('spa_cut', 1, ['cut'])
  await drainOnce(at(0), 'spa_cut', 'acc_email')
  await drainOnce(at(100_000), 'spa_cut', 'acc_email')
  expect(await messagesOf(db, 'spa_cut')).toMatchObject([{ status: 'uncertain', reason: expect.stringMatching(/^no_answer/) }])
  expect(fake.calls).toHaveLength(1)
})
