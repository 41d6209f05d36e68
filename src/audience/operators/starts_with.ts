import { sql } from 'kysely'
import type { OperatorRule } from '../operator.ts'
import { spoken } from './parts.ts'

export const startsWith: OperatorRule<'starts_with'> = {
  test: (value, { value: text }) => sql`starts_with(text_of(${value}), ${text})`,
  negated: false,
  sentence: ({ value }) => `starts with ${spoken(value)}`,
}
