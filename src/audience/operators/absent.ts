import type { OperatorRule } from '../operator.ts'
import { present } from './parts.ts'

export const absent: OperatorRule<'absent'> = {
  test: (value) => present(value),
  negated: true,
  sentence: () => 'does not exist',
}
