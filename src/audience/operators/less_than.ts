import type { OperatorRule } from '../operator.ts'
import { bound } from '../text/operand.ts'
import { ordered, spoken } from './parts.ts'

export const lessThan: OperatorRule<'less_than'> = {
  text: { word: 'less_than', signs: ['<'], operand: bound },
  test: (value, { value: right }, around) => ordered(value, 'less', right, around),
  negated: false,
  sentence: ({ value }) => `is less than ${spoken(value)}`,
}
