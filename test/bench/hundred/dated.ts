import type { Condition } from '../../../src/audience/condition.ts'
import { ago, and, type Family, is, people, pick, trait } from './family.ts'

const RENEWS = `(p.traits ->> 'renews_at')::timestamptz`
const SIGNED = `(p.traits ->> 'signed_up_at')::timestamptz`

const CASES: readonly (readonly [Condition, (now: Date) => string])[] = [
  [
    trait('renews_at', { operator: 'within_next', duration: '14 days' }),
    (now) => `${RENEWS} between ${ago(now, 0)} and ${ago(now, -14)}`,
  ],
  [
    and(trait('renews_at', { operator: 'after_next', duration: '300 days' }), is('country', 'de')),
    (now) => `${RENEWS} >= ${ago(now, -300)} and p.traits ->> 'country' = 'de'`,
  ],
  [
    and(
      trait('signed_up_at', { operator: 'after_date', value: '2025-03-01T00:00:00Z' }),
      trait('signed_up_at', { operator: 'before_date', value: '2025-03-15T00:00:00Z' }),
    ),
    () => `${SIGNED} > '2025-03-01T00:00:00Z' and ${SIGNED} < '2025-03-15T00:00:00Z'`,
  ],
  [
    and(trait('signed_up_at', { operator: 'before_last', duration: '715 days' }), is('plan', 'free')),
    (now) => `${SIGNED} <= ${ago(now, 715)} and p.traits ->> 'plan' = 'free'`,
  ],
  [
    and(is('plan', 'team'), is('country', 'fr'), trait('renews_at', { operator: 'within_next', duration: '60 days' })),
    (now) =>
      `p.traits ->> 'plan' = 'team' and p.traits ->> 'country' = 'fr' and ${RENEWS} between ${ago(now, 0)} and ${ago(now, -60)}`,
  ],
]

/** By dates in traits. */
export const dated: Family = {
  name: 'dated',
  condition: (i) => pick(CASES, i)[0],
  byHand: (i, { now }) => [['traits cast', people(pick(CASES, i)[1](now))]],
}
