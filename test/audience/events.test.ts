import { describe, expect, it } from 'vitest'
import type { Comparison, Condition, Measure } from '../../src/audience/condition.ts'
import { freshDatabase } from '../support/database.ts'
import { addEvent, addProfile, did, hour, makePartitions, makeSpace, matching, measureOf, not } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)
const SPACE = 'spa_events'
await makeSpace(db, SPACE)
await makeSpace(db, 'spa_decoy')
const now = hour(0)

type Event = readonly [name: string, ageInHours: number, properties?: Record<string, unknown>, context?: Record<string, unknown>]
const PEOPLE: Readonly<Record<string, readonly Event[]>> = {
  nobody: [],
  two: [
    ['A', 1],
    ['A', 30],
  ],
  three: [
    ['A', 1, { price: 50, brand: 'y' }],
    ['A', 2, { price: '150', brand: 'x' }],
    ['A', 3, { price: 'much', coupon: 'c' }],
  ],
  old: [['A', 90 * 24 - 1]],
  edge: [['A', 90 * 24]],
  older: [['A', 90 * 24 + 1]],
  middle: [['A', 45 * 24]],
  edge30: [['A', 30 * 24]],
  future: [['A', -5]],
  spender: [
    ['Order', 1, { revenue: 0.1 }],
    ['Order', 2, { revenue: '0.2' }],
    ['Order', 3, { revenue: 'free' }],
  ],
  page: [['Page Viewed', 1, { name: 'Home', page_name: 'Home' }, { page: { url: 'https://example.com/x' } }]],
}

const ids = new Map<string, string>()
let message = 0
for (const space of [SPACE, 'spa_decoy']) {
  for (const [name, events] of Object.entries(PEOPLE)) {
    const id = await addProfile(db, space, name)
    if (space === SPACE) ids.set(id, name)
    for (const [event, age, properties = {}, context = {}] of events) {
      await addEvent(db, space, id, event, hour(-age), `m${message++}`, properties as never, context as never)
    }
  }
}
// Decoys: the same people in another space do everything, and one of this space was merged away.
for (const name of Object.keys(PEOPLE)) {
  for (let n = 0; n < 4; n++)
    await addEvent(db, 'spa_decoy', await addProfile(db, 'spa_decoy', name), 'A', hour(-1), `d${message++}`)
}

const who = async (condition: Condition, at = now): Promise<readonly string[]> =>
  (await matching(db, SPACE, condition, at)).map((id) => ids.get(id) ?? `G9: ${id} is not of this space`).sort()

const count = (operator: string, value: number): Comparison => ({ operator, value }) as Comparison
const everybody = Object.keys(PEOPLE).sort()
const but = (...names: string[]): string[] => everybody.filter((name) => !names.includes(name))
const A = ['two', 'three', 'old', 'edge', 'older', 'middle', 'edge30', 'future'].sort()

