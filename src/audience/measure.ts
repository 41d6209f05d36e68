import type { Measure } from './condition.ts'
import type { Sql } from './operator.ts'

export type MeasureKind = Measure['kind']

/** One aggregate over the selected events. One file each in `measures/`. */
export type MeasureRule = {
  /** The aggregate in SQL; `value` is the property as an exact number, null where it is none. */
  readonly aggregate: (value: Sql) => Sql
  /** What it is of no events: 0 for a count, nothing for the others (spec/audiences §11.2). */
  readonly ofNothing: 0 | null
  /** The measured thing in words, `property` being its path: `the sum of “revenue”`. */
  readonly sentence: (property: string) => string
}
export type MeasureTable = Readonly<Record<MeasureKind, MeasureRule>>
