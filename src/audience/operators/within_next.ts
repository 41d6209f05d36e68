import { sql } from 'kysely'
import { milliseconds, plus } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { instantNear } from './parts.ts'

/** now ≤ value ≤ now + N. */
export const withinNext: OperatorRule<'within_next'> = {
  text: { word: 'within_next', operand: span },
  test: (value, { duration }, { now }) => {
    const to = plus(now, duration)
    return sql`${instantNear(value, { from: now, to })} between ${now}::timestamptz and ${to}::timestamptz`
  },
  negated: false,
  sentence: ({ duration }) => `is within the next ${duration}`,
  flips: ({ duration }) => [-milliseconds(duration), 0],
}
