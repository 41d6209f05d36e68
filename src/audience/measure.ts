import { sql } from 'kysely'
import type { Measure } from './condition.ts'
import type { Sql } from './operator.ts'

export type MeasureKind = Measure['kind']
export type MeasureOf<K extends MeasureKind> = Extract<Measure, { kind: K }>

/** What puts the measured events in order. */
export type MeasuredEvent = { readonly timestamp: Sql; readonly messageId: Sql }

export type Answers = 'number' | 'text' | 'json'
/** `least` is how often a text must be there. */
export type Tallied = { readonly aggregate: Sql } | { readonly order: Sql; readonly least: number }

/** One aggregate over the selected events. One file each in `measures/`. */
export type MeasureRule<K extends MeasureKind> = {
  /**
   * The aggregate in SQL; `value` is the property as jsonb, or, of a path with `$`, the list of what it leads to. What a measure can make
   * nothing of is left out, and never fails.
   */
  readonly aggregate: (value: Sql, measure: MeasureOf<K>, event: MeasuredEvent) => Sql
  /** The value is that of one event: the first in an order of those with one. Found by sorting, it takes half the time of an aggregate. */
  readonly picks?: (value: Sql, event: MeasuredEvent) => { readonly where: Sql<boolean>; readonly order: Sql }
  /**
   * It follows from how often each text was there, `t.text` and `t.times`: an aggregate over these, or the one that comes first. Counting them by hash takes half
   * the time of sorting each profile's values; undefined where they are no texts.
   */
  readonly tallied?: (measure: MeasureOf<K>) => Tallied | undefined
  /** What the aggregate is: a number or a text of the database, or jsonb of any type. */
  readonly answers: (measure: MeasureOf<K>) => Answers
  /** What it is of no events: 0 where things are counted, nothing for the others (spec/audiences §11.2). */
  readonly ofNothing: 0 | null
  /** The measured thing in words: `the sum of “revenue”`. */
  readonly sentence: (measure: MeasureOf<K>) => string
}
/** Whether a property is a value: a text, a number or a truth value, of which `scalar_text` knows the text. */
export const isScalar = (value: Sql): Sql<boolean> => sql`jsonb_typeof(${value}) in ('string', 'number', 'boolean')`

/** The measured thing as people read it: `“revenue”`, `the user’s “plan”`, `context “campaign.name”`. */
export const spokenMeasured = ({
  property,
  of,
}: {
  readonly property: string
  readonly of?: 'context' | 'user' | undefined
}): string => `${of === 'user' ? 'user’s ' : of === 'context' ? 'context ' : ''}“${property}”`

export type MeasureTable = { readonly [K in MeasureKind]: MeasureRule<K> }
