import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'

/** Tables whose rows belong to one profile and go with it. `profile_change` is apart: evaluations must hear that she is gone. */
export const OF_A_PROFILE = [
  'journey_run',
  'journey_transition',
  'journey_refusal',
  'message',
  'delivery_event',
  'outbox',
  'connection_mark',
  'connection_removal',
  'membership_change',
  'computed_value',
  'computed_change',
  'computation_wake',
  'computation_found',
  'due_profile',
  'profile_link',
  'profile_merge',
  'identity_refusal',
  'source_call',
  'event_delivery',
  'delivery_attempt',
] as const

/** Table → rows removed. */
export type Removed = Record<string, number>
export const addCounts = (removed: Removed, table: string, count: number): void => {
  if (count > 0) removed[table] = (removed[table] ?? 0) + count
}
/** Adds what was removed by others. */
export const addAll = (removed: Removed, more: Readonly<Removed>): void => {
  for (const [table, count] of Object.entries(more)) addCounts(removed, table, count)
}

const removeFrom = async (db: Db, spaceId: string, table: string, ids: readonly string[]): Promise<number> => {
  const gone = await run(
    db,
    query(
      `erase.${table}`,
      sql<{ one: number }>`delete from ${sql.table(table)} where space_id = ${spaceId}
        and profile_id in (select r.id from unnest(${ids}::uuid[]) as r (id)) returning 1 as one`,
    ),
  )
  return gone.length
}

const SOME_EVENTS = 5_000

const removeSomeEvents = async (db: Db, spaceId: string, ids: readonly string[]): Promise<number> => {
  const edge = await runOne(
    db,
    query(
      'erase.event_edge',
      sql<{ timestamp: Date }>`select timestamp from event where space_id = ${spaceId}
        and profile_id in (select r.id from unnest(${ids}::uuid[]) as r (id)) order by timestamp limit 1 offset ${SOME_EVENTS}`,
    ),
  )
  const gone = await run(
    db,
    query(
      'erase.event',
      sql<{
        one: number
      }>`delete from event where space_id = ${spaceId} and profile_id in (select r.id from unnest(${ids}::uuid[]) as r (id))
        and (${edge?.timestamp ?? null}::timestamptz is null or timestamp <= ${edge?.timestamp ?? null}::timestamptz) returning 1 as one`,
    ),
  )
  return gone.length
}

/** Takes people out of audiences, and says so in their sizes, in one transaction: a size is never wrong. */
export const removeMemberships = (db: Db, spaceId: string, ids: readonly string[]): Promise<number> =>
  transact(db, async (tx) => {
    const gone = await run(
      tx,
      query(
        'erase.membership',
        sql<{ audience_id: string }>`delete from membership where space_id = ${spaceId}
          and profile_id in (select r.id from unnest(${ids}::uuid[]) as r (id)) returning audience_id`,
      ),
    )
    const counts = [...Map.groupBy(gone, (row) => row.audience_id)].toSorted(([a], [b]) => (a < b ? -1 : 1))
    if (counts.length > 0)
      await run(
        tx,
        query(
          'erase.count_members',
          sql`update audience_state s set member_count = s.member_count + k.by
            from unnest(${counts.map(([id]) => id)}::text[], ${counts.map(([, rows]) => -rows.length)}::bigint[]) as k (audience_id, by)
            where s.space_id = ${spaceId} and s.audience_id = k.audience_id`,
        ),
      )
    return gone.length
  })

/** Removes all rows of these profiles, table by table, each for itself: after a crash it is done again and goes on. */
export const removeRows = async (db: Db, spaceId: string, ids: readonly string[], removed: Removed): Promise<void> => {
  if (ids.length === 0) return
  addCounts(removed, 'membership', await removeMemberships(db, spaceId, ids))
  for (const table of OF_A_PROFILE) addCounts(removed, table, await removeFrom(db, spaceId, table, ids))
  crashPoint('regulation.removed')
  for (;;) {
    const count = await removeSomeEvents(db, spaceId, ids)
    addCounts(removed, 'event', count)
    if (count < SOME_EVENTS) return
  }
}

/** What tells evaluations that somebody is gone, once all of them have heard it. */
export const removeChanges = (db: Db, spaceId: string, ids: readonly string[]): Promise<number> =>
  removeFrom(db, spaceId, 'profile_change', ids)
