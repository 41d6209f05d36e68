import { sql } from 'kysely'
import { type MeasureRule, spokenMeasured } from '../measure.ts'
import type { Sql } from '../operator.ts'
import { keysOf } from '../path.ts'

// Postgres' own answers the first of several in the order that it is given. How often it was there it does not say: that something was there twice
// shows in there being fewer different ones, and only who has enough to be there more often is looked at again, for that takes 30 µs a profile.
const oftenest = (text: Sql, minimum: number): Sql => {
  const mode = sql`mode() within group (order by ${text} collate "C")`
  if (minimum === 1) return mode
  if (minimum === 2) return sql`case when count(${text}) > count(distinct ${text} collate "C") then ${mode} end`
  return sql`case when count(${text}) >= ${minimum}::integer then most_frequent_text(array_agg(${text}), ${minimum}::integer) end`
}

/**
 * The most common value as a string; the smallest by code point of several (spec/audiences §7.1). As a number, only numbers count, and the
 * least of several is it. Where `$` leads to several in one event each counts, or as `array` the list of them is one value, and the answer.
 */
export const mostFrequent: MeasureRule<'most_frequent'> = {
  aggregate: (value, { property, minimum, as }) => {
    const text = (texts: Sql): Sql => sql`most_frequent_text(${texts}, ${minimum}::integer)`
    const isList = keysOf(property).includes('$')
    if (isList && as === 'array') return sql`${text(sql`array_agg(text_of(${value}))`)}::jsonb`
    if (isList || as === 'number') {
      const texts = isList ? sql`scalar_texts(jsonb_agg(${value}))` : sql`array_agg(scalar_text(${value}))`
      return as === 'number' ? sql`most_frequent_number(${texts}, ${minimum}::integer)` : text(texts)
    }
    return oftenest(sql`scalar_text(${value})`, minimum)
  },
  tallied: ({ property, minimum, as }) =>
    as === 'number' || keysOf(property).includes('$')
      ? undefined
      : { order: sql`t.times desc, t.text collate "C"`, least: minimum },
  answers: ({ property, as }) => {
    if (as === 'number') return 'number'
    return as === 'array' && keysOf(property).includes('$') ? 'json' : 'text'
  },
  ofNothing: null,
  sentence: ({ minimum, as, ...measure }) =>
    `the most frequent ${spokenMeasured(measure)}${as === 'array' ? ' (as a list)' : ''}${minimum === 1 ? '' : ` (there at least ${minimum === 2 ? 'twice' : `${minimum} times`})`}`,
}
