import type { OperatorRule } from '../operator.ts'
import { nothing } from '../text/operand.ts'
import { present } from './parts.ts'

/** Not null; the empty string exists. */
export const exists: OperatorRule<'exists'> = {
  text: { word: 'exists', operand: nothing },
  test: (value) => present(value),
  negated: false,
  sentence: () => 'exists',
}
