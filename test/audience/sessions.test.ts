import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue } from '../../src/audience/due-spaces.ts'
import { create } from '../../src/audience/save.ts'
import { parseTrait } from '../../src/audience/text/condition.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
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
const space = spaces(db, 'sessions')
const trait = (spaceId: string, key: string, text: string) =>
  create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, `tra_${key}`, {
    name: key,
    key,
    description: '',
    enabled: true,
    definition: parseTrait(text) as unknown as JsonObject,
    options: {},
  })
const view = async (spaceId: string, profile: string, at: number, properties: JsonObject = {}, source = 'src'): Promise<void> => {
  await addEvent(db, spaceId, profile, 'View', hour(at), `m${serial}`, properties, {}, source)
  await addChange(db, spaceId, profile, `c${serial++}`, { events: ['View'], at: hour(at) })
}
const settle = settling(db)
const values = async (spaceId: string): Promise<Readonly<Record<string, Json>>> => {
  const rows = await run(
    db,
    query(
      'test.values*',
      sql<{
        key: string
        value: Json
      }>`select replace(computed_trait_id, 'tra_', '') as key, value from computed_value where space_id = ${spaceId}`,
    ),
  )
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
}

it('CTR-10 a session holds what has happened without a longer pause, and is empty after one', async () => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada')
  await trait(spaceId, 'views', "event('View').expires_after(2 hours).count()")
  await trait(spaceId, 'total', "event('View').where(property('n').exists()).expires_after(2 hours).sum('n')")
  await trait(spaceId, 'last', "event('View').expires_after(2 hours).last('n')")
  await makeAudience(db, spaceId, 'busy', { type: 'trait', path: 'views', compare: { operator: 'at_least', value: 2 } })
  await settle(spaceId, hour(0))
  await view(spaceId, ada, 1, { n: 1 })
  await view(spaceId, ada, 4, { n: 2 })
  await view(spaceId, ada, 6, { n: 3 })
  await settle(spaceId, hour(6))
  expect(await values(spaceId)).toEqual({ views: 2, total: 5, last: 3 })
  expect(await membersNow(db, spaceId, 'aud_busy')).toEqual([ada])
  // Two hours of silence are not over at the instant, and are just after it; no event and no tick between.
  await evaluateDue(db, hour(8))
  expect(await values(spaceId)).toEqual({ views: 2, total: 5, last: 3 })
  await evaluateDue(db, new Date(hour(8).getTime() + 1))
  expect(await values(spaceId)).toEqual({})
  expect(await membersNow(db, spaceId, 'aud_busy')).toEqual([])
  await view(spaceId, ada, 9, { n: 7 })
  await settle(spaceId, hour(9))
  expect(await values(spaceId)).toEqual({ views: 1, total: 7, last: 7 })
})

it('CTR-10 an event that comes late joins two sessions into one, and one in the future waits', async () => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada')
  await trait(spaceId, 'views', "event('View').expires_after(90 minutes).count()")
  await settle(spaceId, hour(0))
  await view(spaceId, ada, 1)
  await view(spaceId, ada, 3)
  await view(spaceId, ada, 5)
  await settle(spaceId, hour(3.5))
  expect(await values(spaceId)).toEqual({ views: 1 })
  await view(spaceId, ada, 2)
  await settle(spaceId, hour(3.5))
  expect(await values(spaceId)).toEqual({ views: 3 })
  await evaluateDue(db, hour(4.6))
  expect(await values(spaceId)).toEqual({})
  await evaluateDue(db, hour(5))
  expect(await values(spaceId)).toEqual({ views: 1 })
})

it.each([
  ["event('View').expires_after(29 minutes).count()", 'write 30 minutes to 90 days'],
  ["event('View').expires_after(91 days).count()", 'write 30 minutes to 90 days'],
  ["event('View').within(1 day).expires_after(1 hour).count()", 'keep one of them'],
])('CTR-10 refuses %s', async (text, remedy) => {
  const saved = trait(await space(), 'views', text)
  await expect(saved).rejects.toMatchObject({ problems: [{ remedy }] })
})

