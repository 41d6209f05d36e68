import { sql } from 'kysely'
import { Invalid } from '../base/errors.ts'
import { unreachable } from '../base/must.ts'
import { around } from './around.ts'
import { compareAt, entriesAt } from './compare.ts'
import type { Comparison, Filter } from './condition.ts'
import type { Around, Sql } from './operator.ts'
import { keysOf } from './path.ts'

export type ChildFilter = Extract<Filter, { type: 'event' }>
export type ElementFilter = Extract<Filter, { type: 'any_element' }>

/**
 * The event that a filter looks at: its two jsonb columns (or parameters), and the instant relative dates count from. What is beyond the
 * event itself (other events and traits of its profile) is there where whoever compiles can ask for it.
 */
export type EventColumns = {
  readonly properties: Sql
  readonly context: Sql
  readonly now: Date
  /** Properties of the event around this one in a funnel. */
  readonly parent?: Sql | undefined
  /** The events after this one. */
  readonly child?: ((child: ChildFilter) => Sql<boolean>) | undefined
  /** A trait of the profile compared, and its value. */
  readonly trait?: ((path: string, compare: Comparison, around: Around) => Sql<boolean>) | undefined
  readonly traitValue?: ((path: string) => Sql) | undefined
  /** How many entries of arrays are around: paths begin in the innermost. */
  readonly entries?: number | undefined
}

const joined = (filters: readonly Filter[], word: Sql, of: EventColumns): Sql<boolean> =>
  sql`(${sql.join(
    filters.map((each) => compileFilter(each, of)),
    word,
  )})`

const refused = (message: string, remedy: string): Invalid =>
  new Invalid('filter', [{ field: 'condition.where', message, remedy }])

const surroundings = ({ now, properties, context, parent, traitValue }: EventColumns) =>
  around({ now, property: properties, context, parent, trait: traitValue })

/** One entry of the array at a path of `column` that satisfies the whole filter. */
export const anyElement = (
  column: Sql,
  { path, filter }: Pick<ElementFilter, 'path' | 'filter'>,
  of: EventColumns,
): Sql<boolean> => {
  const depth = of.entries ?? 0
  const { from, value } = entriesAt(column, [...(path === '' ? [] : keysOf(path)), '$'], `element_${depth}`)
  const inside = { ...of, properties: value, entries: depth + 1, child: undefined }
  return sql`exists (select from ${sql.join(from)} where ${compileFilter(filter, inside)})`
}

const property = ({ path, compare }: Extract<Filter, { path: string; compare: Comparison }>, of: EventColumns): Sql<boolean> => {
  if (path === '' && !of.entries) throw refused('a property has no name', 'write the path of a property')
  return compareAt(of.properties, path, compare, surroundings(of))
}

/** What must be true of one event, as SQL over its columns; two-valued, every input a parameter. @throws Invalid for what is not there. */
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
      return compareAt(of.context, filter.path, filter.compare, surroundings(of))
    case 'trait':
      if (of.trait) return of.trait(filter.path, filter.compare, surroundings(of))
      throw refused('a trait cannot be asked for here', 'ask for it in the condition of an audience')
    case 'any_element':
      return anyElement(of.properties, filter, of)
    case 'event':
      if (of.child) return of.child(filter)
      throw refused('other events cannot be asked for here', 'ask for them in the condition of an audience')
    default:
      return unreachable(filter)
  }
}
