import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import type { Db } from '../../src/db/database.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { addAccount, addPeople, addSpace, enqueue, messagesOf } from '../support/messages.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { bundleDelivery, startDeliveryWorker } from '../support/worker-process.ts'

/** What may stand after the power was cut there: at most one call a message, and where nobody knows, it says so. */
const POINTS = [
  { point: 'message.claimed', uncertain: [0, 0] },
  { point: 'message.sending', uncertain: [1, 300] },
  { point: 'message.called', uncertain: [1, 300] },
  { point: 'message.recorded', uncertain: [0, 200] },
  { point: 'again', uncertain: [0, 0] },
] as const

// A database each: a worker delivers whatever is due in its database, and these must die by themselves.
const calm = await freshDatabase()
const databases = new Map(await Promise.all(POINTS.map(async ({ point }) => [point, await freshDatabase()] as const)))
const temporal = await freshTemporal()
const bundle = await bundleDelivery()
const names = (count: number) => Array.from({ length: count }, (_, i) => `p${String(i).padStart(4, '0')}`)
const subscriber = (name: string) => ({ name, email: [`${name}@example.com`], subscribed: { email: 'subscribed' } })
const notify = (db: Db) => run(db, query('test.*', sql`select pg_notify('usher', 'message')`))

const space = async (db: Db, spaceId: string, url: string, people: readonly string[], policy?: 'at-least-once') => {
  await addSpace(db, spaceId)
  const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: url }
  await addAccount(db, spaceId, { kind: 'sendgrid', channel: 'email', settings, ratePerSecond: 5_000, ...(policy ? { policy } : {}) })
  await addPeople(db, spaceId, people.map(subscriber))
}
const settled = (db: Db, spaceId: string, count: number) =>
  until(`${count} messages of ${spaceId} to be settled`, async () => {
    const states = (await messagesOf(db, spaceId)).filter((m) => m.status !== 'queued' && m.status !== 'sending')
    return states.length === count ? states : undefined
  })
const counted = (states: readonly { status: string }[]) => Object.fromEntries([...Map.groupBy(states, (s) => s.status)].map(([status, all]) => [status, all.length]))

it('delivers through Temporal, wakes from idle within moments, and misses no wake', async () => {
  const { db, url } = calm
  const fake = await startSendGrid()
  const people = names(300)
  await space(db, 'spa_flow', fake.url, people)
  const worker = await startDeliveryWorker(url, temporal.address, bundle, { taskQueue: 'flow' })
  for (let i = 0; i < people.length; i += 30) {
    await enqueue(db, 'spa_flow', people.slice(i, i + 30))
    await notify(db)
    if (i % 90 === 0) await settled(db, 'spa_flow', i + 30)
  }
  expect(counted(await settled(db, 'spa_flow', 300))).toEqual({ sent: 300 })
  expect(new Set(fake.mails().map((mail) => JSON.stringify(mail.personalizations?.[0]?.to))).size).toBe(300)
  expect(fake.calls).toHaveLength(300)
  await worker.kill()
})

it('two workers deliver each message once', async () => {
  const { db, url } = calm
  const fake = await startSendGrid()
  const people = names(1_000)
  await space(db, 'spa_two', fake.url, people)
  const workers = await Promise.all([1, 2].map(() => startDeliveryWorker(url, temporal.address, bundle, { taskQueue: 'two' })))
  await enqueue(db, 'spa_two', people)
  await notify(db)
  expect(counted(await settled(db, 'spa_two', 1_000))).toEqual({ sent: 1_000 })
  expect(fake.calls).toHaveLength(1_000)
  await Promise.all(workers.map((worker) => worker.kill()))
})

it.concurrent.each(POINTS.slice(0, 4))('G6 a worker dies at $point: every message is settled, none is sent twice', async ({ point, uncertain: [least, most] }) => {
  const { db, url } = must(databases.get(point), 'its database')
  const fake = await startSendGrid()
  const spaceId = `spa_${point.replace('.', '_')}`
  const people = names(400)
  await space(db, spaceId, fake.url, people)
  await enqueue(db, spaceId, people)
  const dying = await startDeliveryWorker(url, temporal.address, bundle, { taskQueue: point, crashAt: point })
  expect(await dying.ended).toBe('SIGKILL')
  await startDeliveryWorker(url, temporal.address, bundle, { taskQueue: point })
  const states = counted(await settled(db, spaceId, 400))
  const called = fake.mails().map((mail) => mail.personalizations?.[0]?.to?.[0]?.email)
  expect(new Set(called).size).toBe(called.length)
  expect(states['uncertain'] ?? 0).toBeGreaterThanOrEqual(least)
  expect(states['uncertain'] ?? 0).toBeLessThanOrEqual(most)
  expect((states['sent'] ?? 0) + (states['uncertain'] ?? 0)).toBe(400)
  expect(called.length).toBeGreaterThanOrEqual(states['sent'] ?? 0)
})

it.concurrent('G6 where the account prefers twice to never, what is uncertain is sent again', async () => {
  const { db, url } = must(databases.get('again'), 'its database')
  const fake = await startSendGrid()
  const people = names(50)
  await space(db, 'spa_again', fake.url, people, 'at-least-once')
  await enqueue(db, 'spa_again', people)
  const dying = await startDeliveryWorker(url, temporal.address, bundle, { taskQueue: 'again', crashAt: 'message.called' })
  await dying.ended
  await startDeliveryWorker(url, temporal.address, bundle, { taskQueue: 'again' })
  expect(counted(await settled(db, 'spa_again', 50))).toEqual({ sent: 50 })
  expect(fake.calls.length).toBeGreaterThan(50)
})
