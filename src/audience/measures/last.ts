import { sql } from 'kysely'
import { isScalar, type MeasureRule, spokenMeasured } from '../measure.ts'

/** The value of the latest event that has one; of events at one instant the messageId decides (spec/audiences §11.2). */
export const last: MeasureRule<'last'> = {
  aggregate: (value, _measure, { timestamp, messageId }) =>
    sql`(array_agg(${value} order by ${timestamp} desc, ${messageId} collate "C" desc) filter (where ${isScalar(value)}))[1]`,
  picks: (value, { timestamp, messageId }) => ({
    where: isScalar(value),
    order: sql`${timestamp} desc, ${messageId} collate "C" desc`,
  }),
  answers: () => 'json',
  ofNothing: null,
  sentence: (measure) => `the last ${spokenMeasured(measure)}`,
}
