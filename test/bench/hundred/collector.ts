import { amongPeople, events, type Family, measured } from './family.ts'

const days = (i: number): number => 30 + 10 * i

/** Added many different things to the cart, or one of some. */
export const collector: Family = {
  name: 'collector',
  condition: (i) =>
    i < 3
      ? measured(
          { name: 'Product Added', within: `${days(i)} days` },
          { kind: 'unique_count', property: 'product_id' },
          { operator: 'at_least', value: 5 + i },
        )
      : measured(
          { name: 'Product Added', within: `${days(i)} days` },
          { kind: 'unique', property: 'product_id' },
          { operator: 'contains', values: [`"sku 77${i}"`, `"sku 88${i}"`] },
        ),
  byHand: (i, { now }) => {
    const added = events('Product Added', now, days(i))
    return i < 3
      ? [
          ...amongPeople(
            `select e.profile_id from event e where ${added} group by e.profile_id having count(distinct e.properties ->> 'product_id') >= ${5 + i}`,
          ),
          ...amongPeople(
            `select d.profile_id from (select e.profile_id, e.properties ->> 'product_id' from event e where ${added} group by 1, 2) d
              group by d.profile_id having count(*) >= ${5 + i}`,
          ),
          ...amongPeople(
            `select e.profile_id from event e where ${added} group by e.profile_id
              having count(*) >= ${5 + i} and count(distinct e.properties ->> 'product_id') >= ${5 + i}`,
          ),
        ]
      : amongPeople(
          `select distinct e.profile_id from event e where ${added} and e.properties ->> 'product_id' in ('sku 77${i}', 'sku 88${i}')`,
        )
  },
}
