import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { query, run, transact } from '../db/query.ts'

const CHUNK = 5_000

type Archived = { readonly spaceId: string; readonly journeyId: string; readonly versions: readonly number[] }

// Runs that end keep the step they stood at. The cohort has no row and nobody walks it: it only says who was ended just now.
const endSome = (tx: Db, { spaceId, journeyId, versions }: Archived, cohort: string, now: Date) => {
  return run(
    tx,
    query(
      'journey_run.archive',
      sql<{ id: string }>`with next as materialized (
          select profile_id, id, visit as was, visit + 1 as visit from journey_run
          where space_id = ${spaceId} and journey_id = ${journeyId} and version = any(${[...versions]}::integer[]) and status in ('active', 'held')
          order by profile_id, id limit ${CHUNK})
        update journey_run r set status = 'exited', end_reason = 'archived', ended_at = ${now}::timestamptz, cohort_id = ${cohort}::uuid,
          visit = next.visit, due_at = null
        from next
        where r.space_id = ${spaceId} and r.profile_id = next.profile_id and r.id = next.id and r.visit = next.was and r.status in ('active', 'held')
        returning r.id`,
    ),
  )
}

const tellEnded = (tx: Db, spaceId: string, cohort: string, now: Date) => {
  return run(
    tx,
    query(
      'journey_transition.archive',
      sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at, evidence)
        select ${spaceId}, r.profile_id, r.id, r.visit, r.step, null, null, ${now}::timestamptz, '{"exit":"archived"}'::jsonb
        from journey_run r where r.space_id = ${spaceId} and r.cohort_id = ${cohort}::uuid order by r.profile_id, r.id on conflict do nothing`,
    ),
  )
}

// One transaction a chunk: the rows of 100,000 runs would be locked for seconds, and a cohort that moves would wait for all of them.
const endChunk = (db: Db, archived: Archived, chunk: number, now: Date): Promise<number> =>
  transact(db, async (tx) => {
    const { spaceId, journeyId } = archived
    const cohort = idFrom('archived', spaceId, journeyId, now.toISOString(), String(chunk))
    const ended = await endSome(tx, archived, cohort, now)
    if (ended.length > 0) await tellEnded(tx, spaceId, cohort, now)
    return ended.length
  })

const dropQueued = (tx: Db, spaceId: string, journeyId: string) => {
  return run(
    tx,
    query(
      'message.archive_queued',
      sql<{ id: string }>`update message set status = 'skipped', reason = 'journey_archived'
        where space_id = ${spaceId} and status = 'queued' and claim is null and (profile_id, id) in (
          select m.profile_id, m.id from message m join journey_run r on r.space_id = ${spaceId} and r.profile_id = m.profile_id and r.id = m.run_id
          where m.space_id = ${spaceId} and m.journey_id = ${journeyId} and m.status = 'queued' and m.claim is null and r.end_reason = 'archived'
          order by m.profile_id, m.id limit ${CHUNK})
        returning id`,
    ),
  )
}

/**
 * Ends every unfinished run of archived versions, 5,000 at a time, and takes back messages they queued. Repeating it is harmless, and it is
 * repeated: by whoever archives, at once, and by the relay, should the first have died half-way.
 */
export const endArchivedRuns = async (
  db: Db,
  spaceId: string,
  journeyId: string,
  versions: readonly number[],
  now: Date,
): Promise<void> => {
  if (versions.length === 0) return
  let chunk = 0
  while ((await endChunk(db, { spaceId, journeyId, versions }, chunk, now)) > 0) chunk++
  while ((await transact(db, (tx) => dropQueued(tx, spaceId, journeyId))).length > 0);
}

/** Reaction to `journey_archived`: ends what may be left, should whoever archived have died half-way. */
export const endArchived = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  for (const { payload } of items) {
    await endArchivedRuns(db, spaceId, String(payload['journey_id']), [Number(payload['version'])], now)
  }
}
