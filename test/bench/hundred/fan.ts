import { amongPeople, CATEGORIES, did, events, type Family, pick, property } from './family.ts'

/** Looked twice at something dear of a kind. */
export const fan: Family = {
  name: 'fan',
  condition: (i) =>
    did(
      {
        name: 'Product Viewed',
        within: `${20 + 10 * i} days`,
        where: {
          type: 'and',
          filters: [
            property('category', { operator: 'equals', value: pick(CATEGORIES, i) }),
            property('revenue', { operator: 'at_least', value: 100 }),
          ],
        },
      },
      2,
    ),
  byHand: (i, { now }) =>
    amongPeople(
      `select e.profile_id from event e where ${events('Product Viewed', now, 20 + 10 * i)}
        and e.properties ->> 'category' = '${pick(CATEGORIES, i)}' and (e.properties -> 'revenue')::numeric >= 100
        group by e.profile_id having count(*) >= 2`,
    ),
}
