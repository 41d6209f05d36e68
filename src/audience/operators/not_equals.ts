import { sql } from 'kysely'
import type { OperatorRule } from '../operator.ts'
import { equalsAny, present, spoken } from './parts.ts'

/** The value exists and differs: false for a missing one, unlike NOT around `equals` (spec/audiences §11.3). */
export const notEquals: OperatorRule<'not_equals'> = {
  test: (value, { value: literal }) => sql`${present(value)} and not coalesce(${equalsAny(value, [literal])}, false)`,
  negated: false,
  sentence: ({ value }) => `is not ${spoken(value)}`,
}
