import type { OperatorRule } from '../operator.ts'
import { bound } from '../text/operand.ts'
import { maybeOrdered, ordered, spoken } from './parts.ts'

export const lessThan: OperatorRule<'less_than'> = {
  text: { word: 'less_than', signs: ['<'], operand: bound },
  test: (value, { value: right }, around) => ordered(value, 'less', right, around),
  needs: (value, { value: right }, around) => maybeOrdered(value, 'less', right, around),
  negated: false,
  sentence: ({ value }) => `is less than ${spoken(value)}`,
}
