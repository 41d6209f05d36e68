import { sql } from 'kysely'
import { must } from '../../base/must.ts'
import { instantOf } from '../literal.ts'
import type { OperatorRule } from '../operator.ts'
import { instant } from '../text/operand.ts'

/** Strictly later; a stored value without a zone is no instant (spec/audiences §11.3). */
export const afterDate: OperatorRule<'after_date'> = {
  text: { word: 'after_date', operand: instant },
  test: (value, { value: literal }) => sql`instant_of(${value}) > ${must(instantOf(literal), 'an instant')}::timestamptz`,
  negated: false,
  sentence: ({ value }) => `is after ${value}`,
}
