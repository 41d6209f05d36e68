import type { Measure } from '../condition.ts'
import type { Answers, MeasureKind, MeasureOf, MeasureRule, MeasureTable } from '../measure.ts'
import { average } from './average.ts'
import { count } from './count.ts'
import { first } from './first.ts'
import { last } from './last.ts'
import { max } from './max.ts'
import { min } from './min.ts'
import { mostFrequent } from './most_frequent.ts'
import { sum } from './sum.ts'
import { unique } from './unique.ts'
import { uniqueCount } from './unique_count.ts'

/** Every measure and its rule: one that is missing does not compile. */
export const MEASURES: MeasureTable = {
  ...{ count, sum, average, min, max },
  ...{ first, last, most_frequent: mostFrequent, unique, unique_count: uniqueCount },
}

/** The rule of a measure. */
export const measureRule = <K extends MeasureKind>(measure: MeasureOf<K>): MeasureRule<K> => MEASURES[measure.kind as K]

/** What a measure answers: a number or a text of the database, or jsonb of any type. */
export const answersOf = (measure: Measure): Answers => measureRule(measure).answers(measure)
