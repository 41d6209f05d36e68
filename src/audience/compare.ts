import { sql } from 'kysely'
import { type Comparison, isReference, type Operator, type Reference } from './condition.ts'
import type { Around, ComparisonOf, OperatorRule, Sql } from './operator.ts'
import { OPERATORS } from './operators/index.ts'
import { keysOf } from './path.ts'
import { columnOf, isStored, valueAt } from './stored.ts'

/** The rule of a comparison's operator. */
export const ruleOf = <O extends Operator>(compare: ComparisonOf<O>): OperatorRule<O> => OPERATORS[compare.operator as O]

/**
 * What the operator looks for, two-valued: a missing value is false, and so NOT of it true (spec/audiences §11.3). Of `coalesce` the planner believes
 * that it is true for half; of `is true` what it believes of the test. What must hold besides is said beside the test, and not in it: of several
 * conditions that must hold the planner asks the cheap ones first, wherever they stand.
 */
const found = (value: Sql, compare: Comparison, around: Around): Sql<boolean> => {
  const rule = ruleOf(compare)
  const test = sql<boolean>`(${rule.test(value, compare, around)}) is true`
  const needed = (isStored(value) && rule.needs?.(value, compare, around)) || []
  return needed.length === 0 ? test : sql`(${sql.join([...needed.map((each) => sql`(${each}) is true`), test], sql` and `)})`
}

/** A comparison of one jsonb value, two-valued. */
export const compareValue = (value: Sql, compare: Comparison, around: Around): Sql<boolean> =>
  ruleOf(compare).negated ? sql`not (${found(value, compare, around)})` : found(value, compare, around)

/** What a comparison reads on its right side instead of a literal. */
export const referencesIn = (compare: Comparison): readonly Reference[] => {
  if ('values' in compare) return compare.values.filter((each) => isReference(each))
  return 'value' in compare && isReference(compare.value) ? [compare.value] : []
}

/** Whether the comparison holds for a value that is not there. */
export const holdsForNothing = (compare: Comparison): boolean => ruleOf(compare).negated

/** Milliseconds after a stored instant at which time alone changes the answer. */
export const flipsOf = (compare: Comparison): readonly number[] => ruleOf(compare).flips?.(compare) ?? []

const entriesOf = (value: Sql): Sql =>
  sql`jsonb_array_elements(case jsonb_typeof(${value}) when 'array' then ${value} else '[]' end)`

type Entries = { readonly from: readonly Sql[]; readonly value: Sql }

/** The array entries that keys with `$` lead to, as FROM items called `name_0` and so on, and the value to look at in each. */
export const entriesAt = (column: Sql, path: readonly string[], name = 'entry'): Entries => {
  const from: Sql[] = []
  let here = column
  let keys: string[] = []
  for (const key of path) {
    if (key !== '$') {
      keys.push(key)
      continue
    }
    const entry = sql.ref(`${name}_${from.length}`)
    from.push(sql`${entriesOf(valueAt(here, keys))} as ${entry}`)
    here = columnOf(entry)
    keys = []
  }
  return { from, value: valueAt(here, keys) }
}

/** The same for a path; the empty one is the value itself. */
export const iterate = (column: Sql, path: string, name?: string): Entries =>
  entriesAt(column, path === '' ? [] : keysOf(path), name)

/**
 * A comparison of what lies at a path. With `$` it holds when one entry satisfies it; `omits` and `absent` when no entry contradicts
 * (spec/audiences §11.2).
 */
export const compareAt = (column: Sql, path: string, compare: Comparison, around: Around): Sql<boolean> => {
  const { from, value } = iterate(column, path)
  if (from.length === 0) return compareValue(value, compare, around)
  const some = sql<boolean>`exists (select from ${sql.join(from)} where ${found(value, compare, around)})`
  return ruleOf(compare).negated ? sql`not ${some}` : some
}
