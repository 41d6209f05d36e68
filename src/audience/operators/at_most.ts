import type { OperatorRule } from '../operator.ts'
import { ordered, spoken } from './parts.ts'

export const atMost: OperatorRule<'at_most'> = {
  test: (value, { value: literal }) => ordered(value, 'less or equal', literal),
  negated: false,
  sentence: ({ value }) => `is at most ${spoken(value)}`,
}
