import { sql } from 'kysely'
import { type MeasureRule, spokenMeasured } from '../measure.ts'

export const sum: MeasureRule<'sum'> = {
  aggregate: (value) => sql`sum(decimal_of(${value}))`,
  answers: () => 'number',
  ofNothing: null,
  sentence: (measure) => `the sum of ${spokenMeasured(measure)}`,
}
