import { sql } from 'kysely'
import { type MeasureRule, spokenMeasured } from '../measure.ts'

/** The lowest number, or as a string the first by code point. */
export const min: MeasureRule<'min'> = {
  aggregate: (value, measure) =>
    measure.as === 'string' ? sql`min(scalar_text(${value}) collate "C")` : sql`min(decimal_of(${value}))`,
  answers: (measure) => (measure.as === 'string' ? 'text' : 'number'),
  ofNothing: null,
  sentence: (measure) => `the lowest ${spokenMeasured(measure)}${measure.as === 'string' ? ' (as text)' : ''}`,
}
