import type { OperatorRule } from '../operator.ts'
import { equalsAny, spoken } from './parts.ts'

export const equals: OperatorRule<'equals'> = {
  test: (value, { value: literal }) => equalsAny(value, [literal]),
  negated: false,
  sentence: ({ value }) => `is ${spoken(value)}`,
}
