import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const sum: MeasureRule = {
  aggregate: (value) => sql`sum(${value})`,
  ofNothing: null,
  sentence: (property) => `the sum of “${property}”`,
}
