import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { query, run, transact } from '../db/query.ts'
import { endRuns } from './ended.ts'

const CHUNK = 5_000

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
  const which = sql`journey_id = ${journeyId} and version = any(${[...versions]}::integer[])`
  await endRuns(db, spaceId, { reason: 'archived', which, key: [journeyId] }, now)
  while ((await transact(db, (tx) => dropQueued(tx, spaceId, journeyId))).length > 0);
}

/** Reaction to `journey_archived`: ends what may be left, should whoever archived have died half-way. */
export const endArchived = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  for (const { payload } of items) {
    await endArchivedRuns(db, spaceId, String(payload['journey_id']), [Number(payload['version'])], now)
  }
}
