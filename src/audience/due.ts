import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Sql } from './operator.ts'

/*
 * `computation_due` says who must be looked at again, and for which computation. Everything that may change an answer ends in it: changed
 * profiles, crossed window edges, woken dates, changes of what a condition refers to, saved definitions. An evaluation takes an
 * audience's lock, looks at the batches that it has seen, and deletes them; what it cannot take (somebody else has the lock, it failed,
 * the power went) stays and is taken by the next. So a full evaluation of minutes neither loses what arrives meanwhile nor holds up the tick.
 */

/** Stands for everybody: the computation must be evaluated in full. */
export const EVERYBODY = '00000000-0000-0000-0000-000000000000'

// More than this many at once, and asking about everybody is cheaper than asking about each (measured: 20 µs a look, 1.5 s for a million).
export const TOO_MANY = 50_000

// Longer lists go on in the next tick (R8: no array of ids above a hundred).
const BATCHES = 100

export type Due = {
  readonly computationId: string
  readonly batches: readonly string[]
  readonly everybody: boolean
  readonly count: number
  /** The window edges up to here are in the batches: who evaluates them must not look from an earlier instant. */
  readonly movedAt: Date
}

/** What is due in a space. One snapshot reads the batches and the clock, because one transaction writes both. */
export const dueOf = async (db: Db, spaceId: string): Promise<readonly Due[]> => {
  const rows = await run(
    db,
    query(
      'computation_due.list',
      sql<Due>`select d.computation_id as "computationId", (array_agg(distinct d.batch))[1:${sql.lit(BATCHES)}] as batches,
        bool_or(d.profile_id = ${EVERYBODY}::uuid) as everybody, count(*) as count,
        (select c.moved_at from evaluation_clock c where c.space_id = ${spaceId}) as "movedAt"
        from computation_due d where d.space_id = ${spaceId} group by d.computation_id order by d.computation_id`,
    ),
  )
  return rows.map((row) => ({ ...row, movedAt: row.movedAt ?? new Date(0) }))
}

/** The candidates of a computation, as rows (R8). */
export const candidatesOf = (spaceId: string, computationId: string, batches: readonly string[]): Sql<{ profile_id: string }> =>
  sql`select d.profile_id from computation_due d where d.space_id = ${spaceId} and d.computation_id = ${computationId} and d.batch = any(${batches}::text[])`

/** Deletes what was looked at. */
export const completeDue = async (db: Db, spaceId: string, computationId: string, batches: readonly string[]): Promise<void> => {
  await run(
    db,
    query(
      'computation_due.complete',
      sql`delete from computation_due where space_id = ${spaceId} and computation_id = ${computationId} and batch = any(${batches}::text[])`,
    ),
  )
}

/** Deletes all that is due, before everybody is looked at; answers whether anything but the mark for everybody was. */
export const dropDue = async (db: Db, spaceId: string, computationId: string): Promise<boolean> => {
  const rows = await run(
    db,
    query(
      'computation_due.drop',
      sql<{ profiles: boolean }>`with gone as (
          delete from computation_due where space_id = ${spaceId} and computation_id = ${computationId} returning profile_id)
        select coalesce(bool_or(profile_id <> ${EVERYBODY}::uuid), false) as profiles from gone`,
    ),
  )
  return rows.some((row) => row.profiles)
}

/** Marks computations to be evaluated in full. */
export const markEverybody = async (db: Db, spaceId: string, computationIds: readonly string[], batch: string): Promise<void> => {
  if (computationIds.length === 0) return
  await run(
    db,
    query(
      'computation_due.mark_everybody',
      sql`insert into computation_due (space_id, computation_id, batch, profile_id)
        select ${spaceId}, r.id, ${batch}, ${EVERYBODY}::uuid from unnest(${computationIds.toSorted()}::text[]) as r (id)
        on conflict do nothing`,
    ),
  )
}
