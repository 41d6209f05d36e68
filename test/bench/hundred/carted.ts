import { amongPeople, CATEGORIES, did, events, type Family, people, pick, property } from './family.ts'

const days = (i: number): number => 20 + 20 * i

/** Bought a thing of a price among others, or has an interest. */
export const carted: Family = {
  name: 'carted',
  condition: (i) =>
    i < 3
      ? did(
          {
            name: 'Order Completed',
            within: `${days(i)} days`,
            where: {
              type: 'any_element',
              path: 'products',
              filter: {
                type: 'and',
                filters: [
                  property('sku', { operator: 'starts_with', value: `sku ${1 + i}` }),
                  property('price', { operator: 'greater_than', value: 80 }),
                ],
              },
            },
          },
          1,
        )
      : {
          type: 'any_element',
          path: 'interests',
          filter: {
            type: 'or',
            filters: [
              property('', { operator: 'equals', value: `${pick(CATEGORIES, i)} 7` }),
              property('', { operator: 'equals', value: `${pick(CATEGORIES, i)} 8` }),
            ],
          },
        },
  byHand: (i, { now }) => {
    if (i >= 3) {
      const [seven, eight] = [7, 8].map((n) => `${pick(CATEGORIES, i)} ${n}`)
      return [
        ['a key of the array', people(`p.traits -> 'interests' ?| array['${seven}', '${eight}']`)],
        [
          'an entry of the array',
          people(
            `exists (select from jsonb_array_elements_text(p.traits -> 'interests') as i (text) where i.text in ('${seven}', '${eight}'))`,
          ),
        ],
      ]
    }
    const bought = events('Order Completed', now, days(i))
    const dear = `exists (select from jsonb_array_elements(e.properties -> 'products') as t (thing)
      where t.thing ->> 'sku' like 'sku ${1 + i}%' and (t.thing -> 'price')::numeric > 80)`
    return [
      ...amongPeople(`select distinct e.profile_id from event e where ${bought} and ${dear}`),
      ...amongPeople(
        `select distinct e.profile_id from event e cross join lateral jsonb_array_elements(e.properties -> 'products') as t (thing)
          where ${bought} and t.thing ->> 'sku' like 'sku ${1 + i}%' and (t.thing -> 'price')::numeric > 80`,
      ),
      ['each asked', people(`exists (select from event e where ${bought} and e.profile_id = p.id and ${dear})`)],
    ]
  },
}
