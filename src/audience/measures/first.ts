import { sql } from 'kysely'
import { isScalar, type MeasureRule, spokenMeasured } from '../measure.ts'

/** The value of the earliest event that has one; of events at one instant the messageId decides (spec/audiences §11.2). */
export const first: MeasureRule<'first'> = {
  aggregate: (value, _measure, { timestamp, messageId }) =>
    sql`(array_agg(${value} order by ${timestamp}, ${messageId} collate "C") filter (where ${isScalar(value)}))[1]`,
  picks: (value, { timestamp, messageId }) => ({
    where: isScalar(value),
    order: sql`${timestamp}, ${messageId} collate "C"`,
  }),
  answers: () => 'json',
  ofNothing: null,
  sentence: (measure) => `the first ${spokenMeasured(measure)}`,
}
