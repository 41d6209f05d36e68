import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'
import type { Sql } from '../operator.ts'
import { keysOf } from '../path.ts'

/**
 * The most common value as a string; the smallest by code point of several (spec/audiences §7.1). As a number, only numbers count, and the
 * least of several is it. Where `$` leads to several in one event each counts, or as `array` the list of them is one value, and the answer.
 */
export const mostFrequent: MeasureRule<'most_frequent'> = {
  aggregate: (value, { property, minimum, as }) => {
    const text = (texts: Sql): Sql => sql`most_frequent_text(${texts}, ${minimum}::integer)`
    const isList = keysOf(property).includes('$')
    if (isList && as === 'array') return sql`${text(sql`array_agg(text_of(${value}))`)}::jsonb`
    const texts = isList ? sql`scalar_texts(jsonb_agg(${value}))` : sql`array_agg(scalar_text(${value}))`
    return as === 'number' ? sql`most_frequent_number(${texts}, ${minimum}::integer)` : sql`to_jsonb(${text(texts)})`
  },
  answers: ({ as }) => (as === 'number' ? 'number' : 'json'),
  ofNothing: null,
  sentence: ({ property, minimum, as, of }) =>
    `the most frequent ${of === 'user' ? 'user’s ' : ''}“${property}”${as === 'array' ? ' (as a list)' : ''}${minimum === 1 ? '' : ` (there at least ${minimum === 2 ? 'twice' : `${minimum} times`})`}`,
}
