import { amongPeople, events, type Family, measured } from './family.ts'

/** Spent so much in the last days. */
export const spender: Family = {
  name: 'spender',
  condition: (i) =>
    measured(
      { name: 'Order Completed', within: `${30 + 20 * i} days` },
      { kind: 'sum', property: 'revenue' },
      { operator: 'at_least', value: 300 + 100 * i },
    ),
  byHand: (i, { now }) =>
    amongPeople(
      `select e.profile_id from event e where ${events('Order Completed', now, 30 + 20 * i)}
        group by e.profile_id having sum((e.properties -> 'revenue')::numeric) >= ${300 + 100 * i}`,
    ),
}
