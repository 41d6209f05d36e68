import { sql } from 'kysely'
import { milliseconds, minus } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'

/** now − N ≤ value ≤ now: instants, not calendar days. */
export const withinLast: OperatorRule<'within_last'> = {
  test: (value, { duration }, { now }) =>
    sql`instant_of(${value}) between ${minus(now, duration)}::timestamptz and ${now}::timestamptz`,
  negated: false,
  sentence: ({ duration }) => `is within the last ${duration}`,
  flips: ({ duration }) => [0, milliseconds(duration)],
}
