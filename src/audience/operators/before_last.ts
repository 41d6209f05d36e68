import { sql } from 'kysely'
import { milliseconds, minus } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'

/** value ≤ now − N. */
export const beforeLast: OperatorRule<'before_last'> = {
  test: (value, { duration }, { now }) => sql`instant_of(${value}) <= ${minus(now, duration)}::timestamptz`,
  negated: false,
  sentence: ({ duration }) => `is more than ${duration} ago`,
  flips: ({ duration }) => [milliseconds(duration)],
}
