import { sql } from 'kysely'
import type { OperatorRule } from '../operator.ts'
import { text as words } from '../text/operand.ts'
import { spelled, spoken, textsOf } from './parts.ts'

export const endsWith: OperatorRule<'ends_with'> = {
  text: { word: 'ends_with', operand: words },
  test: (value, compare, around) => {
    const { text, part } = textsOf(value, compare.value, compare, around)
    return sql`right(${text}, length(${part}::text)) = ${part}`
  },
  negated: false,
  sentence: (compare) => `ends with ${spoken(compare.value)}${spelled(compare)}`,
}
