import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { identifiersOf, overlapOf, overlapWith } from '../../src/audience/insight.ts'
import { query, run } from '../../src/db/query.ts'
import { addSeenTypes } from '../../src/profile/rules.ts'
import { freshDatabase } from '../support/database.ts'
import { addProfile, hour, makeAudience, makePartitions, makeSpace, membersNow } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)
const S = 'spa_test'
const now = hour(0)
const TYPES = ['user_id', 'email', 'anonymous_id', 'crm_id'] as const
const is = (path: string) => ({ type: 'trait' as const, path, compare: { operator: 'equals' as const, value: true } })

type Person = { readonly a: boolean; readonly b: boolean; readonly ids: readonly (typeof TYPES)[number][] }
const person = fc.record({ a: fc.boolean(), b: fc.boolean(), ids: fc.subarray([...TYPES], { minLength: 1 }) })

const seed = Number(process.env['SEED'] ?? 20_261_124)
const PEOPLE: readonly Person[] = fc.sample(person, { numRuns: 120, seed })
for (const space of [S, 'spa_decoy']) {
  await makeSpace(db, space)
  await addSeenTypes(db, space, ['crm_id'])
  for (const [n, { a, b, ids }] of PEOPLE.entries())
    await addProfile(
      db,
      space,
      `${n}`,
      { a, b },
      Object.fromEntries(ids.map((type) => [type, [`${type} ${n}`, `other ${type} ${n}`]])),
    )
}
for (const space of [S, 'spa_decoy']) {
  await makeAudience(db, space, `a_${space}`, is('a'))
  await makeAudience(db, space, `b_${space}`, is('b'))
}
await evaluateFullyDue(db, now)
const one = { id: `aud_a_${S}`, collection: 'users' as const }
const other = { id: `aud_b_${S}`, collection: 'users' as const }
const eligible = ({ ids }: Person): boolean => ids.includes('user_id') || ids.includes('email')
const countOf = (holds: (each: Person) => boolean): number => PEOPLE.filter((each) => eligible(each) && holds(each)).length

it(`PRE-04 the shared count of two audiences is what their lists of members share (seed ${seed})`, async () => {
  const [a, b] = [await membersNow(db, S, one.id), await membersNow(db, S, other.id)]
  const both = a.filter((id) => b.includes(id)).length
  expect(both).toBeGreaterThan(5)
  expect(await overlapOf(db, S, one, other)).toEqual({ first: a.length, second: b.length, both })
  expect({ first: a.length, second: b.length, both }).toEqual({
    first: countOf((each) => each.a),
    second: countOf((each) => each.b),
    both: countOf((each) => each.a && each.b),
  })
  expect(await overlapOf(db, S, one, one), 'with itself').toEqual({ first: a.length, second: a.length, both: a.length })
  expect(await overlapOf(db, S, one, { id: 'aud_none', collection: 'users' }), 'with nobody').toMatchObject({
    second: 0,
    both: 0,
  })
})

it('PRE-04 a condition that is not saved overlaps as the audience that is made of it', async () => {
  for (const condition of [
    is('b'),
    { type: 'not' as const, condition: is('b') },
    { type: 'and' as const, conditions: [is('a'), is('b')] },
  ]) {
    const key = `made_${JSON.stringify(condition).length}`
    await makeAudience(db, S, key, condition)
    await evaluateFullyDue(db, now)
    const before = await overlapWith(db, S, one, { condition }, now)
    expect(before).toEqual(await overlapOf(db, S, one, { id: `aud_${key}`, collection: 'users' }))
  }
  const wide = { filterByExternalIds: [...TYPES] }
  const everybody = await overlapWith(db, S, one, { condition: is('b'), options: wide }, now)
  expect(everybody.second, 'who is eligible').toBe(PEOPLE.filter((each) => each.b).length)
})

it('PRE-04 people and accounts have nobody in common, and that is said', async () => {
  const accounts = { id: 'aud_x', collection: 'accounts' as const }
  await expect(overlapOf(db, S, one, accounts)).rejects.toThrow(/about people and the other about accounts/)
  await expect(overlapWith(db, S, accounts, { condition: is('a') }, now)).rejects.toThrow(/about accounts/)
})

it(`PRE-03 of the members, so many own an identifier of each type, custom ones too, and none is said as none (seed ${seed})`, async () => {
  const owning = (type: (typeof TYPES)[number]) => ({ type, count: countOf(({ a, ids }) => a && ids.includes(type)) })
  const { total, types } = await identifiersOf(db, S, one)
  expect(total).toBe(countOf((each) => each.a))
  expect(types.filter(({ count }) => count > 0).toSorted((x, y) => x.type.localeCompare(y.type))).toEqual(
    TYPES.map(owning).toSorted((x, y) => x.type.localeCompare(y.type)),
  )
  expect(types.map(({ count }) => count)).toEqual(types.map(({ count }) => count).toSorted((x, y) => y - x))
  expect(types.filter(({ count }) => count === 0)).toEqual([
    { type: 'android.idfa', count: 0 },
    { type: 'ios.idfa', count: 0 },
  ])
  await run(db, query('test.empty*', sql`delete from membership where space_id = 'spa_decoy'`))
  expect(await identifiersOf(db, 'spa_decoy', { ...one, id: 'aud_a_spa_decoy' })).toMatchObject({
    total: 0,
    types: expect.any(Array),
  })
})
