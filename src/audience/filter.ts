import { sql } from 'kysely'
import { unreachable } from '../base/must.ts'
import { compareAt, compareValue, valueAt } from './compare.ts'
import type { Filter } from './condition.ts'
import type { Sql } from './operator.ts'

/** The event that a filter looks at: its two jsonb columns (or parameters), and the instant relative dates count from. */
export type EventColumns = { readonly properties: Sql; readonly context: Sql; readonly now: Date }

// The name of a page or screen is readable under both words, wherever the sender put it (spec/audiences §3.4, §11.2).
const ALSO: Readonly<Record<string, string>> = { page_name: 'name', screen_name: 'name' }

const property = (filter: Extract<Filter, { type: 'property' | 'context' }>, { properties, now }: EventColumns): Sql<boolean> => {
  const also = ALSO[filter.path]
  if (also === undefined) return compareAt(properties, filter.path, filter.compare, now)
  const value = sql`coalesce(${valueAt(properties, [filter.path])}, ${valueAt(properties, [also])})`
  return compareValue(value, filter.compare, now)
}

const joined = (filters: readonly Filter[], word: Sql, of: EventColumns): Sql<boolean> =>
  sql`(${sql.join(
    filters.map((each) => compileFilter(each, of)),
    word,
  )})`

/** What must be true of one event, as SQL over its columns; two-valued, every input a parameter. */
export const compileFilter = (filter: Filter, of: EventColumns): Sql<boolean> => {
  switch (filter.type) {
    case 'and':
      return joined(filter.filters, sql` and `, of)
    case 'or':
      return joined(filter.filters, sql` or `, of)
    case 'not':
      return sql`not (${compileFilter(filter.filter, of)})`
    case 'property':
      return property(filter, of)
    case 'context':
      return compareAt(of.context, filter.path, filter.compare, of.now)
    default:
      return unreachable(filter)
  }
}
