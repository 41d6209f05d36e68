import { sql } from 'kysely'
import { milliseconds, plus } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'
import { span } from '../text/operand.ts'
import { instantNear } from './parts.ts'

/** value ≥ now + N. */
export const afterNext: OperatorRule<'after_next'> = {
  text: { word: 'after_next', operand: span },
  test: (value, { duration }, { now }) => {
    const edge = plus(now, duration)
    return sql`${instantNear(value, { from: edge })} >= ${edge}::timestamptz`
  },
  negated: false,
  sentence: ({ duration }) => `is more than ${duration} from now`,
  flips: ({ duration }) => [-milliseconds(duration)],
}
