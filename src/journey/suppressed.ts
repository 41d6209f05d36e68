import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { query, run, transact } from '../db/query.ts'

// No list of ids is longer (R8).
const SOME = 100

// Runs that end keep the step they stood at. The cohort has no row and nobody walks it: it only says who was ended just now.
const endSome = async (tx: Db, spaceId: string, profileIds: readonly string[], cohort: string, now: Date): Promise<number> =>
  (
    await run(
      tx,
      query(
        'journey_run.end_suppressed',
        sql<{ id: string }>`with next as materialized (
            select profile_id, id, visit as was, visit + 1 as visit from journey_run
            where space_id = ${spaceId} and profile_id in (select p.id from unnest(${profileIds}::uuid[]) as p (id)) and status in ('active', 'held')
            order by profile_id, id)
          update journey_run r set status = 'exited', end_reason = 'suppressed', ended_at = ${now}::timestamptz, cohort_id = ${cohort}::uuid,
            visit = next.visit, due_at = null
          from next
          where r.space_id = ${spaceId} and r.profile_id = next.profile_id and r.id = next.id and r.visit = next.was and r.status in ('active', 'held')
          returning r.id`,
      ),
    )
  ).length

const tellEnded = async (tx: Db, spaceId: string, cohort: string, now: Date): Promise<void> => {
  await run(
    tx,
    query(
      'journey_transition.end_suppressed',
      sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at, evidence)
        select ${spaceId}, r.profile_id, r.id, r.visit, r.step, null, null, ${now}::timestamptz, '{"exit":"suppressed"}'::jsonb
        from journey_run r where r.space_id = ${spaceId} and r.cohort_id = ${cohort}::uuid order by r.profile_id, r.id on conflict do nothing`,
    ),
  )
}

/**
 * Reaction to `suppressed`: ends all runs of people of whom nothing is taken any more, wherever they stand (spec/audiences §22.3). Whoever walks
 * their cohort finds them gone; what a run has queued is not sent, for the gate asks whether the address is suppressed.
 */
export const endSuppressed = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  const ids = [...new Set(items.map((item) => item.profile_id))].toSorted()
  for (let from = 0; from < ids.length; from += SOME) {
    const some = ids.slice(from, from + SOME)
    await transact(db, async (tx) => {
      const cohort = idFrom('suppressed', spaceId, now.toISOString(), ...some)
      // A run that was moved meanwhile is looked at where it is now.
      if ((await endSome(tx, spaceId, some, cohort, now)) > 0) await tellEnded(tx, spaceId, cohort, now)
    })
  }
}
