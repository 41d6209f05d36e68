import { ago, amongPeople, and, did, events, type Family, people } from './family.ts'

/** Bought some time ago and again. */
export const returning: Family = {
  name: 'returning',
  condition: (i) =>
    and(
      did({ name: 'Order Completed', between: ['30 days', `${60 + 20 * i} days`] }, 1),
      did({ name: 'Order Completed', within: '30 days' }, 1),
    ),
  byHand: (i, { now }) => {
    const before = `e.space_id = $1 and e.name = 'Order Completed' and e.timestamp < ${ago(now, 30)} and e.timestamp >= ${ago(now, 60 + 20 * i)}`
    const lately = events('Order Completed', now, 30)
    return [
      [
        'exists twice',
        people(`exists (select from event e where ${before} and e.profile_id = p.id)
          and exists (select from event e where ${lately} and e.profile_id = p.id)`),
      ],
      ...amongPeople(
        `select e.profile_id from event e where ${events('Order Completed', now, 60 + 20 * i)} group by e.profile_id
          having bool_or(e.timestamp < ${ago(now, 30)}) and bool_or(e.timestamp >= ${ago(now, 30)})`,
      ),
      ...amongPeople(
        `select distinct b.profile_id from (select distinct e.profile_id from event e where ${before}) b
          join event e on e.profile_id = b.profile_id where ${lately}`,
      ),
    ]
  },
}
