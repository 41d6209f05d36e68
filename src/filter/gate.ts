import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { EventFilterRow } from '../db/rows/gate.ts'
import { type Gate, PASS, type Verdict } from '../event/verdict.ts'
import { type Answer, compileFql } from '../fql/compile.ts'
import { parseFql } from '../fql/parse.ts'

/** `onward`: it is a filter of the space itself. */
type Asked = Pick<EventFilterRow, 'id' | 'name' | 'condition'> & { readonly onward?: boolean }

/** What one filter says of a call. A condition that nobody can read, or that a call makes undecidable, counts as fitting (spec/audiences §4). */
export const askFilter = (condition: string): ((call: JsonObject) => Answer) => {
  try {
    return compileFql(parseFql(condition))
  } catch (error) {
    const failed: Answer = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
    return () => failed
  }
}

const verdictOf = ({ id, name, onward }: Asked, answer: Answer): Verdict | undefined => {
  if (answer.kind === 'false') return undefined
  const drop = { kind: 'drop', by: id, ...(onward ? { onward } : {}) } as const
  if (answer.kind !== 'failed') return { ...drop, code: 'event_filter', reason: `fits the event filter "${name}"` }
  const reason = `cannot be decided by the event filter "${name}", so it is dropped: ${answer.reason}`
  return { ...drop, code: 'event_filter_failed', reason }
}

/** One gate of several filters: the first that fits drops the call. Compiled once. */
export const filterGate = (filters: readonly Asked[]): Gate => {
  const asked = filters.map((filter) => ({ filter, ask: askFilter(filter.condition) }))
  return (call) => {
    for (const { filter, ask } of asked) {
      const verdict = verdictOf(filter, ask(call))
      if (verdict) return verdict
    }
    return PASS
  }
}

/**
 * The enabled filters that a call of this source meets: the space's first, then its own. "It still flows to other destinations" (spec/audiences §4) is
 * said of the filters of a space, which stand before its profiles and nowhere else: what they drop goes on to the destinations of its source, if nothing
 * else keeps it. A filter of a source stands where the plan and the switches of that source stand, at the door, before everything: what
 * it drops goes nowhere. One of a destination is asked for that destination only, when the call is delivered.
 */
export const filtersAt = (db: Db, spaceId: string, sourceId: string): Promise<readonly Asked[]> =>
  run(
    db,
    query(
      'event_filter.at',
      sql<Asked>`select id, name, condition, integration_id = ${spaceId} as onward from event_filter
        where space_id = ${spaceId} and enabled and (integration_id = ${sourceId} or integration_id = ${spaceId})
        order by integration_id <> ${spaceId}, position, id`,
    ),
  )
