import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { markAll } from '../../src/audience/due-spaces.ts'
import { LIMITS } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { evaluationsOf } from '../../src/audience/members.ts'
import { progressOf } from '../../src/audience/progress.ts'
import { create, runNow, update } from '../../src/audience/save.ts'
import { definitionOf } from '../../src/audience/store.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { connect } from '../../src/db/connect.ts'
import { query, run } from '../../src/db/query.ts'
import { limitsWith } from '../../src/space/limit.ts'
import { freshDatabase } from '../support/database.ts'
import {
  addChange,
  addEvent,
  addProfile,
  did,
  hour,
  makeAudience,
  makePartitions,
  membersNow,
  settling,
  spaces,
} from './support/world.ts'

const { db, url } = await freshDatabase()
await makePartitions(db)
const space = spaces(db, 'runs')
const buyer = async (spaceId: string, name: string, at = hour(0)): Promise<string> => {
  const id = await addProfile(db, spaceId, name, {}, { user_id: [name] }, at)
  await addEvent(db, spaceId, id, 'Order', at, `order ${spaceId} ${name}`)
  await addChange(db, spaceId, id, `change ${spaceId} ${name}`, { events: ['Order'], at })
  return id
}
const settle = settling(db)
const read = async (spaceId: string, key: string) => {
  const row = await definitionOf(db, 'audience', spaceId, key)
  return { status: row.status, reason: row.reason, count: row.count, progress: progressOf(row) }
}
const by = (spaceId: string, name: string, now: Date) => ({ spaceId, by: name, now })
const asJson = (condition: Condition): JsonObject => condition as unknown as JsonObject
const windowed = did('Order', undefined, { within: '30 days' })

/** What an evaluation of these takes hold of, held by somebody else, as a computation of minutes would. */
const holding = async (spaceId: string, keys: readonly string[], work: () => Promise<void>): Promise<void> => {
  const other = connect(url)
  await other.db.transaction().execute(async (tx) => {
    const ids = keys.map((key) => `aud_${key}`)
    await run(
      tx,
      query('test.hold*', sql`select from audience_state where space_id = ${spaceId} and audience_id = any(${ids}) for update`),
    )
    await work()
  })
  await other.close()
}

it('CMP-07 the eleventh batch run of a space waits, says its place, and starts when one of the ten ends', async () => {
  const spaceId = await space()
  await buyer(spaceId, 'ada')
  const keys = Array.from({ length: 12 }, (_, n) => `batch_${String(n).padStart(2, '0')}`)
  for (const [n, key] of keys.entries()) await makeAudience(db, spaceId, key, windowed, hour(n / 1_000))
  const waiting = { phase: 'waiting', percent: 0, ahead: 10 }
  await holding(spaceId, keys.slice(0, 10), async () => {
    const outcomes = await evaluateSpaceFully(db, spaceId, hour(1))
    expect(outcomes.map((each) => each.kind)).toEqual(Array.from({ length: 10 }, () => 'busy'))
    expect(await read(spaceId, 'batch_09')).toMatchObject({
      status: 'Computing',
      progress: { phase: 'computing', since: hour(1).toISOString() },
    })
    expect(await read(spaceId, 'batch_10')).toMatchObject({
      status: 'Preparing',
      progress: { ...waiting, place: 1, since: hour(0.01).toISOString() },
    })
    expect(await read(spaceId, 'batch_11')).toMatchObject({ status: 'Preparing', progress: { ...waiting, place: 2 } })
  })
  await evaluateSpaceFully(db, spaceId, hour(2))
  for (const key of keys) expect(await read(spaceId, key)).toMatchObject({ status: 'Live', count: 1, progress: undefined })
})

