import { sql } from 'kysely'
import type { OperatorRule } from '../operator.ts'
import { spoken } from './parts.ts'

export const endsWith: OperatorRule<'ends_with'> = {
  test: (value, { value: text }) => sql`right(text_of(${value}), length(${text}::text)) = ${text}`,
  negated: false,
  sentence: ({ value }) => `ends with ${spoken(value)}`,
}
