import { sql } from 'kysely'
import type { OperatorRule } from '../operator.ts'
import { either, equalsAny, present, spoken } from './parts.ts'

export const noneOf: OperatorRule<'none_of'> = {
  test: (value, { values }) => sql`${present(value)} and not coalesce(${equalsAny(value, values)}, false)`,
  negated: false,
  sentence: ({ values }) => `is none of ${either(values.map(spoken))}`,
}
