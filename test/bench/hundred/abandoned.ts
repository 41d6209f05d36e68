import { ago, amongPeople, did, events, type Family, people } from './family.ts'

const days = (i: number): number => 5 + i

/** Added something to the cart and then did not buy within days. */
export const abandoned: Family = {
  name: 'abandoned',
  condition: (i) =>
    did(
      {
        name: 'Product Added',
        within: `${days(i)} days`,
        where: {
          type: 'event',
          event: { name: 'Order Completed', withinParent: '3 days', settled: true },
          measure: { kind: 'count' },
          compare: { operator: 'equals', value: 0 },
        },
      },
      1 + (i % 2),
    ),
  byHand: (i, { now }) => {
    const added = `${events('Product Added', now, days(i))} and e.timestamp < ${ago(now, 3)}`
    const bought = `exists (select from event o where ${events('Order Completed', now, undefined, 'o')} and o.profile_id = e.profile_id
      and o.timestamp > e.timestamp and o.timestamp <= e.timestamp + interval '3 days' and o.timestamp >= ${ago(now, days(i))})`
    return [
      ...amongPeople(
        `select e.profile_id from event e where ${added} and not ${bought} group by e.profile_id having count(*) >= ${1 + (i % 2)}`,
      ),
      [
        'each asked',
        people(`(select count(*) from event e where ${added} and e.profile_id = p.id and not ${bought}) >= ${1 + (i % 2)}`),
      ],
    ]
  },
}
