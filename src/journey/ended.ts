import { type RawBuilder, sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'

const CHUNK = 5_000

type Ending = {
  readonly reason: 'archived' | 'suppressed'
  /** Whose runs end, and of what: a condition on `journey_run`. */
  readonly which: RawBuilder<unknown>
  /** What tells this ending from another one at the same instant. */
  readonly key: readonly string[]
}

// Runs that end keep the step they stood at. The cohort has no row and nobody walks it: it only says who was ended just now.
const endSome = (tx: Db, spaceId: string, { reason, which }: Ending, cohort: string, now: Date) =>
  run(
    tx,
    query(
      `journey_run.end_${reason}`,
      sql<{ id: string }>`with next as materialized (
          select profile_id, id, visit as was, visit + 1 as visit from journey_run
          where space_id = ${spaceId} and ${which} and status in ('active', 'held')
          order by profile_id, id limit ${CHUNK})
        update journey_run r set status = 'exited', end_reason = ${reason}::text, ended_at = ${now}::timestamptz, cohort_id = ${cohort}::uuid,
          visit = next.visit, due_at = null
        from next
        where r.space_id = ${spaceId} and r.profile_id = next.profile_id and r.id = next.id and r.visit = next.was and r.status in ('active', 'held')
        returning r.id`,
    ),
  )

const tellEnded = (tx: Db, spaceId: string, reason: string, cohort: string, now: Date) =>
  run(
    tx,
    query(
      'journey_transition.ended',
      sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at, evidence)
        select ${spaceId}, r.profile_id, r.id, r.visit, r.step, null, null, ${now}::timestamptz, ${JSON.stringify({ exit: reason })}::jsonb
        from journey_run r where r.space_id = ${spaceId} and r.cohort_id = ${cohort}::uuid order by r.profile_id, r.id on conflict do nothing`,
    ),
  )

/**
 * Ends unfinished runs wherever they stand, 5,000 a transaction: the rows of 100,000 would be locked for seconds, and a cohort that moves would
 * wait for all of them. A run that was moved meanwhile is looked at where it is now. Repeating it is harmless.
 */
export const endRuns = async (db: Db, spaceId: string, ending: Ending, now: Date): Promise<void> => {
  const endChunk = (chunk: number): Promise<number> =>
    transact(db, async (tx) => {
      const cohort = idFrom(ending.reason, spaceId, ...ending.key, now.toISOString(), String(chunk))
      const { length } = await endSome(tx, spaceId, ending, cohort, now)
      if (length > 0) await tellEnded(tx, spaceId, ending.reason, cohort, now)
      return length
    })
  for (let chunk = 0; (await endChunk(chunk)) > 0; chunk++);
}