it('CMP-07 five new and five edited real-time ones at once, as settings; one space does not wait for another', async () => {
  const [spaceId, other] = [await space(), await space()]
  const keys = Array.from({ length: 6 }, (_, n) => `new_${n}`)
  for (const [n, key] of keys.entries()) await makeAudience(db, spaceId, key, did('Order'), hour(n / 1_000))
  await makeAudience(db, other, 'elsewhere', did('Order'))
  await holding(spaceId, keys.slice(0, 5), async () => {
    await evaluateSpaceFully(db, spaceId, hour(1))
    await evaluateSpaceFully(db, other, hour(1))
    expect(await read(spaceId, 'new_5')).toMatchObject({ status: 'Preparing', progress: { place: 1, ahead: 5 } })
    expect(await read(other, 'elsewhere')).toMatchObject({ status: 'Live' })
    await evaluateSpaceFully(db, spaceId, hour(1), LIMITS, limitsWith({ new_at_once: 6 }))
    expect(await read(spaceId, 'new_5'), 'a place more').toMatchObject({ status: 'Live' })
  })
  await evaluateSpaceFully(db, spaceId, hour(1))
  for (const [n, key] of keys.entries())
    await update(db, 'audience', by(spaceId, 'Ann', hour(2 + n / 1_000)), key, {
      definition: asJson(did('Order', { operator: 'at_least', value: 2 })),
    })
  await holding(spaceId, keys.slice(0, 5), async () => {
    await evaluateSpaceFully(db, spaceId, hour(3))
    expect(await read(spaceId, 'new_4')).toMatchObject({ status: 'Backfilling', progress: { cause: 'edit', phase: 'computing' } })
    expect(await read(spaceId, 'new_5')).toMatchObject({
      status: 'Locked',
      progress: { cause: 'edit', phase: 'waiting', place: 1 },
    })
  })
})

it('AUD-10 CTR-13 a second edit is refused until the first is in, in words that say whose it is; switching off gives it up', async () => {
  const spaceId = await space()
  await buyer(spaceId, 'ada')
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  await create(db, 'computed_trait', by(spaceId, 'test', hour(0)), 'tra_orders', {
    name: 'orders',
    description: '',
    enabled: true,
    options: {},
    definition: { event: { name: 'Order' }, measure: { kind: 'count' } },
  })
  const twice = asJson(did('Order', { operator: 'at_least', value: 2 }))
  const sum = { event: { name: 'Order' }, measure: { kind: 'sum', property: 'revenue' } }
  await update(db, 'audience', by(spaceId, 'Ann', hour(0)), 'buyers', { definition: twice })
  await update(db, 'audience', by(spaceId, 'Ann', hour(0)), 'buyers', { definition: asJson(did('Order')) })
  await settle(spaceId, hour(1))
  await update(db, 'audience', by(spaceId, 'Ann', hour(2)), 'buyers', { definition: twice })
  await update(db, 'computed_trait', by(spaceId, 'Ann', hour(2)), 'orders', { definition: sum })
  const words =
    /"(buyers|orders)" is locked: the edit that Ann made, asked for at 2026-06-01T02:00:00.000Z, waits at place [12] of the queue/
  const again = update(db, 'audience', by(spaceId, 'Bob', hour(3)), 'buyers', { definition: asJson(did('View')) })
  await expect(again).rejects.toMatchObject({ status: 409, id: 'locked', message: expect.stringMatching(words) })
  const traitAgain = update(db, 'computed_trait', by(spaceId, 'Bob', hour(3)), 'orders', {
    options: { backfillEventDataDays: 3 },
  })
  await expect(traitAgain).rejects.toThrow(words)
  await update(db, 'audience', by(spaceId, 'Bob', hour(3)), 'buyers', { name: 'Buyers', definition: twice })
  await evaluateSpaceFully(db, spaceId, hour(4))
  await update(db, 'audience', by(spaceId, 'Bob', hour(5)), 'buyers', { definition: asJson(did('View')) })
  await update(db, 'audience', by(spaceId, 'Bob', hour(5)), 'buyers', { enabled: false })
  await update(db, 'audience', by(spaceId, 'Bob', hour(5)), 'buyers', { definition: asJson(did('Order')), enabled: true })
  await settle(spaceId, hour(6))
  expect(await read(spaceId, 'buyers')).toMatchObject({ status: 'Live', count: 1 })
})

