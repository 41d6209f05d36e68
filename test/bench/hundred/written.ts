import type { Condition } from '../../../src/audience/condition.ts'
import { and, type Family, not, people, pick, trait } from './family.ts'

const CASES: readonly (readonly [Condition, string])[] = [
  [
    and(
      trait('email', { operator: 'ends_with', value: '77@EXAMPLE.com', ignoreCase: true }),
      trait('address.city', { operator: 'not_equals', value: 'City 76' }),
    ),
    `lower(p.traits ->> 'email') like '%77@example.com' and p.traits -> 'address' ->> 'city' <> 'City 76'`,
  ],
  [
    and(trait('address.city', { operator: 'contains', values: ['99', '88'] }), trait('email', { operator: 'omits', value: '1' })),
    `(p.traits -> 'address' ->> 'city' like '%99%' or p.traits -> 'address' ->> 'city' like '%88%') and coalesce(p.traits ->> 'email', '') not like '%1%'`,
  ],
  [
    and(
      trait('plan', { operator: 'none_of', values: ['free', 'team'] }),
      trait('phone', { operator: 'absent' }),
      trait('address.city', { operator: 'equals', value: 'City 100' }),
    ),
    `p.traits ->> 'plan' not in ('free', 'team') and p.traits ->> 'phone' is null and p.traits -> 'address' ->> 'city' = 'City 100'`,
  ],
  [
    and(
      trait('renews_at', { operator: 'exists' }),
      not(trait('country', { operator: 'equals', value: 'us' })),
      trait('age', { operator: 'at_most', value: 20 }),
    ),
    `p.traits ->> 'renews_at' is not null and p.traits ->> 'country' is distinct from 'us' and (p.traits -> 'age')::integer <= 20`,
  ],
  [
    and(
      trait('favourite', { operator: 'equals', value: { reference: 'trait', path: 'interests' } }),
      trait('vip', { operator: 'equals', value: false }),
    ),
    `p.traits -> 'favourite' = p.traits -> 'interests' and p.traits ->> 'vip' = 'false'`,
  ],
]

/** By what is written in traits. */
export const written: Family = {
  name: 'written',
  condition: (i) => pick(CASES, i)[0],
  byHand: (i) => [['traits taken out', people(pick(CASES, i)[1])]],
}
