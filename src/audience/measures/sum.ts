import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const sum: MeasureRule<'sum'> = {
  aggregate: (value) => sql`sum(decimal_of(${value}))`,
  answers: () => 'number',
  ofNothing: null,
  sentence: ({ property }) => `the sum of “${property}”`,
}
