import type { OperatorRule } from '../operator.ts'
import { nothing } from '../text/operand.ts'
import { present } from './parts.ts'

export const absent: OperatorRule<'absent'> = {
  text: { word: 'absent', operand: nothing },
  test: (value) => present(value),
  negated: true,
  sentence: () => 'does not exist',
}
