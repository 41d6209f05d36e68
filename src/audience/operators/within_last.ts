import { sql } from 'kysely'
import { milliseconds, minus, spokenDuration } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { dayNear, instantIn } from './parts.ts'

/** now − N ≤ value ≤ now: instants, not calendar days. */
export const withinLast: OperatorRule<'within_last'> = {
  text: { word: 'within_last', operand: span },
  test: (value, { duration }, { now }) =>
    sql`${instantIn(value)} between ${minus(now, duration)}::timestamptz and ${now}::timestamptz`,
  needs: (value, { duration }, { now }) => dayNear(value, { from: minus(now, duration), to: now }),
  negated: false,
  sentence: ({ duration }) => `is within the last ${spokenDuration(duration)}`,
  flips: ({ duration }) => [0, milliseconds(duration)],
}
