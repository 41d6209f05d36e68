import { amongPeople, events, type Family, measured, people } from './family.ts'

const days = (i: number): number => 8 + 2 * i

/** Looked at something and then bought the same. */
export const followed: Family = {
  name: 'followed',
  condition: (i) =>
    measured(
      {
        name: 'Product Viewed',
        within: `${days(i)} days`,
        where: {
          type: 'event',
          event: {
            name: 'Order Completed',
            ...(i % 2 === 0 ? { withinParent: '4 days' } : { betweenParent: ['1 day', '4 days'] }),
            where: {
              type: 'property',
              path: i < 3 ? 'product_id' : 'category',
              compare: { operator: 'equals', value: { reference: 'parent', path: i < 3 ? 'product_id' : 'category' } },
            },
          },
          measure: { kind: 'count' },
          compare: { operator: 'at_least', value: 1 },
        },
      },
      { kind: 'count' },
      { operator: 'not_equals', value: 0 },
    ),
  byHand: (i, { now }) => {
    const what = i < 3 ? 'product_id' : 'category'
    const viewed = events('Product Viewed', now, days(i))
    const bought = `${events('Order Completed', now, undefined, 'o')} and o.profile_id = e.profile_id and o.timestamp > e.timestamp${i % 2 === 0 ? '' : ` + interval '1 day'`}
      and o.timestamp <= e.timestamp + interval '4 days' and o.properties ->> '${what}' = e.properties ->> '${what}'`
    const recent = events('Order Completed', now, days(i), 'o')
    return [
      ...amongPeople(`select distinct e.profile_id from event e join event o on ${bought} and ${recent} where ${viewed}`),
      ...amongPeople(
        `select distinct e.profile_id from event e where ${viewed} and exists (select from event o where ${bought} and ${recent})`,
      ),
      [
        'each asked',
        people(
          `exists (select from event e where ${viewed} and e.profile_id = p.id and exists (select from event o where ${bought}))`,
        ),
      ],
    ]
  },
}
