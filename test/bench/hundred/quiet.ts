import { and, events, type Family, is, measured, PEOPLE, PLANS, people, pick } from './family.ts'

/** Pays, and hardly looks. */
export const quiet: Family = {
  name: 'quiet',
  condition: (i) =>
    and(
      is('plan', pick(PLANS, i)),
      measured(
        { name: 'Product Viewed', within: `${30 + 15 * i} days` },
        { kind: 'count' },
        i % 2 === 0 ? { operator: 'at_most', value: 2 } : { operator: 'less_than', value: 3 },
      ),
      is('country', pick(['de', 'fr', 'gb'], i)),
    ),
  byHand: (i, { now }) => {
    const small = `p.traits ->> 'plan' = '${pick(PLANS, i)}' and p.traits ->> 'country' = '${pick(['de', 'fr', 'gb'], i)}'`
    const viewed = events('Product Viewed', now, 30 + 15 * i)
    const often = `select e.profile_id from event e where ${viewed} group by e.profile_id having count(*) > 2`
    return [
      ['each asked', people(`${small} and (select count(*) from event e where ${viewed} and e.profile_id = p.id) <= 2`)],
      [
        'left join to those who look often',
        `select p.id as profile_id from profile p left join (${often}) o on o.profile_id = p.id where ${PEOPLE} and ${small} and o.profile_id is null`,
      ],
      [
        'a third look, by index',
        people(`${small} and not exists (select from event e where ${viewed} and e.profile_id = p.id offset 2)`),
      ],
      [
        'those joined to their looks, grouped',
        `select p.id as profile_id from profile p left join event e on e.profile_id = p.id and ${viewed} where ${PEOPLE} and ${small}
          group by p.id having count(e.profile_id) <= 2`,
      ],
    ]
  },
}
