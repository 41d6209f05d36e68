import type { OperatorRule } from '../operator.ts'
import { text as words } from '../text/operand.ts'
import { containsAny, spelled, spoken } from './parts.ts'

/** NOT contains, and so true for a missing value, and beside a missing right side (spec/audiences §11.2, §11.3). */
export const omits: OperatorRule<'omits'> = {
  text: { word: 'omits', operand: words },
  test: (value, compare, around) => containsAny(value, [compare.value], compare, around),
  negated: true,
  sentence: (compare) => `does not contain ${spoken(compare.value)}${spelled(compare)}`,
}
