import type { EventSelection } from '../../../src/audience/condition.ts'
import { amongPeople, did, events, type Family, pick, property, type Way } from './family.ts'

type Now = { readonly now: Date }
const grouped = (from: string, where: string, times: number): readonly Way[] =>
  amongPeople(`select e.profile_id from ${from} where ${where} group by e.profile_id having count(*) >= ${times}`)
const withTraits = 'event e join profile o on o.space_id = $1 and o.id = e.profile_id'

const CASES: readonly (readonly [EventSelection, number, (at: Now) => readonly Way[]])[] = [
  [
    { name: 'App Opened', within: '30 days', excludeSources: ['app'] },
    4,
    ({ now }) => grouped('event e', `${events('App Opened', now, 30)} and e.source_id <> 'app'`, 4),
  ],
  [
    {
      name: 'Page Viewed',
      within: '10 days',
      where: { type: 'context', path: 'device.type', compare: { operator: 'equals', value: 'ios' } },
    },
    3,
    ({ now }) => grouped('event e', `${events('Page Viewed', now, 10)} and e.context -> 'device' ->> 'type' = 'ios'`, 3),
  ],
  [
    {
      name: 'Order Completed',
      within: '60 days',
      where: property('shipping', { operator: 'greater_than', value: { reference: 'property', path: 'revenue' } }),
    },
    2,
    ({ now }) =>
      grouped(
        'event e',
        `${events('Order Completed', now, 60)} and (e.properties -> 'shipping')::numeric > (e.properties -> 'revenue')::numeric`,
        2,
      ),
  ],
  [
    {
      name: 'Product Viewed',
      within: '15 days',
      where: {
        type: 'not',
        filter: property('category', { operator: 'equals', value: { reference: 'trait', path: 'favourite' } }),
      },
    },
    5,
    ({ now }) =>
      grouped(
        withTraits,
        `${events('Product Viewed', now, 15)} and e.properties -> 'category' is distinct from o.traits -> 'favourite'`,
        5,
      ),
  ],
  [
    {
      name: 'Support Requested',
      within: '90 days',
      where: {
        type: 'or',
        filters: [
          { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'enterprise' } },
          property('revenue', { operator: 'at_least', value: 170 }),
        ],
      },
    },
    1,
    ({ now }) =>
      grouped(
        withTraits,
        `${events('Support Requested', now, 90)} and (o.traits ->> 'plan' = 'enterprise' or (e.properties -> 'revenue')::numeric >= 170)`,
        1,
      ),
  ],
]

/** By where an event came from, and by what else is known beside it. */
export const sourced: Family = {
  name: 'sourced',
  condition: (i) => did(pick(CASES, i)[0], pick(CASES, i)[1]),
  byHand: (i, at) => pick(CASES, i)[2](at),
}
