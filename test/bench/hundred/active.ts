import { amongPeople, events, type Family, measured, pick } from './family.ts'

const EVENTS = ['Order Completed', 'Product Viewed', 'Product Added', 'Email Opened', 'Support Requested']

/** Did something so often in the last days. */
export const active: Family = {
  name: 'active',
  condition: (i) =>
    measured(
      { name: pick(EVENTS, i), within: `${7 + 6 * i} days` },
      { kind: 'count' },
      i % 2 === 0 ? { operator: 'at_least', value: 2 + (i % 3) } : { operator: 'greater_than', value: 1 + (i % 3) },
    ),
  byHand: (i, { now }) =>
    amongPeople(
      `select e.profile_id from event e where ${events(pick(EVENTS, i), now, 7 + 6 * i)} group by e.profile_id having count(*) >= ${2 + (i % 3)}`,
    ),
}
