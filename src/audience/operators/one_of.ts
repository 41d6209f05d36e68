import type { OperatorRule } from '../operator.ts'
import { either, equalsAny, spoken } from './parts.ts'

export const oneOf: OperatorRule<'one_of'> = {
  test: (value, { values }) => equalsAny(value, values),
  negated: false,
  sentence: ({ values }) => `is ${either(values.map(spoken))}`,
}
