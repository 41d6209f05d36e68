import { sql } from 'kysely'
import { milliseconds, minus, spokenDuration } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { dayNear, instantIn } from './parts.ts'

/** value ≤ now − N. */
export const beforeLast: OperatorRule<'before_last'> = {
  text: { word: 'before_last', operand: span },
  test: (value, { duration }, { now }) => sql`${instantIn(value)} <= ${minus(now, duration)}::timestamptz`,
  needs: (value, { duration }, { now }) => dayNear(value, { to: minus(now, duration) }),
  negated: false,
  sentence: ({ duration }) => `is more than ${spokenDuration(duration)} ago`,
  flips: ({ duration }) => [milliseconds(duration)],
}
