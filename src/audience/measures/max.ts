import { sql } from 'kysely'
import { type MeasureRule, spokenMeasured } from '../measure.ts'

/** The highest number, or as a string the last by code point. */
export const max: MeasureRule<'max'> = {
  aggregate: (value, measure) =>
    measure.as === 'string' ? sql`max(scalar_text(${value}) collate "C")` : sql`max(decimal_of(${value}))`,
  answers: (measure) => (measure.as === 'string' ? 'text' : 'number'),
  ofNothing: null,
  sentence: (measure) => `the highest ${spokenMeasured(measure)}${measure.as === 'string' ? ' (as text)' : ''}`,
}
