import { sql } from 'kysely'
import { milliseconds, plus } from '../../base/duration.ts'
import type { OperatorRule } from '../operator.ts'

/** value ≥ now + N. */
export const afterNext: OperatorRule<'after_next'> = {
  test: (value, { duration }, { now }) => sql`instant_of(${value}) >= ${plus(now, duration)}::timestamptz`,
  negated: false,
  sentence: ({ duration }) => `is more than ${duration} from now`,
  flips: ({ duration }) => [-milliseconds(duration)],
}
