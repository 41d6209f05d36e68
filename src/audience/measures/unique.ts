import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

/** The distinct values as strings, by code point: 5 and "5" are one (spec/audiences §11.2). */
export const unique: MeasureRule<'unique'> = {
  aggregate: (value) => sql`distinct_texts(array_agg(scalar_text(${value})))`,
  answers: () => 'json',
  ofNothing: null,
  sentence: ({ property }) => `the list of every “${property}”`,
}
