import { sql } from 'kysely'
import type { OperatorRule } from '../operator.ts'
import { text as words } from '../text/operand.ts'
import { spelled, spoken, textsOf } from './parts.ts'

export const startsWith: OperatorRule<'starts_with'> = {
  text: { word: 'starts_with', operand: words },
  test: (value, compare, around) => {
    const { text, part } = textsOf(value, compare.value, compare, around)
    return sql`starts_with(${text}, ${part})`
  },
  negated: false,
  sentence: (compare) => `starts with ${spoken(compare.value)}${spelled(compare)}`,
}
