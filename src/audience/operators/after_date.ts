import { sql } from 'kysely'
import { must } from '../../base/must.ts'
import { instantOf } from '../literal.ts'
import type { OperatorRule } from '../operator.ts'
import { instant as day } from '../text/operand.ts'
import { dayNear, instantIn } from './parts.ts'

const at = (literal: string): string => must(instantOf(literal), 'an instant')

/** Strictly later; a stored value without a zone is no instant (spec/audiences §11.3). */
export const afterDate: OperatorRule<'after_date'> = {
  text: { word: 'after_date', operand: day },
  test: (value, { value: literal }) => sql`${instantIn(value)} > ${at(literal)}::timestamptz`,
  needs: (value, { value: literal }) => dayNear(value, { from: new Date(at(literal)) }),
  negated: false,
  sentence: ({ value }) => `is after ${value}`,
}
