import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const max: MeasureRule<'max'> = {
  aggregate: (value) => sql`max(decimal_of(${value}))`,
  answers: 'number',
  ofNothing: null,
  sentence: ({ property }) => `the highest “${property}”`,
}
