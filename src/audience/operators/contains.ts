import type { OperatorRule } from '../operator.ts'
import { texts } from '../text/operand.ts'
import { containsAny, either, spelled, spoken } from './parts.ts'

export const contains: OperatorRule<'contains'> = {
  text: { word: 'contains', operand: texts },
  test: (value, compare, around) => containsAny(value, compare.values, compare, around),
  negated: false,
  sentence: (compare) => `contains ${either(compare.values.map(spoken))}${spelled(compare)}`,
}
