import { sql } from 'kysely'
import { milliseconds, plus, spokenDuration } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { dayNear, instantIn } from './parts.ts'

/** value ≥ now + N. */
export const afterNext: OperatorRule<'after_next'> = {
  text: { word: 'after_next', operand: span },
  test: (value, { duration }, { now }) => sql`${instantIn(value)} >= ${plus(now, duration)}::timestamptz`,
  needs: (value, { duration }, { now }) => dayNear(value, { from: plus(now, duration) }),
  negated: false,
  sentence: ({ duration }) => `is more than ${spokenDuration(duration)} from now`,
  flips: ({ duration }) => [-milliseconds(duration)],
}
