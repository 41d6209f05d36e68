import { sql } from 'kysely'
import type { Db } from '../../../db/database.ts'
import { query, run, runOne } from '../../../db/query.ts'

/* The calls of a replay that are on their way to its destination. */

/** How many are on their way, counted up to `most`. */
export const countWaiting = async (db: Db, spaceId: string, replayId: string, most: number): Promise<number> => {
  const row = await runOne(
    db,
    query(
      'event_delivery.waiting_of_replay',
      sql<{ count: number }>`select count(*) as count from (select from event_delivery
        where space_id = ${spaceId} and replay_id = ${replayId} and status in ('queued', 'held', 'sending') limit ${most}) as e`,
    ),
  )
  return row?.count ?? 0
}

/** Holds what is queued, while a replay is paused. What is being sent is sent, and tried again if it must be. */
export const holdQueued = async (tx: Db, spaceId: string, replayId: string): Promise<void> => {
  await run(
    tx,
    query(
      'event_delivery.hold',
      sql`update event_delivery set status = 'held' where space_id = ${spaceId} and replay_id = ${replayId} and status = 'queued'`,
    ),
  )
}

/** Puts what was held back into the queue. */
export const releaseHeld = async (tx: Db, spaceId: string, replayId: string): Promise<void> => {
  await run(
    tx,
    query(
      'event_delivery.release',
      sql`update event_delivery set status = 'queued' where space_id = ${spaceId} and replay_id = ${replayId} and status = 'held'`,
    ),
  )
}

/** Withdraws what is not being sent at this moment: it is written down as not sent, with why. */
export const withdraw = async (tx: Db, spaceId: string, replayId: string, now: Date): Promise<void> => {
  await run(
    tx,
    query(
      'event_delivery.withdraw',
      sql`update event_delivery set status = 'discarded', reason = 'REPLAY_CANCELLED', detail = 'The replay was cancelled before it was sent.',
          finished_at = ${now}::timestamptz, payload = null
        where space_id = ${spaceId} and replay_id = ${replayId} and status in ('queued', 'held')`,
    ),
  )
}
