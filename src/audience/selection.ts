import { sql } from 'kysely'
import { milliseconds } from '../base/duration.ts'
import type { EventSelection } from './condition.ts'
import { compileFilter } from './filter.ts'
import type { Sql } from './operator.ts'
import type { Scope } from './scope.ts'

// The calls of these types are stored under these names and are no conditions; a track event may be called the same (spec/audiences §11.4).
const NAMES_OF_CALLS = new Set(['identify', 'group', 'alias'])

const before = (now: Date, ms: number): Date => new Date(now.getTime() - ms)

/**
 * The window over `e.timestamp`: `within` is age ≤ N and not in the future; `between` is a < age ≤ b, so that it goes on exactly where
 * `within(a)` ends (spec/audiences §11.5). No window: all there is, the future included (§11.2).
 */
export const windowOf = ({ within, between }: EventSelection, now: Date): readonly Sql<boolean>[] => {
  const parts: Sql<boolean>[] = []
  if (within !== undefined) {
    parts.push(sql`e.timestamp >= ${before(now, milliseconds(within))}::timestamptz and e.timestamp <= ${now}::timestamptz`)
  }
  if (between) {
    const [from, to] = between.map((duration) => before(now, milliseconds(duration)))
    parts.push(sql`e.timestamp < ${from}::timestamptz and e.timestamp >= ${to}::timestamptz`)
  }
  return parts
}

/** Which rows of `event e` are selected whatever their age; `e.profile_id` is left to the caller. */
export const chosen = (selection: EventSelection, scope: Scope): readonly Sql<boolean>[] => {
  const parts: Sql<boolean>[] = [sql`e.space_id = ${scope.spaceId} and e.name = ${selection.name}`]
  if (NAMES_OF_CALLS.has(selection.name)) parts.push(sql`e.type = 'track'`)
  if (scope.asOf) parts.push(sql`e.timestamp <= ${scope.asOf}::timestamptz`)
  if (scope.since) parts.push(sql`e.timestamp >= ${scope.since}::timestamptz`)
  if (selection.where) {
    parts.push(compileFilter(selection.where, { properties: sql`e.properties`, context: sql`e.context`, now: scope.now }))
  }
  return parts
}

export const allOf = (parts: readonly Sql<boolean>[]): Sql<boolean> => sql`${sql.join(parts, sql` and `)}`

/** Which rows of `event e` are selected, window included. */
export const selected = (selection: EventSelection, scope: Scope): Sql<boolean> =>
  allOf([...chosen(selection, scope), ...windowOf(selection, scope.now)])

/** Ages, in milliseconds, at which an event enters or leaves the window by time alone; 0 is an event in the future that is reached. */
export const edgesOf = ({ within, between }: EventSelection): readonly number[] => [
  ...(within === undefined ? [] : [0, milliseconds(within)]),
  ...(between?.map((duration) => milliseconds(duration)) ?? []),
]
