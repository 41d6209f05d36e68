import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const average: MeasureRule<'average'> = {
  aggregate: (value) => sql`avg(decimal_of(${value}))`,
  answers: () => 'number',
  ofNothing: null,
  sentence: ({ property }) => `the average of “${property}”`,
}
