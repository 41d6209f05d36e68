import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'
import type { Sql } from '../operator.ts'
import { keysOf } from '../path.ts'

/**
 * The most common value as a string; the smallest by code point of several (spec/audiences §7.1). Where `$` leads to several in one event
 * each counts, or as `array` the list of them is one value.
 */
export const mostFrequent: MeasureRule<'most_frequent'> = {
  aggregate: (value, measure) => {
    const count = (texts: Sql): Sql => sql`to_jsonb(most_frequent_text(${texts}, ${measure.minimum}::integer))`
    if (!keysOf(measure.property).includes('$')) return count(sql`array_agg(scalar_text(${value}))`)
    return measure.as === 'array' ? count(sql`array_agg(text_of(${value}))`) : count(sql`scalar_texts(jsonb_agg(${value}))`)
  },
  answers: () => 'json',
  ofNothing: null,
  sentence: ({ property, minimum, as }) =>
    `the most frequent “${property}”${as === 'array' ? ' (as a list)' : ''}${minimum === 1 ? '' : ` (there at least ${minimum === 2 ? 'twice' : `${minimum} times`})`}`,
}
