import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { identifiersOf } from '../../src/audience/insight.ts'
import { boundsOf, estimate } from '../../src/audience/preview/estimate.ts'
import { askPreview, type Claimed, previewOf, type Request } from '../../src/audience/preview/job.ts'
import { makeNextPreview, makePreview, newClaimOf, type PreviewContext } from '../../src/audience/preview/make.ts'
import { preview } from '../../src/audience/preview.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { addEvent, addProfile, did, hour, makeAudience, makePartitions, makeSpace, membersNow } from './support/world.ts'

const { db, pool } = await freshDatabase()
await makePartitions(db)
for (const space of ['spa_test', 'spa_many', 'spa_decoy']) await makeSpace(db, space)
const S = 'spa_test'
let now = hour(0)
let claims = 0
const context: PreviewContext = { db, now: () => now, newClaim: () => `claim ${claims++}` }

const PEOPLE = 6_000
const KINDS = 30
// Ids as ingestion makes them: they begin with the time. Whether somebody is late follows from it; everything else from a hash.
await run(
  db,
  query(
    'test.many*',
    sql`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
      select 'spa_many', (lpad(to_hex(1700000000000 + n * 60000), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
        (select jsonb_object_agg('t' || k, hashint8extended(n, k) & 1023) from generate_series(1, ${KINDS}::integer) as k)
          || jsonb_build_object('late', n > ${PEOPLE * 0.9}::integer),
        jsonb_build_object('user_id', jsonb_build_array(n::text)), ${now}, ${now}
      from generate_series(1, ${PEOPLE}::integer) as n`,
  ),
)
const below = (path: string, value: number): Condition => ({ type: 'trait', path, compare: { operator: 'less_than', value } })
const LATE: Condition = { type: 'trait', path: 'late', compare: { operator: 'equals', value: true } }

it('PRE-02 of what is found in a sample follow bounds that hold it; of nothing, an upper one', () => {
  expect([boundsOf(0, 64), boundsOf(0, 16)]).toEqual([
    { count: 0, low: 0, high: 243 },
    { count: 0, low: 0, high: 58 },
  ])
  expect(boundsOf(192, 64)).toEqual({ count: 12_288, low: 10_680, high: 14_138 })
  fc.assert(
    fc.property(fc.nat(20_000), fc.constantFrom(16, 64), (found, oneIn) => {
      const { count, low, high } = boundsOf(found, oneIn)
      const next = boundsOf(found + 1, oneIn)
      return low <= count && count < high && low >= found && low <= next.low && high < next.high
    }),
    { seed: 7 },
  )
})

it('PRE-02 the estimate’s bounds hold the exact number 19 times in 20, and the sample is fair though ids follow the time', async () => {
  let held = 0
  for (let kind = 1; kind <= KINDS; kind++) {
    const asked = { condition: below(`t${kind}`, 2 ** (kind % 10) * 2), count: 3 }
    const told = await estimate(db, 'spa_many', asked, now, 0)
    const exact = await preview(db, 'spa_many', asked, now)
    const { low = 0, high = 0, found = 0, oneIn } = told?.estimate ?? {}
    expect(oneIn).toBe(16)
    expect(told?.people.length).toBe(Math.min(3, found))
    if (low <= exact.count && exact.count <= high) held++
  }
  expect(held).toBeGreaterThanOrEqual(27)
  const late = await estimate(db, 'spa_many', { condition: LATE, count: 0 }, now, 0)
  expect(late?.estimate).toMatchObject({ oneIn: 16, asked: expect.any(Number) })
  expect([late?.estimate.low, 600, late?.estimate.high].toSorted((a, b) => (a ?? 0) - (b ?? 0))[1]).toBe(600)
  expect(await estimate(db, 'spa_many', { condition: LATE, count: 0 }, now), 'where counting is as fast').toBeUndefined()
})

const request = (condition: Condition, more: Partial<Request> = {}): Request => ({
  ...{ condition, collection: 'users', options: {}, count: 2, identifiers: false },
  ...more,
})
let ids = 0
const ask = async (asked: Request, spaceId = S): Promise<Claimed> => {
  const [id, claim] = [`prv_${ids++}`, newClaimOf(context)]
  const job = await askPreview(db, { spaceId, by: 'test', now }, { id, asked, counted: true, claim })
  expect(job.status).toBe('RUNNING')
  return { spaceId, id, claim: claim.claim, asked, requestedAt: job.requestedAt, attempts: 1 }
}
const read = ({ spaceId, id }: Claimed) => previewOf(db, spaceId, id, now)

