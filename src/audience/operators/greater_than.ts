import type { OperatorRule } from '../operator.ts'
import { bound } from '../text/operand.ts'
import { maybeOrdered, ordered, spoken } from './parts.ts'

export const greaterThan: OperatorRule<'greater_than'> = {
  text: { word: 'greater_than', signs: ['>'], operand: bound },
  test: (value, { value: right }, around) => ordered(value, 'more', right, around),
  needs: (value, { value: right }, around) => maybeOrdered(value, 'more', right, around),
  negated: false,
  sentence: ({ value }) => `is greater than ${spoken(value)}`,
}
