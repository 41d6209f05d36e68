import type { OperatorRule } from '../operator.ts'
import { bound } from '../text/operand.ts'
import { maybeOrdered, ordered, spoken } from './parts.ts'

export const atLeast: OperatorRule<'at_least'> = {
  text: { word: 'at_least', signs: ['>='], operand: bound },
  test: (value, { value: right }, around) => ordered(value, 'more or equal', right, around),
  needs: (value, { value: right }, around) => maybeOrdered(value, 'more or equal', right, around),
  negated: false,
  sentence: ({ value }) => `is at least ${spoken(value)}`,
}
