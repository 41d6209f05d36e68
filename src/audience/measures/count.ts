import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const count: MeasureRule = {
  aggregate: () => sql`count(*)`,
  ofNothing: 0,
  sentence: () => 'the number of times',
}
