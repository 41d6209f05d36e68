import { sql } from 'kysely'
import { must } from '../../base/must.ts'
import { instantOf } from '../literal.ts'
import type { OperatorRule } from '../operator.ts'
import { instant as day } from '../text/operand.ts'
import { instantNear } from './parts.ts'

/** Strictly earlier; a stored value without a zone is no instant (spec/audiences §11.3). */
export const beforeDate: OperatorRule<'before_date'> = {
  text: { word: 'before_date', operand: day },
  test: (value, { value: literal }) => {
    const instant = must(instantOf(literal), 'an instant')
    return sql`${instantNear(value, { to: new Date(instant) })} < ${instant}::timestamptz`
  },
  negated: false,
  sentence: ({ value }) => `is before ${value}`,
}
