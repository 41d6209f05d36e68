import type { OperatorRule } from '../operator.ts'
import { bound } from '../text/operand.ts'
import { maybeOrdered, ordered, spoken } from './parts.ts'

export const atMost: OperatorRule<'at_most'> = {
  text: { word: 'at_most', signs: ['<='], operand: bound },
  test: (value, { value: right }, around) => ordered(value, 'less or equal', right, around),
  needs: (value, { value: right }, around) => maybeOrdered(value, 'less or equal', right, around),
  negated: false,
  sentence: ({ value }) => `is at most ${spoken(value)}`,
}
