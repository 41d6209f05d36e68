import { sql } from 'kysely'
import { type MeasureRule, spokenMeasured } from '../measure.ts'

/** The length of what `unique` lists, and 0 of nothing as every counter is. */
export const uniqueCount: MeasureRule<'unique_count'> = {
  aggregate: (value) => sql`count(distinct scalar_text(${value}))`,
  tallied: () => ({ aggregate: sql`count(t.text)` }),
  answers: () => 'number',
  ofNothing: 0,
  sentence: (measure) => `the number of different ${spokenMeasured(measure)}`,
}
