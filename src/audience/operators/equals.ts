import type { OperatorRule } from '../operator.ts'
import { exact } from '../text/operand.ts'
import { equalTo, maybeEqualTo, spelled, spoken } from './parts.ts'

export const equals: OperatorRule<'equals'> = {
  text: { word: 'equals', signs: ['=', '=='], operand: exact },
  test: (value, compare, around) => equalTo(value, compare.value, compare, around),
  needs: (value, compare, around) => maybeEqualTo(value, compare.value, compare, around),
  negated: false,
  sentence: (compare) => `is ${spoken(compare.value)}${spelled(compare)}`,
}
