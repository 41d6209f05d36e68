import type { MeasureTable } from '../measure.ts'
import { average } from './average.ts'
import { count } from './count.ts'
import { max } from './max.ts'
import { min } from './min.ts'
import { sum } from './sum.ts'

/** Every measure and its rule: one that is missing does not compile. */
export const MEASURES: MeasureTable = { count, sum, average, min, max }
