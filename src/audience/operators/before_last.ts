import { sql } from 'kysely'
import { milliseconds, minus } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { instantNear } from './parts.ts'

/** value ≤ now − N. */
export const beforeLast: OperatorRule<'before_last'> = {
  text: { word: 'before_last', operand: span },
  test: (value, { duration }, { now }) => {
    const edge = minus(now, duration)
    return sql`${instantNear(value, { to: edge })} <= ${edge}::timestamptz`
  },
  negated: false,
  sentence: ({ duration }) => `is more than ${duration} ago`,
  flips: ({ duration }) => [milliseconds(duration)],
}
