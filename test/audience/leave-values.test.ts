import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateSpace } from '../../src/audience/evaluate.ts'
import { leaveValues } from '../../src/audience/leave-values.ts'
import { create, remove, update } from '../../src/audience/save.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { transact } from '../../src/db/query.ts'
import { setTraits } from '../../src/trait/set-traits.ts'
import { freshDatabase } from '../support/database.ts'
import {
  addChange,
  addEvent,
  addProfile,
  did,
  hour,
  makeAudience,
  makePartitions,
  makeSpace,
  membersNow,
  START,
  settling,
} from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)

const settle = settling(db)
const traitsIn = async (spaceId: string): Promise<Record<string, JsonObject>> => {
  const { rows } = await sql<{
    name: string
    traits: JsonObject
  }>`select identifiers -> 'user_id' ->> 0 as name, traits from profile
    where space_id = ${spaceId}`.execute(db)
  return Object.fromEntries(rows.map(({ name, traits }) => [name, traits]))
}
const toldIn = async (spaceId: string): Promise<readonly string[]> =>
  (
    await sql<{ told: string }>`select p.identifiers -> 'user_id' ->> 0 || ' ' || array_to_string(c.trait_keys, ',') as told
      from profile_change c join profile p on p.space_id = c.space_id and p.id = c.profile_id where c.space_id = ${spaceId} order by 1`.execute(
      db,
    )
  ).rows.map(({ told }) => told)

/** ada bought lately, ben did once, cat never, dan bought lately and wrote the trait himself, later than anything here. */
const populated = async (spaceId: string): Promise<void> => {
  await makeSpace(db, spaceId)
  const id: Record<string, string> = {}
  for (const name of ['ada', 'ben', 'cat', 'dan']) {
    id[name] = await addProfile(db, spaceId, name, {}, { user_id: [name] }, START)
    await addChange(db, spaceId, id[name], `new ${spaceId} ${name}`, { events: ['identify'], at: START })
  }
  const order = (name: string, n: number, revenue: number) =>
    addEvent(db, spaceId, id[name] ?? '', 'Order', hour(n), `${name} ${n}`, { revenue })
  await order('ada', 40, 10)
  await order('ada', 41, 5)
  await order('ben', 0, 7)
  await order('dan', 41, 1)
  await makeAudience(db, spaceId, 'buyers', did('Order', undefined, { within: '24 hours' }))
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'ctr_spent', {
    name: 'Spent',
    key: 'spent',
    description: '',
    enabled: true,
    definition: { event: { name: 'Order' }, measure: { kind: 'sum', property: 'revenue' } },
    options: {},
  })
  await settle(spaceId, hour(1))
  await settle(spaceId, hour(42))
  await transact(db, (tx) => setTraits(tx, spaceId, 'buyers', 'mine', sql`select ${id['dan']}::uuid as profile_id`, hour(1_000)))
  while ((await evaluateSpace(db, spaceId, hour(42))).more);
}

it('TRT-06 spec 7.4, 10.6: what a deleted audience or computed trait said stays on the profiles as a custom trait', async () => {
  const spaceId = 'spa_left'
  const act = { spaceId, by: 'test', now: hour(43) }
  await populated(spaceId)
  await populated('spa_decoy')
  const decoy = await traitsIn('spa_decoy')
  expect(await membersNow(db, spaceId, 'aud_buyers')).toHaveLength(2)
  await update(db, 'audience', act, 'buyers', { enabled: false })
  await update(db, 'computed_trait', act, 'spent', { enabled: false })
  // As after a crash between leaving and removing: the whole of it is done again.
  await leaveValues(db, 'audience', spaceId, { id: 'aud_buyers', key: 'buyers' }, hour(43))
  await remove(db, 'audience', act, 'buyers')
  await remove(db, 'computed_trait', act, 'spent')
  expect(await traitsIn(spaceId)).toEqual({
    ada: { buyers: true, spent: 15 },
    ben: { buyers: false, spent: 7 },
    cat: {},
    dan: { buyers: 'mine', spent: 1 },
  })
  expect(await toldIn(spaceId)).toEqual(['ada buyers', 'ada spent', 'ben buyers', 'ben spent', 'dan spent'])
  expect(await traitsIn('spa_decoy')).toEqual(decoy)
  expect(await membersNow(db, 'spa_decoy', 'aud_buyers')).toHaveLength(2)
})

it('TRT-06 an audience that asks for the trait goes on with what was left, and follows what is written to it now', async () => {
  const spaceId = 'spa_left_asked'
  const act = { spaceId, by: 'test', now: hour(43) }
  await populated(spaceId)
  await makeAudience(db, spaceId, 'asks', { type: 'trait', path: 'spent', compare: { operator: 'at_least', value: 7 } })
  await settle(spaceId, hour(43))
  const before = await membersNow(db, spaceId, 'aud_asks')
  expect(before).toHaveLength(2)
  await expect(remove(db, 'computed_trait', act, 'spent')).rejects.toThrow('Disable it first')
  await update(db, 'computed_trait', act, 'spent', { enabled: false })
  await expect(remove(db, 'computed_trait', act, 'spent')).rejects.toThrow('used by "asks"')
  const aside = { type: 'trait', path: 'name', compare: { operator: 'exists' } }
  await update(db, 'audience', act, 'asks', { definition: aside })
  await remove(db, 'computed_trait', act, 'spent')
  await settle(spaceId, hour(43))
  await update(db, 'audience', act, 'asks', {
    definition: { type: 'trait', path: 'spent', compare: { operator: 'at_least', value: 7 } },
  })
  await settle(spaceId, hour(44))
  expect(await membersNow(db, spaceId, 'aud_asks')).toEqual(before)
  await transact(db, (tx) => setTraits(tx, spaceId, 'spent', 1, sql`select ${before[0]}::uuid as profile_id`, hour(45)))
  while ((await evaluateSpace(db, spaceId, hour(46))).more);
  expect(await membersNow(db, spaceId, 'aud_asks')).toEqual(before.slice(1))
})
