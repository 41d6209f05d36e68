import type { Comparison, Measure } from '../../../src/audience/condition.ts'
import { amongPeople, events, type Family, measured, pick, type Way } from './family.ts'

const NAME = 'Order Completed'
const CASES: readonly (readonly [Measure, Comparison])[] = [
  [
    { kind: 'last', property: 'category' },
    { operator: 'equals', value: 'games' },
  ],
  [
    { kind: 'first', property: 'category' },
    { operator: 'one_of', values: ['books', 'toys'] },
  ],
  [
    { kind: 'most_frequent', property: 'category', minimum: 2 },
    { operator: 'equals', value: 'music' },
  ],
  [
    { kind: 'max', property: 'category', as: 'string' },
    { operator: 'equals', value: 'books' },
  ],
  [
    { kind: 'last', property: 'revenue' },
    { operator: 'at_least', value: 120 },
  ],
]
const days = (i: number): number => 20 + 10 * i

const nth = (order: string, test: string, from: string): readonly Way[] => [
  ...amongPeople(
    `select l.profile_id from (select distinct on (e.profile_id) e.profile_id, e.properties from event e where ${from}
      order by e.profile_id, e.timestamp ${order}, e.message_id ${order}) l where ${test.replaceAll('$v', 'l.properties')}`,
  ),
  ...amongPeople(
    `select g.profile_id from (select e.profile_id, (array_agg(e.properties order by e.timestamp ${order}, e.message_id ${order}))[1] as v
      from event e where ${from} group by e.profile_id) g where ${test.replaceAll('$v', 'g.v')}`,
  ),
]

/** What somebody bought last, first, or most. */
export const taste: Family = {
  name: 'taste',
  condition: (i) => measured({ name: NAME, within: `${days(i)} days` }, ...pick(CASES, i)),
  byHand: (i, { now }) => {
    const from = events(NAME, now, days(i))
    const ways: readonly (readonly Way[])[] = [
      nth('desc', `$v ->> 'category' = 'games'`, from),
      nth('asc', `$v ->> 'category' in ('books', 'toys')`, from),
      amongPeople(
        `select c.profile_id from (select distinct on (n.profile_id) n.profile_id, n.category from (
            select e.profile_id, e.properties ->> 'category' as category, count(*) as times from event e where ${from} group by 1, 2 having count(*) >= 2) n
          order by n.profile_id, n.times desc, n.category) c where c.category = 'music'`,
      ),
      amongPeople(
        `select e.profile_id from event e where ${from} group by e.profile_id having max(e.properties ->> 'category' collate "C") = 'books'`,
      ),
      nth('desc', `($v -> 'revenue')::numeric >= 120`, from),
    ]
    return pick(ways, i)
  },
}
