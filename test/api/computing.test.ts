import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { refuseLongLookBack } from '../../src/audience/fixed.ts'
import { query, run } from '../../src/db/query.ts'
import { limitsWith } from '../../src/space/limit.ts'
import { addEvent, addProfile, did, hour, makePartitions } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
await makePartitions(db)
const now = hour(0)
const api = await testApi(database, 'spa_test', () => now)
const SPACE = '/spaces/spa_test'

const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, now)
  while ((await evaluateDue(db, now)).more);
}
const make = async (name: string, condition: unknown, options = {}) =>
  (await api.call('POST', `${SPACE}/audiences`, { name, definition: { condition }, options })).body.data?.audience
const read = async (key: string) => (await api.call('GET', `${SPACE}/audiences/${key}`)).body.data.audience

const ada = await addProfile(db, 'spa_test', 'ada', { plan: 'pro' }, { user_id: ['ada'] })
const bob = await addProfile(db, 'spa_test', 'bob', { plan: 'free' }, { anonymous_id: ['bob'] })
for (const [id, days] of [
  [ada, 1],
  [ada, 40],
  [bob, 2],
] as const)
  await addEvent(db, 'spa_test', id, 'Order', hour(-24 * days), `order ${id} ${days}`, { revenue: 10 })

const lifetime = did('Order', { operator: 'at_least', value: 2 })
const windowed = did('Order', undefined, { within: '30 days' })

it('CMP-01 an audience answers its mode and what in it asks for it', async () => {
  expect((await make('Lifetime', lifetime)).computeCadence).toEqual({ type: 'REALTIME', because: [] })
  expect((await make('Windowed', windowed)).computeCadence).toEqual({ type: 'BATCH', because: ['a time window'] })
})

it('AUD-11 CTR-14 an edit that would change the mode is refused, in words that say why; one that keeps it is not', async () => {
  await settle()
  const edit = (noun: string, key: string, definition: unknown) => api.call('PATCH', `${SPACE}/${noun}/${key}`, { definition })
  const refused = await edit('audiences', 'lifetime', { condition: windowed })
  expect([refused.status, refused.body.error]).toEqual([
    409,
    {
      code: 'mode',
      message:
        '"Lifetime" is real-time for life. The edit brings in a time window, which makes it batch. Make a new one for that, and delete this one.',
    },
  ])
  expect((await edit('audiences', 'windowed', { condition: lifetime })).body.error.message).toContain(
    '"Windowed" is batch for life. The edit takes out a time window',
  )
  expect((await edit('audiences', 'lifetime', { condition: did('Order', { operator: 'at_least', value: 3 }) })).status).toBe(200)
  const counter = { event: { name: 'Order' }, measure: { kind: 'count' } }
  const made = await api.call('POST', `${SPACE}/computed-traits`, { name: 'Orders', definition: counter })
  expect(made.body.data.computedTrait.computeCadence.type).toBe('REALTIME')
  const sliding = { ...counter, event: { name: 'Order', within: '7 days' } }
  expect((await edit('computed-traits', 'orders', sliding)).body.error).toMatchObject({ code: 'mode' })
})

it('CMP-05 only so many days before the creation count, and the answer says how many are applied', async () => {
  const short = await make('Look back 30', lifetime, { backfillEventDataDays: 30 })
  const long = await make('Look back 60', lifetime, { backfillEventDataDays: 60 })
  await settle()
  expect([short.history, (await read('look_back_30')).size.count]).toEqual([
    { includeHistoricalData: true, backfillEventDataDays: 30 },
    0,
  ])
  expect([long.history.backfillEventDataDays, (await read('look_back_60')).size.count]).toEqual([60, 1])
  expect((await read('windowed')).history, 'the longest window').toEqual({
    includeHistoricalData: true,
    backfillEventDataDays: 30,
  })
  const counter = { name: 'Recent orders', definition: { event: { name: 'Order' }, measure: { kind: 'count' } } }
  const trait = await api.call('POST', `${SPACE}/computed-traits`, { ...counter, options: { backfillDurationDays: 30 } })
  await settle()
  expect(trait.body.data.computedTrait.options).toEqual({ backfillDurationDays: 30 })
  const [value] = await run(
    db,
    query(
      'test.value*',
      sql<{ value: number }>`select value from computed_value where computed_trait_id = ${trait.body.data.computedTrait.id}`,
    ),
  )
  expect(value?.value).toBe(1)
})

it('CMP-05 a look-back beyond the limit is refused, and the limit is a setting', async () => {
  const ask = (days: number) =>
    api.call('POST', `${SPACE}/audiences`, {
      name: `Back ${days}`,
      definition: { condition: lifetime },
      options: { backfillEventDataDays: days },
    })
  expect((await ask(1_096)).body.error.problems).toEqual([
    {
      field: 'options.backfillEventDataDays',
      message: '1096 days is longer than the 1095 days that one may look back',
      remedy: expect.stringContaining('USHER_LIMITS'),
    },
  ])
  expect((await ask(1_095)).status).toBe(201)
  expect(() => refuseLongLookBack({ backfillEventDataDays: 2_000 }, limitsWith({ look_back: 2_000 }))).not.toThrow()
})

it('CMP-06 a definition that needs history answers that it has it', async () => {
  const audience = await make('Forced', windowed, { includeHistoricalData: false })
  await settle()
  expect([audience.options.includeHistoricalData, (await read('forced')).size.count]).toEqual([true, 1])
  expect((await make('Not forced', lifetime, { includeHistoricalData: false })).options.includeHistoricalData).toBe(false)
})

it('CTR-20 a computed trait with the flag is computed for those who are only anonymous, and the flag is for life', async () => {
  const definition = { event: { name: 'Order' }, measure: { kind: 'sum', property: 'revenue' } }
  const call = (name: string, options = {}) => api.call('POST', `${SPACE}/computed-traits`, { name, definition, options })
  const ids = [await call('Known'), await call('Everybody', { includeAnonymousUsers: true })].map(
    (each) => each.body.data.computedTrait.id,
  )
  await settle()
  const values = (id: string) =>
    run(
      db,
      query(
        'test.values*',
        sql`select profile_id as who, value from computed_value where computed_trait_id = ${id} order by value`,
      ),
    )
  expect(await values(ids[0])).toEqual([{ who: ada, value: 20 }])
  expect(await values(ids[1])).toEqual([
    { who: bob, value: 10 },
    { who: ada, value: 20 },
  ])
  const changed = await api.call('PATCH', `${SPACE}/computed-traits/everybody`, { options: { includeAnonymousUsers: false } })
  expect([changed.status, changed.body.error.code]).toEqual([409, 'external_ids'])
})
