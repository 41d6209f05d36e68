import { sql } from 'kysely'
import { unreachable } from '../base/must.ts'
import { compareAt } from './compare.ts'
import type { Filter } from './condition.ts'
import type { Sql } from './operator.ts'

/** The event that a filter looks at: its two jsonb columns (or parameters), and the instant relative dates count from. */
export type EventColumns = { readonly properties: Sql; readonly context: Sql; readonly now: Date }

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
      return compareAt(of.properties, filter.path, filter.compare, of.now)
    case 'context':
      return compareAt(of.context, filter.path, filter.compare, of.now)
    default:
      return unreachable(filter)
  }
}
