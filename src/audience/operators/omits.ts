import type { OperatorRule } from '../operator.ts'
import { containsAny, spoken } from './parts.ts'

/** NOT contains, and so true for a missing value (spec/audiences §11.3). */
export const omits: OperatorRule<'omits'> = {
  test: (value, { value: text }) => containsAny(value, [text]),
  negated: true,
  sentence: ({ value }) => `does not contain ${spoken(value)}`,
}
