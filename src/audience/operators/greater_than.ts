import type { OperatorRule } from '../operator.ts'
import { ordered, spoken } from './parts.ts'

export const greaterThan: OperatorRule<'greater_than'> = {
  test: (value, { value: right }, around) => ordered(value, 'more', right, around),
  negated: false,
  sentence: ({ value }) => `is greater than ${spoken(value)}`,
}