it('AUD-06 each documented status is reached and shown', async () => {
  const spaceId = await space()
  await buyer(spaceId, 'ada')
  const seen = new Map<string, string>()
  const see = async (what: string): Promise<void> => void seen.set((await read(spaceId, 'one')).status, what)
  await makeAudience(db, spaceId, 'one', did('Order'))
  await see('made, and waits')
  await holding(spaceId, ['one'], async () => {
    await evaluateSpaceFully(db, spaceId, hour(0))
    await see('is computed for the first time')
  })
  await settle(spaceId, hour(0))
  await see('up to date')
  await update(db, 'audience', by(spaceId, 'test', hour(1)), 'one', { definition: asJson(did('View')) })
  await see('an edit waits')
  await holding(spaceId, ['one'], async () => {
    await evaluateSpaceFully(db, spaceId, hour(1))
    await see('an edit is computed')
  })
  const broken = asJson({ type: 'audience', audience: 'gone' })
  await run(
    db,
    query('test.break*', sql`update audience set condition = ${JSON.stringify(broken)}::jsonb where space_id = ${spaceId}`),
  )
  let now = 2
  await evaluateSpaceFully(db, spaceId, hour(now))
  await see('an attempt failed')
  await evaluateSpaceFully(db, spaceId, hour(now))
  expect(
    (await evaluationsOf(db, spaceId, 'aud_one', 20)).filter((each) => each.error),
    'it pauses',
  ).toHaveLength(1)
  for (; now < 12; now++) await evaluateSpaceFully(db, spaceId, hour(now))
  await see('five attempts failed')
  expect((await evaluationsOf(db, spaceId, 'aud_one', 20)).filter((each) => each.error)).toHaveLength(5)
  expect((await read(spaceId, 'one')).reason).toContain('no audience "gone"')
  await run(
    db,
    query('test.mend*', sql`update audience set condition = ${JSON.stringify(did('Order'))}::jsonb where space_id = ${spaceId}`),
  )
  await runNow(db, 'audience', by(spaceId, 'test', hour(13)), 'one')
  await settle(spaceId, hour(13))
  expect(await read(spaceId, 'one'), 'asked for, it is tried again').toMatchObject({ status: 'Live', reason: null, count: 1 })
  await update(db, 'audience', by(spaceId, 'test', hour(14)), 'one', { options: { computeWithoutDestinations: false } })
  await see('no destination')
  await update(db, 'audience', by(spaceId, 'test', hour(14)), 'one', { enabled: false })
  await see('switched off')
  await create(db, 'computed_trait', by(spaceId, 'test', hour(14)), 'tra_t', {
    name: 't',
    description: '',
    enabled: true,
    options: { computeWithoutDestinations: false },
    definition: { event: { name: 'Order' }, measure: { kind: 'count' } },
  })
  seen.set((await definitionOf(db, 'computed_trait', spaceId, 't')).status, 'a trait without a destination')
  expect(Object.fromEntries(seen)).toEqual({
    Preparing: 'made, and waits',
    Computing: 'is computed for the first time',
    Live: 'up to date',
    Locked: 'an edit waits',
    Backfilling: 'an edit is computed',
    Error: 'an attempt failed',
    Failed: 'five attempts failed',
    'Not Computing': 'no destination',
    Disabled: 'switched off',
    'Awaiting Destinations': 'a trait without a destination',
  })
})

it('CMP-08 what was given up is tried again by the daily run', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'one', did('Order'))
  await run(
    db,
    query(
      'test.break*',
      sql`update audience set condition = '{"type":"audience","audience":"gone"}' where space_id = ${spaceId}`,
    ),
  )
  for (let now = 0; now < 10; now++) await evaluateSpaceFully(db, spaceId, hour(now))
  expect((await read(spaceId, 'one')).status).toBe('Failed')
  await run(
    db,
    query('test.mend*', sql`update audience set condition = ${JSON.stringify(did('Order'))}::jsonb where space_id = ${spaceId}`),
  )
  await evaluateSpaceFully(db, spaceId, hour(20))
  expect((await read(spaceId, 'one')).status).toBe('Failed')
  await markAll(db, hour(24))
  await evaluateSpaceFully(db, spaceId, hour(24))
  expect((await read(spaceId, 'one')).status).toBe('Live')
})

