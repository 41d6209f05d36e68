import { sql } from 'kysely'
import { milliseconds, plus, spokenDuration } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { dayNear, instantIn } from './parts.ts'

/** now ≤ value ≤ now + N. */
export const withinNext: OperatorRule<'within_next'> = {
  text: { word: 'within_next', operand: span },
  test: (value, { duration }, { now }) =>
    sql`${instantIn(value)} between ${now}::timestamptz and ${plus(now, duration)}::timestamptz`,
  needs: (value, { duration }, { now }) => dayNear(value, { from: now, to: plus(now, duration) }),
  negated: false,
  sentence: ({ duration }) => `is within the next ${spokenDuration(duration)}`,
  flips: ({ duration }) => [-milliseconds(duration), 0],
}
