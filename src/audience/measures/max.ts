import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const max: MeasureRule = {
  aggregate: (value) => sql`max(${value})`,
  ofNothing: null,
  sentence: (property) => `the highest “${property}”`,
}
