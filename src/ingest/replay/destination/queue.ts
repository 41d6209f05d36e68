import { sql } from 'kysely'
import { jsonText } from '../../../base/json.ts'
import type { Db } from '../../../db/database.ts'
import { query, run, runOne } from '../../../db/query.ts'
import { enqueueDeliveries, type NewDelivery } from '../../../destination/enqueue.ts'
import { nobodyOf } from '../../deliveries.ts'
import type { PastCall, Sending } from './past.ts'

/* The calls of a replay that are on their way to its destination. */

/** A replay, and the name by which calls speak of the destination's tool. */
export type Queueing = { readonly spaceId: string; readonly id: string; readonly sending: Sending; readonly tool: string }

// Who is erased waits for this transaction and takes what it wrote, or is gone. Ingest, which only changes people, waits for nothing.
const livingAmong = async (tx: Db, spaceId: string, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await run(
    tx,
    query(
      'profile.lock_living',
      sql<{ id: string }>`select p.id from unnest(${ids}::uuid[]) as r (id)
        cross join lateral (select id from profile where space_id = ${spaceId} and id = r.id limit 1 for key share) as p`,
    ),
  )
  return new Set(rows.map(({ id }) => id))
}

// The old object is lost: the call goes to this tool, whatever it said before (spec/connections §2.6). Consent is asked again, and beside such an
// object an empty one is a no: whether it was one before, nobody knows any more.
const deliveryOf = ({ id, sending, tool }: Queueing, past: PastCall, now: Date): NewDelivery => {
  const { profileId, messageId, type, name, call } = past
  const payload = jsonText({ ...call, integrations: { All: false, [tool]: true } })
  return { profileId, destinationId: sending.destinationId, messageId, type, name, payload, receivedAt: now, replayId: id }
}

/** Queues calls of a replay, but of people who are gone since they were read. Answers how many. */
export const queueCalls = async (tx: Db, queueing: Queueing, calls: readonly PastCall[], now: Date): Promise<number> => {
  const { spaceId } = queueing
  const people = [...new Set(calls.map(({ profileId }) => profileId))].toSorted()
  const living = people.length === 0 ? new Set() : await livingAmong(tx, spaceId, people)
  const sent = calls.filter(({ profileId, messageId }) => living.has(profileId) || profileId === nobodyOf(spaceId, messageId))
  await enqueueDeliveries(
    tx,
    spaceId,
    sent.map((past) => deliveryOf(queueing, past, now)),
  )
  return sent.length
}

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

/** Holds what is queued, while a replay is paused. */
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
