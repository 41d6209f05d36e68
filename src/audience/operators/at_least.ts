import type { OperatorRule } from '../operator.ts'
import { ordered, spoken } from './parts.ts'

export const atLeast: OperatorRule<'at_least'> = {
  test: (value, { value: right }, around) => ordered(value, 'more or equal', right, around),
  negated: false,
  sentence: ({ value }) => `is at least ${spoken(value)}`,
}
