import { sql } from 'kysely'
import { isScalar, type MeasureRule, spokenMeasured } from '../measure.ts'

/** The distinct values as strings, by code point: 5 and "5" are one (spec/audiences §11.2). */
export const unique: MeasureRule<'unique'> = {
  // Made different by sorting, so in this order; to say the order again would be to give Postgres the same expression with other parameters.
  aggregate: (value) => sql`jsonb_agg(distinct scalar_text(${value}) collate "C") filter (where ${isScalar(value)})`,
  tallied: () => ({ aggregate: sql`jsonb_agg(t.text order by t.text collate "C") filter (where t.text is not null)` }),
  answers: () => 'json',
  ofNothing: null,
  sentence: (measure) => `the list of every ${spokenMeasured(measure)}`,
}
