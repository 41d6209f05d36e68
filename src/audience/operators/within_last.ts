import { sql } from 'kysely'
import { milliseconds, minus } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { instantNear } from './parts.ts'

/** now − N ≤ value ≤ now: instants, not calendar days. */
export const withinLast: OperatorRule<'within_last'> = {
  text: { word: 'within_last', operand: span },
  test: (value, { duration }, { now }) => {
    const from = minus(now, duration)
    return sql`${instantNear(value, { from, to: now })} between ${from}::timestamptz and ${now}::timestamptz`
  },
  negated: false,
  sentence: ({ duration }) => `is within the last ${duration}`,
  flips: ({ duration }) => [0, milliseconds(duration)],
}