it.each([
  ["event('View').count()", 4],
  ["event('View').where(property('n') = 5).count()", 1],
  ["event('View').where(property('n') != 5).count()", 2],
  ["event('View').where(property('n') < 5).count()", 1],
  ["event('View').where(property('n') > 5).count()", 1],
  ["event('View').where(property('n') <= 5).count()", 2],
  ["event('View').where(property('n') >= 5).count()", 2],
  ["event('View').where(property('t').contains('ell')).count()", 1],
  ["event('View').where(property('t').omits('ell')).count()", 3],
  ["event('View').where(property('t').starts_with('he')).count()", 1],
  ["event('View').where(property('t').ends_with('lo')).count()", 1],
  ["event('View').where(property('n').exists()).count()", 3],
  ["event('View').where(property('n').absent()).count()", 1],
  ["event('View').where(property('d').before_date(2026-01-02)).count()", 1],
  ["event('View').where(property('d').after_date(2026-01-02)).count()", 1],
  ["event('View').where(property('n').one_of(5, 9)).count()", 2],
  ["event('View').where(property('t').contains('ell', 'orl')).count()", 2],
  ["event('View').where(property('n') >= trait('least')).count()", 1],
  ["event('View').sources(exclude: 'shop').count()", 3],
])('CTR-07 %s', async (text, expected) => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada', { least: 6 })
  await view(spaceId, ada, -4, { n: 5, t: 'hello', d: '2026-01-01T00:00:00Z' })
  await view(spaceId, ada, -3, { n: 9, t: 'world', d: '2026-01-03T00:00:00Z' })
  await view(spaceId, ada, -2, { n: -1 })
  await view(spaceId, ada, -1, { t: 'x' }, 'shop')
  await trait(spaceId, 'found', text)
  await settle(spaceId, hour(0))
  expect(await values(spaceId)).toEqual({ found: expected })
})

it('CTR-02 CTR-06 sum, average, min and max by hand; what is no number is left out, and counts as text', async () => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada')
  for (const [at, n] of [0.1, 0.2, '10', 'nine', null, true, [7]].entries()) await view(spaceId, ada, -1 - at, { n })
  for (const [key, reducer] of [
    ['sum', "sum('n')"],
    ['average', "avg('n')"],
    ['min', "min('n')"],
    ['max', "max('n' as number)"],
    ['first_text', "min('n' as string)"],
    ['last_text', "max('n' as string)"],
  ] as const)
    await trait(spaceId, key, `event('View').${reducer}`)
  await settle(spaceId, hour(0))
  const { average, ...others } = await values(spaceId)
  expect(others).toEqual({ sum: 10.3, min: 0.1, max: 10, first_text: '0.1', last_text: 'true' })
  expect(average).toBeCloseTo(10.3 / 3, 12)
})

it('CTR-06 the most frequent of entries, and of lists as a whole', async () => {
  const spaceId = await space()
  const ada = await addProfile(db, spaceId, 'ada')
  for (const [at, tags] of [['a', 'b'], ['b', 'a'], ['a', 'b'], ['c', 'b'], 'b', []].entries())
    await view(spaceId, ada, -1 - at, { tags })
  await trait(spaceId, 'entry', "event('View').mode('tags.$', 2)")
  await trait(spaceId, 'list', "event('View').mode('tags.$' as array, 2)")
  await trait(spaceId, 'thrice', "event('View').mode('tags.$' as array, 3)")
  for (const [at, n] of ['x', 5, 'x', '5', 'x'].entries()) await view(spaceId, ada, -10 - at, { n })
  await trait(spaceId, 'number', "event('View').mode('n' as number, 2)")
  await settle(spaceId, hour(0))
  expect(await values(spaceId)).toEqual({ entry: 'b', list: ['a', 'b'], number: 5 })
})
