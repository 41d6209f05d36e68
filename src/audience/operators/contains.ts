import type { OperatorRule } from '../operator.ts'
import { containsAny, either, spoken } from './parts.ts'

export const contains: OperatorRule<'contains'> = {
  test: (value, { values }) => containsAny(value, values),
  negated: false,
  sentence: ({ values }) => `contains ${either(values.map(spoken))}`,
}