it('PRE-02 while a preview is counted there is an estimate; then the exact number, and the estimate to compare', async () => {
  const job = await ask(request(below('t5', 500)), 'spa_many')
  const first: object[] = []
  let reading: Promise<unknown> = Promise.resolve()
  const told = (): void => {
    reading = read(job).then((seen) => first.push(seen))
  }
  await makePreview({ ...context, least: 0 }, job, { told })
  await reading
  expect(first.length).toBe(1)
  const done = await read(job)
  const exact = await preview(db, 'spa_many', { condition: below('t5', 500), count: 2 }, now)
  expect(done).toMatchObject({ status: 'COMPLETED', size: exact.count, results: exact.people, estimate: { oneIn: 16 } })
})

const orders = did('Order', { operator: 'at_least', value: 1 }, { within: '30 days' })
for (const [name, days] of [
  ['ada', 1],
  ['bob', 29.9],
  ['eve', 40],
] as const) {
  const person = await addProfile(db, S, name, {}, { user_id: [name], ...(name === 'ada' ? { email: ['ada@example.com'] } : {}) })
  await addEvent(db, S, person, 'Order', hour(-24 * days), `order ${name}`)
}

it('PRE-01 PRE-03 the count and the identifiers equal those of the audience that is made of it', async () => {
  const job = await ask(request(orders, { identifiers: true }))
  await makePreview(context, job)
  await makeAudience(db, S, 'orders', orders, now)
  await evaluateFullyDue(db, now)
  const done = await read(job)
  expect(done).toMatchObject({ status: 'COMPLETED', size: 2, failure: null })
  expect(done.size).toBe((await membersNow(db, S, 'aud_orders')).length)
  expect(done.identifiers).toEqual(await identifiersOf(db, S, { id: 'aud_orders', collection: 'users' }))
})

it('PRE-02 a preview whose maker was killed is made by another, as of when it was asked for', async () => {
  const job = await ask(request(orders))
  expect(await makeNextPreview(context), 'while its claim holds').toBe(false)
  now = new Date(now.getTime() + 6 * 3_600_000)
  expect(await makeNextPreview(context)).toBe(true)
  expect(await read(job), 'bob’s order is older than 30 days by now').toMatchObject({ status: 'COMPLETED', size: 2 })
  expect((await preview(db, S, { condition: orders, count: 0 }, now)).count).toBe(1)
})

it('PRE-02 who lost the claim changes nothing any more', async () => {
  const job = await ask(request(orders))
  now = new Date(now.getTime() + 3_600_000)
  await makeNextPreview(context)
  const done = await read(job)
  await makePreview(context, { ...job, asked: request(did('Nothing')), requestedAt: now })
  expect(await read(job)).toEqual(done)
})

it('PRE-02 a preview that kills whoever computes it fails after three of them', async () => {
  const job = await ask(request(orders))
  for (let died = 1; died < 3; died++) {
    now = new Date(now.getTime() + 3_600_000)
    await run(db, query('test.died*', sql`update audience_preview set attempts = attempts + 1 where id = ${job.id}`))
    expect((await read(job)).status).toBe('RUNNING')
  }
  await makeNextPreview(context)
  expect(await read(job)).toMatchObject({ status: 'FAILED', failure: expect.stringMatching(/died 3 times .* Ask for it again/) })
})

it('PRE-02 counting that takes too long is stopped, and fails with what to do', async () => {
  const holder = await pool.connect()
  await holder.query('begin; lock table event in access exclusive mode')
  const job = await ask(request(orders))
  await makePreview({ ...context, timeoutMs: 100 }, job)
  await holder.query('rollback')
  holder.release()
  expect(await read(job)).toMatchObject({
    status: 'FAILED',
    size: null,
    failure: expect.stringMatching(/^Counting took longer than 0\.1 s and was stopped\. Give its events a time window/),
  })
})

it('PRE-02 what a preview refers to may go before it is made, and that is its reason', async () => {
  const job = await ask(request({ type: 'audience', audience: 'gone' }))
  await makePreview(context, job)
  expect(await read(job)).toMatchObject({ status: 'FAILED', failure: expect.stringMatching(/there is no audience "gone"/) })
})

it('PRE-02 an answer is kept for a day, then it is gone; what counts for the month is counted without it', async () => {
  const job = await ask(request(orders))
  await makePreview(context, job)
  const at = now
  now = new Date(at.getTime() + 86_400_000 - 1)
  expect((await read(job)).status).toBe('COMPLETED')
  now = new Date(at.getTime() + 86_400_000)
  await expect(read(job)).rejects.toThrow(/There is no preview/)
  while (await makeNextPreview(context));
  const rows = () =>
    run(db, query('test.kept*', sql<{ results: unknown }>`select results from audience_preview where id = ${job.id}`))
  expect(await rows()).toEqual([{ results: null }])
  now = new Date(at.getTime() + 31 * 86_400_000)
  while (await makeNextPreview(context));
  expect(await rows()).toEqual([])
})
