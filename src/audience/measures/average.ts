import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const average: MeasureRule = {
  aggregate: (value) => sql`avg(${value})`,
  ofNothing: null,
  sentence: (property) => `the average of “${property}”`,
}
