import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

/** The most common value as a string; the smallest by code point of several (spec/audiences §7.1). */
export const mostFrequent: MeasureRule<'most_frequent'> = {
  aggregate: (value, { minimum }) => sql`to_jsonb(most_frequent_text(array_agg(scalar_text(${value})), ${minimum}::integer))`,
  answers: 'json',
  ofNothing: null,
  sentence: ({ property, minimum }) =>
    `the most frequent “${property}”${minimum === 1 ? '' : ` (there at least ${minimum === 2 ? 'twice' : `${minimum} times`})`}`,
}
