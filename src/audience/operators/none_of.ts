import { sql } from 'kysely'
import type { OperatorRule } from '../operator.ts'
import { several } from '../text/operand.ts'
import { either, equalsAny, present, spelled, spoken } from './parts.ts'

export const noneOf: OperatorRule<'none_of'> = {
  text: { word: 'none_of', operand: several },
  test: (value, compare) => sql`${present(value)} and (${equalsAny(value, compare.values, compare)}) is not true`,
  negated: false,
  sentence: (compare) => `is none of ${either(compare.values.map(spoken))}${spelled(compare)}`,
}
