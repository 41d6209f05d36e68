import { sql } from 'kysely'
import type { Comparison, Operator } from './condition.ts'
import type { ComparisonOf, OperatorRule, Sql } from './operator.ts'
import { OPERATORS } from './operators/index.ts'
import { keysOf } from './path.ts'

/** The rule of a comparison's operator. */
export const ruleOf = <O extends Operator>(compare: ComparisonOf<O>): OperatorRule<O> => OPERATORS[compare.operator as O]

/** What the operator looks for, two-valued: a missing value is false, and so NOT of it true (spec/audiences §11.3). */
const found = (value: Sql, compare: Comparison, now: Date): Sql<boolean> =>
  sql`coalesce(${ruleOf(compare).test(value, compare, now)}, false)`

/** A comparison of one jsonb value, two-valued. */
export const compareValue = (value: Sql, compare: Comparison, now: Date): Sql<boolean> =>
  ruleOf(compare).negated ? sql`not ${found(value, compare, now)}` : found(value, compare, now)

/** Whether the comparison holds for a value that is not there. */
export const holdsForNothing = (compare: Comparison): boolean => ruleOf(compare).negated

/** Milliseconds after a stored instant at which time alone changes the answer. */
export const flipsOf = (compare: Comparison): readonly number[] => ruleOf(compare).flips?.(compare) ?? []

/** The value under `keys` of a jsonb value. Key by key: a path in one step would take a number for a place in an array. */
export const valueAt = (column: Sql, keys: readonly string[]): Sql =>
  keys.reduce<Sql>((value, key) => sql`(${value} -> ${key}::text)`, column)

const entriesOf = (value: Sql): Sql =>
  sql`jsonb_array_elements(case jsonb_typeof(${value}) when 'array' then ${value} else '[]' end)`

/** The array entries that a path with `$` leads to, as FROM items, and the value to look at in each. */
export const iterate = (column: Sql, path: string): { readonly from: readonly Sql[]; readonly value: Sql } => {
  const from: Sql[] = []
  let here = column
  let keys: string[] = []
  for (const key of keysOf(path)) {
    if (key !== '$') {
      keys.push(key)
      continue
    }
    const entry = sql.ref(`entry_${from.length}`)
    from.push(sql`${entriesOf(valueAt(here, keys))} as ${entry}`)
    here = entry
    keys = []
  }
  return { from, value: valueAt(here, keys) }
}

/**
 * A comparison of what lies at a path. With `$` it holds when one entry satisfies it; `omits` and `absent` when no entry contradicts
 * (spec/audiences §11.2).
 */
export const compareAt = (column: Sql, path: string, compare: Comparison, now: Date): Sql<boolean> => {
  const { from, value } = iterate(column, path)
  if (from.length === 0) return compareValue(value, compare, now)
  const some = sql<boolean>`exists (select from ${sql.join(from)} where ${found(value, compare, now)})`
  return ruleOf(compare).negated ? sql`not ${some}` : some
}