describe('event conditions', () => {
  it.each<[string, Condition, readonly string[]]>([
    ['CND-07 at least 2', did('A', count('at_least', 2)), ['three', 'two']],
    ['CND-07 exactly 2', did('A', count('equals', 2)), ['two']],
    ['CND-07 at least 3', did('A', count('at_least', 3)), ['three']],
    ['CND-07 at most 2', did('A', count('at_most', 2)), but('three')],
    ['CND-07 not 2', did('A', count('not_equals', 2)), but('two')],
    ['CND-07 one of', did('A', { operator: 'one_of', values: [2, 3] }), ['three', 'two']],
    ['CND-07 none of', did('A', { operator: 'none_of', values: [1, 2] }), [...but(...A), 'three'].sort()],
    ['CND-07 by text', did('A', { operator: 'at_least', value: '2' }), ['three', 'two']],
    ['CND-08 at most 0', did('A', count('at_most', 0)), but(...A)],
    ['CND-08 exactly 0', did('A', count('equals', 0)), but(...A)],
    ['CND-08 at least 0', did('A', count('at_least', 0)), everybody],
    ['CND-08 less than 1', did('A', count('less_than', 1)), but(...A)],
    ['CND-08 not', not(did('A')), but(...A)],
    ['CND-08 unknown event', did('Unknown', count('at_most', 0)), everybody],
    ['an event of the future counts without a window', did('A'), A],
    [
      'CND-10 within, the edge included',
      did('A', undefined, { within: '90 days' }),
      A.filter((n) => !['older', 'future'].includes(n)),
    ],
    ['CND-11 between', did('A', undefined, { between: ['30 days', '90 days'] }), ['edge', 'middle', 'old']],
    ['CND-11 reversed matches nothing', did('A', undefined, { between: ['90 days', '30 days'] }), []],
    [
      'CND-11 then silent',
      {
        type: 'and',
        conditions: [did('A', undefined, { between: ['1 day', '90 days'] }), did('A', count('at_most', 0), { within: '1 day' })],
      },
      ['edge', 'edge30', 'middle', 'old'],
    ],
    [
      'CND-09 filters per event',
      did('A', undefined, {
        where: {
          type: 'or',
          filters: [
            {
              type: 'and',
              filters: [
                { type: 'property', path: 'price', compare: { operator: 'greater_than', value: 100 } },
                { type: 'property', path: 'brand', compare: { operator: 'equals', value: 'y' } },
              ],
            },
            { type: 'property', path: 'coupon', compare: { operator: 'equals', value: 'none' } },
          ],
        },
      }),
      [],
    ],
    [
      'CND-09 filters, typed',
      did('A', undefined, { where: { type: 'property', path: 'price', compare: { operator: 'greater_than', value: 100 } } }),
      ['three'],
    ],
    [
      'CND-13 a negated event with a filter',
      not(did('A', undefined, { where: { type: 'property', path: 'price', compare: { operator: 'greater_than', value: 200 } } })),
      everybody,
    ],
    [
      'CND-22 page name and context',
      did('Page Viewed', undefined, {
        where: {
          type: 'and',
          filters: [
            { type: 'property', path: 'page_name', compare: { operator: 'equals', value: 'Home' } },
            { type: 'context', path: 'page.url', compare: { operator: 'contains', values: ['example'] } },
          ],
        },
      }),
      ['page'],
    ],
    [
      'CND-30 A or (B and C)',
      { type: 'or', conditions: [did('Page Viewed'), { type: 'and', conditions: [did('Order'), did('A')] }] },
      ['page'],
    ],
    ['CND-29 a name with quotes', did(`A' or '1'='1`), []],
  ])('%s', async (_check, condition, expected) => {
    expect(await who(condition)).toEqual([...expected].sort())
  })

  const measured = (kind: Measure['kind'], compare: Comparison): Condition => ({
    type: 'event',
    event: { name: 'Order' },
    measure: measureOf(kind, 'revenue'),
    compare,
  })
  it.each<[string, Measure['kind'], Comparison, boolean, boolean]>([
    ['CND-18 exact decimals', 'sum', { operator: 'equals', value: 0.3 }, true, false],
    ['CND-18 above', 'sum', { operator: 'greater_than', value: '0.29' }, true, false],
    ['CND-18 average', 'average', { operator: 'equals', value: 0.15 }, true, false],
    ['CND-18 min', 'min', { operator: 'at_most', value: 0.1 }, true, false],
    ['CND-18 max', 'max', { operator: 'at_least', value: 0.2 }, true, false],
    ['CND-18 nothing is not less', 'sum', { operator: 'less_than', value: 100 }, true, false],
    ['CND-18 nothing is not another', 'sum', { operator: 'not_equals', value: 100 }, true, false],
    ['CND-18 nothing is absent', 'sum', { operator: 'absent' }, false, true],
    ['CND-18 exists', 'max', { operator: 'exists' }, true, false],
    ['CND-18 omits', 'sum', { operator: 'omits', value: '9' }, true, true],
    ['CTR-04 first', 'first', { operator: 'equals', value: 'free' }, true, false],
    ['CTR-04 last', 'last', { operator: 'less_than', value: 0.2 }, true, false],
    ['CTR-04 last of nothing is not another', 'last', { operator: 'not_equals', value: 'x' }, true, false],
    ['CTR-04 first of nothing is absent', 'first', { operator: 'absent' }, false, true],
    ['CTR-03 nothing is there twice', 'most_frequent', { operator: 'exists' }, false, false],
    ['CTR-05 a list as its compact JSON', 'unique', { operator: 'contains', values: ['["0.1","0.2","free"]'] }, true, false],
    ['CTR-05 no list omits everything', 'unique', { operator: 'omits', value: 'free' }, false, true],
    ['CTR-05 so many', 'unique_count', { operator: 'equals', value: 3 }, true, false],
    ['CTR-05 none', 'unique_count', { operator: 'at_most', value: 0 }, false, true],
    ['CND-18 count as text', 'count', { operator: 'starts_with', value: '3' }, true, false],
    ['CND-18 count of nothing as text', 'count', { operator: 'contains', values: ['0'] }, false, true],
  ])('%s', async (_check, kind, compare, spender, nobody) => {
    const found = await who(measured(kind, compare))
    expect([found.includes('spender'), found.includes('nobody')]).toEqual([spender, nobody])
  })

  it('CND-12 decays with time alone', async () => {
    expect(await who(did('A', undefined, { within: '2 hours' }), hour(0))).toContain('three')
    expect(await who(did('A', undefined, { within: '2 hours' }), hour(3))).not.toContain('three')
    expect(await who(did('A', undefined, { within: '2 hours' }), hour(5))).toContain('future')
  })

  it('AUD-04 anonymous people are in only when asked for', async () => {
    const id = await addProfile(db, SPACE, 'anonymous', {}, { anonymous_id: ['a'] })
    const condition: Condition = { type: 'trait', path: 'x', compare: { operator: 'absent' } }
    expect((await matching(db, SPACE, condition, now)).includes(id)).toBe(false)
    expect((await matching(db, SPACE, condition, now, { filterByExternalIds: ['anonymous_id'] })).includes(id)).toBe(true)
    expect((await matching(db, SPACE, condition, now, { filterByExternalIds: undefined })).includes(id)).toBe(true)
  })
})
