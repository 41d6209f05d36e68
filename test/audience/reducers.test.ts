import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ComputedTraitDefinition, type Measure } from '../../src/audience/condition.ts'
import { evaluateDue } from '../../src/audience/due-spaces.ts'
import { create } from '../../src/audience/save.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { accountWorld } from './support/account-world.ts'
import {
  addChange,
  addEvent,
  addProfile,
  hour,
  makeAudience,
  makePartitions,
  membersNow,
  settling,
  spaces,
} from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)

let serial = 0
const space = spaces(db, 'reducers')
const happen = async (spaceId: string, profile: string, at: Date, properties: JsonObject, id = `m${serial}`): Promise<void> => {
  await addEvent(db, spaceId, profile, 'Viewed', at, id, properties)
  await addChange(db, spaceId, profile, `c${serial++}`, { events: ['Viewed'], at })
}
const trait = (spaceId: string, key: string, measure: Measure, within?: string) =>
  create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, `tra_${key}`, {
    name: key,
    key,
    description: '',
    enabled: true,
    definition: { event: { name: 'Viewed', ...(within ? { within } : {}) }, measure } as unknown as JsonObject,
    options: {},
  })
const settle = settling(db)
const values = async (spaceId: string): Promise<{ readonly [key: string]: Json }> => {
  const rows = await run(
    db,
    query(
      'test.values*',
      sql<{ key: string; value: Json }>`select replace(computed_trait_id, 'tra_', '') as key, value from computed_value
        where space_id = ${spaceId}`,
    ),
  )
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
}

const OF: Readonly<Record<string, Measure>> = {
  first: { kind: 'first', property: 'x' },
  last: { kind: 'last', property: 'x' },
  often: { kind: 'most_frequent', property: 'x', minimum: 2 },
  list: { kind: 'unique', property: 'x' },
  many: { kind: 'unique_count', property: 'x' },
}
const measuring = async (within?: string): Promise<{ readonly spaceId: string; readonly ada: string }> => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada')
  for (const [key, measure] of Object.entries(OF)) await trait(spaceId, key, measure, within)
  await settle(spaceId, hour(0))
  return { spaceId, ada }
}

it('CTR-03 CTR-04 CTR-05 CTR-08 whatever order events arrive in', async () => {
  const { spaceId, ada } = await measuring()
  expect(await values(spaceId)).toEqual({})
  await happen(spaceId, ada, hour(5), { x: 'b' })
  await settle(spaceId, hour(6))
  expect(await values(spaceId)).toEqual({ first: 'b', last: 'b', list: ['b'], many: 1 })
  await happen(spaceId, ada, hour(1), { x: 5 })
  await happen(spaceId, ada, hour(0.5), { other: 'x' })
  await happen(spaceId, ada, hour(0.4), { x: null })
  await happen(spaceId, ada, hour(0.3), { x: ['list'] })
  await happen(spaceId, ada, hour(3), { x: '5' })
  await settle(spaceId, hour(6))
  expect(await values(spaceId)).toEqual({ first: 5, last: 'b', often: '5', list: ['5', 'b'], many: 2 })
  await happen(spaceId, ada, hour(4), { x: 'b' })
  await happen(spaceId, ada, hour(6), { x: true })
  await happen(spaceId, ada, hour(2), { x: 'B' })
  await happen(spaceId, ada, hour(2.5), { x: 10 })
  await settle(spaceId, hour(6))
  expect(await values(spaceId)).toEqual({ first: 5, last: true, often: '5', list: ['10', '5', 'B', 'b', 'true'], many: 5 })
})

it('CTR-04 events at one instant are in the order of their messageId', async () => {
  const { spaceId, ada } = await measuring()
  for (const id of ['b', 'B', 'a', 'ä']) await happen(spaceId, ada, hour(1), { x: id }, `${id} ${spaceId}`)
  await settle(spaceId, hour(2))
  expect(await values(spaceId)).toMatchObject({ first: 'B', last: 'ä' })
})

it('CTR-09 values age out with the window, with no event: counters to 0, the others to nothing', async () => {
  const { spaceId, ada } = await measuring('4 hours')
  for (const [at, x] of [
    [1, 'a'],
    [2, 'b'],
    [3, 'b'],
  ] as const)
    await happen(spaceId, ada, hour(at), { x })
  await settle(spaceId, hour(4))
  expect(await values(spaceId)).toEqual({ first: 'a', last: 'b', often: 'b', list: ['a', 'b'], many: 2 })
  await evaluateDue(db, hour(5.5))
  expect(await values(spaceId)).toEqual({ first: 'b', last: 'b', often: 'b', list: ['b'], many: 1 })
  await evaluateDue(db, hour(6.5))
  expect(await values(spaceId)).toEqual({ first: 'b', last: 'b', list: ['b'], many: 1 })
  await evaluateDue(db, hour(9))
  expect(await values(spaceId)).toEqual({ many: 0 })
})

