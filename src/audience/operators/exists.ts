import type { OperatorRule } from '../operator.ts'
import { present } from './parts.ts'

/** Not null; the empty string exists. */
export const exists: OperatorRule<'exists'> = {
  test: (value) => present(value),
  negated: false,
  sentence: () => 'exists',
}
