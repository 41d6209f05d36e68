import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const min: MeasureRule<'min'> = {
  aggregate: (value) => sql`min(decimal_of(${value}))`,
  answers: 'number',
  ofNothing: null,
  sentence: ({ property }) => `the lowest “${property}”`,
}