it('CMP-03 a measured date is compared with the passing time, in a condition and as a computed trait', async () => {
  const { spaceId, ada } = await measuring()
  const compare = { operator: 'within_next', duration: '3 hours' } as const
  await makeAudience(db, spaceId, 'by_event', {
    type: 'event',
    event: { name: 'Viewed' },
    measure: { kind: 'last', property: 'x' },
    compare,
  })
  await makeAudience(db, spaceId, 'by_trait', { type: 'trait', path: 'last', compare })
  await makeAudience(db, spaceId, 'by_list', { type: 'trait', path: 'list.$', compare })
  await happen(spaceId, ada, hour(1), { x: hour(10).toISOString() })
  await settle(spaceId, hour(1))
  const members = async (): Promise<readonly number[]> =>
    Promise.all(['by_event', 'by_trait', 'by_list'].map(async (key) => (await membersNow(db, spaceId, `aud_${key}`)).length))
  expect(await members()).toEqual([0, 0, 0])
  await evaluateDue(db, hour(7))
  expect(await members()).toEqual([1, 1, 1])
  await evaluateDue(db, hour(10.01))
  expect(await members()).toEqual([0, 0, 0])
})

it('CTR-03 a value must be there twice unless the definition says otherwise', () => {
  const definition = { event: { name: 'A' }, measure: { kind: 'most_frequent', property: 'x' } }
  expect(ComputedTraitDefinition.parse(definition).measure).toEqual({ kind: 'most_frequent', property: 'x', minimum: 2 })
})

it('CTR-03 CTR-06 what a property is read as: a number answers a number, a list answers the list', async () => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada')
  for (const as of ['string', 'number'] as const)
    await trait(spaceId, `often_${as}`, { kind: 'most_frequent', property: 'x', minimum: 1, as })
  await trait(spaceId, 'lists', { kind: 'most_frequent', property: 'list.$', minimum: 1, as: 'array' })
  await trait(spaceId, 'longest', { kind: 'max', property: 'x', as: 'string' })
  for (const [x, list] of [
    [10, ['b', 1]],
    ['9', ['a']],
    ['b', ['b', 1]],
    ['9', []],
    [10, ['a']],
  ] as const)
    await happen(spaceId, ada, hour(-1), { x, list })
  await settle(spaceId, hour(0))
  expect(await values(spaceId)).toEqual({ often_string: '10', often_number: 9, lists: ['a'], longest: 'b' })
})

it('CTR-10 a session of events that are compared with a trait of the profile', async () => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada', { least: 5 })
  const where = { type: 'property', path: 'x', compare: { operator: 'at_least', value: { reference: 'trait', path: 'least' } } }
  const event = { name: 'Viewed', where, expiresAfter: '1 hour' }
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'tra_session', {
    ...{ name: 'session', key: 'session', description: '', enabled: true, options: {} },
    definition: { event, measure: { kind: 'count' } } as unknown as JsonObject,
  })
  for (const x of [4, 5, 6]) await happen(spaceId, ada, hour(-0.5), { x })
  await settle(spaceId, hour(0))
  expect(await values(spaceId)).toEqual({ session: 2 })
  await settle(spaceId, hour(1))
  expect(await values(spaceId)).toEqual({})
})

it('CTR-09 a windowed count of a funnel asks of an event before the window for all that came after it', async () => {
  const here = await accountWorld(db, 'spa_older_parent', hour(0))
  const at = (hours: number, p: number) => ({
    type: 'track',
    userId: 'u',
    event: 'B',
    timestamp: hour(hours).toISOString(),
    properties: { p },
  })
  await here.tell(at(-72, 1), at(-2, 2))
  const where = {
    type: 'and',
    filters: [
      { type: 'property', path: 'p', compare: { operator: 'equals', value: 1 } },
      { type: 'event', event: { name: 'B' }, measure: { kind: 'count' }, compare: { operator: 'equals', value: 0 } },
    ],
  } as const
  await here.trait('left', { event: { name: 'B', within: '1 hour', where }, measure: { kind: 'count' } }, 'users')
  await here.tick()
  expect(await here.values('left'), 'somebody else came after it, so it was never so').toEqual({})
})

it('CTR-09 a windowed counter of events that something followed is 0 once these are old: what followed them is as old', async () => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada')
  await happen(spaceId, ada, hour(0), {})
  await happen(spaceId, ada, hour(0.5), {})
  // Its edges lie behind: nobody is looked at by what time moved.
  await settle(spaceId, hour(5))
  const followed = {
    type: 'event',
    event: { name: 'Viewed' },
    measure: { kind: 'count' },
    compare: { operator: 'at_least', value: 1 },
  }
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(5) }, 'tra_twice', {
    name: 'twice',
    description: '',
    enabled: true,
    definition: {
      event: { name: 'Viewed', within: '1 hour', where: followed },
      measure: { kind: 'count' },
    } as unknown as JsonObject,
    options: {},
  })
  await settle(spaceId, hour(5))
  expect(await values(spaceId)).toEqual({ twice: 0 })
})
