import type { RawBuilder } from 'kysely'
import type { Comparison, Operator, Reference } from './condition.ts'
import type { TextRule } from './text/operand.ts'

export type Sql<T = unknown> = RawBuilder<T>
export type ComparisonOf<O extends Operator> = Extract<Comparison, { operator: O }>

/** What is around a comparison: the instant relative dates count from, and what references read. */
export type Around = {
  readonly now: Date
  /** The jsonb value behind a reference; null where there is none. @throws Invalid where nothing of the kind is around. */
  readonly read: (reference: Reference) => Sql
}

/** One operator: its text, its meaning in SQL, in words, and in time. One file each in `operators/`. */
export type OperatorRule<O extends Operator> = {
  /** How it is written in the query language. */
  readonly text: TextRule<O>
  /** Whether a stored jsonb value passes. May be null where there is nothing to compare; never fails, whatever is stored. */
  readonly test: (value: Sql, compare: ComparisonOf<O>, around: Around) => Sql<boolean | null>
  /** What holds of every value that passes and costs little to ask, so that the test itself is asked of few. */
  readonly needs?: (value: Sql, compare: ComparisonOf<O>, around: Around) => readonly Sql<boolean | null>[]
  /** The operator says no to what `test` finds: a missing value passes, and of an array's entries none may be found (`omits`, `absent`). */
  readonly negated: boolean
  /** The rest of a sentence after the value: `is at least 5`. */
  readonly sentence: (compare: ComparisonOf<O>) => string
  /** Milliseconds from a stored instant to the moments at which time alone changes the answer. */
  readonly flips?: (compare: ComparisonOf<O>) => readonly number[]
}

export type OperatorTable = { readonly [O in Operator]: OperatorRule<O> }
