import type { OperatorRule } from '../operator.ts'
import { ordered, spoken } from './parts.ts'

export const lessThan: OperatorRule<'less_than'> = {
  test: (value, { value: literal }) => ordered(value, 'less', literal),
  negated: false,
  sentence: ({ value }) => `is less than ${spoken(value)}`,
}
