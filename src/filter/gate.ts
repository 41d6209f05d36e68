import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { EventFilterRow } from '../db/rows/gate.ts'
import { type Gate, PASS, type Verdict } from '../event/verdict.ts'
import { type Answer, compileFql } from '../fql/compile.ts'
import { parseFql } from '../fql/parse.ts'

type Asked = Pick<EventFilterRow, 'id' | 'name' | 'condition'>

/** What one filter says of a call. A condition that nobody can read, or that a call makes undecidable, counts as fitting (spec/audiences §4). */
export const askFilter = (condition: string): ((call: JsonObject) => Answer) => {
  try {
    return compileFql(parseFql(condition))
  } catch (error) {
    const failed: Answer = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
    return () => failed
  }
}

const verdictOf = ({ id, name }: Asked, answer: Answer): Verdict | undefined => {
  if (answer.kind === 'false') return undefined
  if (answer.kind !== 'failed') return { kind: 'drop', code: 'event_filter', reason: `fits the event filter "${name}"`, by: id }
  const reason = `cannot be decided by the event filter "${name}", so it is dropped: ${answer.reason}`
  return { kind: 'drop', code: 'event_filter_failed', reason, by: id }
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

/** The enabled filters that a call of this source meets: the space's first, then its own. */
export const filtersAt = (db: Db, spaceId: string, sourceId: string): Promise<readonly Asked[]> =>
  run(
    db,
    query(
      'event_filter.at',
      sql<Asked>`select id, name, condition from event_filter
        where space_id = ${spaceId} and enabled and (integration_id = ${sourceId} or integration_id = ${spaceId})
        order by integration_id <> ${spaceId}, position, id`,
    ),
  )
