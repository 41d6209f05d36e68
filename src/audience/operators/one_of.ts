import type { OperatorRule } from '../operator.ts'
import { several } from '../text/operand.ts'
import { either, equalsAny, spelled, spoken } from './parts.ts'

export const oneOf: OperatorRule<'one_of'> = {
  text: { word: 'one_of', operand: several },
  test: (value, compare) => equalsAny(value, compare.values, compare),
  negated: false,
  sentence: (compare) => `is ${either(compare.values.map(spoken))}${spelled(compare)}`,
}
