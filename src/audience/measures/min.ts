import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const min: MeasureRule = {
  aggregate: (value) => sql`min(${value})`,
  ofNothing: null,
  sentence: (property) => `the lowest “${property}”`,
}
