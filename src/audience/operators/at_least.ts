import type { OperatorRule } from '../operator.ts'
import { ordered, spoken } from './parts.ts'

export const atLeast: OperatorRule<'at_least'> = {
  test: (value, { value: literal }) => ordered(value, 'more or equal', literal),
  negated: false,
  sentence: ({ value }) => `is at least ${spoken(value)}`,
}
