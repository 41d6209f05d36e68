import { and, COUNTRIES, did, events, type Family, is, never, PEOPLE, PLANS, people, pick } from './family.ts'

/** Of a country and a plan, bought this year and not lately. */
export const lapsing: Family = {
  name: 'lapsing',
  condition: (i) =>
    and(
      and(is('country', pick(COUNTRIES, i)), is('plan', pick(PLANS, i))),
      did({ name: 'Order Completed', within: '300 days' }, 1),
      never({ name: 'Order Completed', within: `${40 + 10 * i} days` }),
    ),
  byHand: (i, { now }) => {
    const small = `p.traits ->> 'country' = '${pick(COUNTRIES, i)}' and p.traits ->> 'plan' = '${pick(PLANS, i)}'`
    const [bought, lately] = [events('Order Completed', now, 300), events('Order Completed', now, 40 + 10 * i)]
    return [
      [
        'exists and not exists',
        people(`${small} and exists (select from event e where ${bought} and e.profile_id = p.id)
          and not exists (select from event e where ${lately} and e.profile_id = p.id)`),
      ],
      [
        'the last order of everybody, grouped',
        `select p.id as profile_id from (select e.profile_id from event e where ${bought} group by e.profile_id
            having count(*) filter (where ${lately}) = 0) o
          join profile p on p.id = o.profile_id where ${PEOPLE} and ${small}`,
      ],
    ]
  },
}