it('AUD-07 without a destination and without the flag nothing is computed; with the flag it is', async () => {
  const spaceId = await space()
  const ada = await buyer(spaceId, 'ada')
  const make = (key: string, options: object) =>
    create(db, 'audience', by(spaceId, 'test', hour(0)), `aud_${key}`, {
      name: key,
      key,
      description: '',
      enabled: true,
      definition: asJson(did('Order')),
      options,
    })
  await make('waits', { computeWithoutDestinations: false })
  await make('computed', { computeWithoutDestinations: true })
  await settle(spaceId, hour(0))
  await markAll(db, hour(1))
  await settle(spaceId, hour(1))
  expect([await read(spaceId, 'waits'), await membersNow(db, spaceId, 'aud_waits')]).toMatchObject([
    { status: 'Not Computing', count: 0 },
    [],
  ])
  expect(await evaluationsOf(db, spaceId, 'aud_waits', 5)).toEqual([])
  expect([await read(spaceId, 'computed'), await membersNow(db, spaceId, 'aud_computed')]).toMatchObject([
    { status: 'Live', count: 1 },
    [ada],
  ])
  await expect(runNow(db, 'audience', by(spaceId, 'test', hour(1)), 'waits')).rejects.toThrow('not computing')
  await update(db, 'audience', by(spaceId, 'test', hour(2)), 'waits', { options: { computeWithoutDestinations: true } })
  await settle(spaceId, hour(2))
  expect(await read(spaceId, 'waits')).toMatchObject({ status: 'Live', count: 1 })
})

it('AUD-08 a disabled audience runs nothing and tells nothing, however it is woken', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'off', windowed)
  await run(db, query('test.listen*', sql`insert into audience_interest values (${spaceId}, 'aud_off', 'jou')`))
  await settle(spaceId, hour(0))
  await update(db, 'audience', by(spaceId, 'test', hour(0)), 'off', { enabled: false })
  const before = await evaluationsOf(db, spaceId, 'aud_off', 9)
  await buyer(spaceId, 'ada', hour(1))
  await settle(spaceId, hour(1))
  await markAll(db, hour(24))
  await settle(spaceId, hour(24 * 40))
  expect(await evaluationsOf(db, spaceId, 'aud_off', 9)).toEqual(before)
  for (const table of ['membership', 'membership_change', 'outbox', 'computation_run', 'computation_due'])
    expect(await run(db, query('test.rows*', sql`select * from ${sql.table(table)} where space_id = ${spaceId}`)), table).toEqual(
      [],
    )
  await expect(runNow(db, 'audience', by(spaceId, 'test', hour(1)), 'off')).rejects.toThrow('disabled')
})

it('CMP-09 refresh counts what is, whatever was reckoned, and repairs and counts drift', async () => {
  const spaceId = await space()
  const [ada, bob] = [await buyer(spaceId, 'ada'), await addProfile(db, spaceId, 'bob')]
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  await settle(spaceId, hour(0))
  await run(db, query('test.spoil*', sql`update audience_state set member_count = 77 where space_id = ${spaceId}`))
  await run(db, query('test.spoil*', sql`insert into membership values (${spaceId}, 'aud_buyers', ${bob}, now())`))
  const asked = await runNow(db, 'audience', by(spaceId, 'Ann', hour(1)), 'buyers')
  expect(progressOf(asked)).toMatchObject({
    cause: 'check',
    phase: 'waiting',
    place: 1,
    askedBy: 'Ann',
    since: hour(1).toISOString(),
  })
  expect(asked.status, 'it stays live').toBe('Live')
  await evaluateSpaceFully(db, spaceId, hour(1))
  expect(await read(spaceId, 'buyers')).toMatchObject({ status: 'Live', count: 1 })
  expect(await membersNow(db, spaceId, 'aud_buyers')).toEqual([ada])
  expect((await evaluationsOf(db, spaceId, 'aud_buyers', 9)).map((each) => each.drift)).toContain(1)
})

