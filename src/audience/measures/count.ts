import { sql } from 'kysely'
import type { MeasureRule } from '../measure.ts'

export const count: MeasureRule<'count'> = {
  aggregate: () => sql`count(*)`,
  answers: () => 'number',
  ofNothing: 0,
  sentence: () => 'the number of times',
}
