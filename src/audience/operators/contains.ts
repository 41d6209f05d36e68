import type { OperatorRule } from '../operator.ts'
import { containsAny, either, spelled, spoken } from './parts.ts'

export const contains: OperatorRule<'contains'> = {
  test: (value, compare, around) => containsAny(value, compare.values, compare, around),
  negated: false,
  sentence: (compare) => `contains ${either(compare.values.map(spoken))}${spelled(compare)}`,
}
