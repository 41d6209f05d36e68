import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

/** The length of what `unique` lists, and 0 of nothing as every counter is. */
export const uniqueCount: MeasureRule<'unique_count'> = {
  aggregate: (value) => sql`count(distinct scalar_text(${value}))`,
  answers: () => 'number',
  ofNothing: 0,
  sentence: ({ property }) => `the number of different “${property}”`,
}
