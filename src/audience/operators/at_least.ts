import type { OperatorRule } from '../operator.ts'
import { bound } from '../text/operand.ts'
import { ordered, spoken } from './parts.ts'

export const atLeast: OperatorRule<'at_least'> = {
  text: { word: 'at_least', signs: ['>='], operand: bound },
  test: (value, { value: right }, around) => ordered(value, 'more or equal', right, around),
  negated: false,
  sentence: ({ value }) => `is at least ${spoken(value)}`,
}
