import { sql } from 'kysely'
import { type MeasureRule, spokenMeasured } from '../measure.ts'

export const average: MeasureRule<'average'> = {
  aggregate: (value) => sql`avg(decimal_of(${value}))`,
  answers: () => 'number',
  ofNothing: null,
  sentence: (measure) => `the average of ${spokenMeasured(measure)}`,
}