it('AUD-06 one that is too slow to be computed in full fails by its limit, and those beside it are computed', async () => {
  const spaceId = await space()
  const ada = await buyer(spaceId, 'ada')
  for (const key of ['slow', 'quick']) await makeAudience(db, spaceId, key, did('Order'))
  await settle(spaceId, hour(0))
  for (const key of ['slow', 'quick'])
    await update(db, 'audience', by(spaceId, 'test', hour(1)), key, { definition: asJson(did('View')) })
  const other = connect(url)
  await other.db.transaction().execute(async (tx) => {
    await run(
      tx,
      query('test.hold*', sql`select from membership where space_id = ${spaceId} and audience_id = 'aud_slow' for update`),
    )
    await evaluateSpaceFully(db, spaceId, hour(1), { ...LIMITS, fullMs: 150 })
  })
  await other.close()
  expect(await read(spaceId, 'slow')).toMatchObject({ status: 'Error', reason: expect.stringContaining('statement timeout') })
  expect([await read(spaceId, 'quick'), await membersNow(db, spaceId, 'aud_slow')]).toMatchObject([
    { status: 'Live', count: 0 },
    [ada],
  ])
})

it('CMP-11 every entry and every exit is kept with its instant', async () => {
  const spaceId = await space()
  const ada = await buyer(spaceId, 'ada', hour(1))
  await makeAudience(db, spaceId, 'recent', did('Order', undefined, { within: '2 hours' }))
  await settle(spaceId, hour(1))
  await settle(spaceId, hour(4))
  await addEvent(db, spaceId, ada, 'Order', hour(5), 'again')
  await addChange(db, spaceId, ada, `again ${spaceId}`, { events: ['Order'], at: hour(5) })
  await settle(spaceId, hour(5))
  await settle(spaceId, hour(9))
  const rows = await run(
    db,
    query(
      'test.history*',
      sql<{
        change: string
        at: Date
      }>`select change, changed_at as at from membership_change where space_id = ${spaceId} order by changed_at`,
    ),
  )
  expect(rows.map(({ change, at }) => [change, at])).toEqual([
    ['entered', hour(1)],
    ['exited', hour(4)],
    ['entered', hour(5)],
    ['exited', hour(9)],
  ])
})

it('CMP-09 what happened while one was switched off, or before its custom trait was a computed one, is no drift', async () => {
  const spaceId = await space()
  await buyer(spaceId, 'ada')
  const many: Condition = { type: 'trait', path: 'orders', compare: { operator: 'at_least', value: 1 } }
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  await makeAudience(db, spaceId, 'many', many)
  await settle(spaceId, hour(1))
  await update(db, 'audience', by(spaceId, 'eve', hour(2)), 'buyers', { enabled: false })
  await buyer(spaceId, 'bob', hour(3))
  await settle(spaceId, hour(3))
  await update(db, 'audience', by(spaceId, 'eve', hour(4)), 'buyers', { enabled: true })
  await create(db, 'computed_trait', by(spaceId, 'eve', hour(4)), 'tra_orders', {
    ...{ name: 'Orders', key: 'orders', description: '', enabled: true, options: {} },
    definition: { event: { name: 'Order' }, measure: { kind: 'count' } },
  })
  await settle(spaceId, hour(4))
  const last = async (key: string) =>
    (await evaluationsOf(db, spaceId, `aud_${key}`, 1)).map(({ entered, drift }) => [entered, drift])
  expect(await last('buyers')).toEqual([[1, null]])
  expect(await last('many')).toEqual([[2, null]])
})
