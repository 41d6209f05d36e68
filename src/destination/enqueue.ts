import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { EventType } from '../db/rows/event.ts'
import { toolOf } from './destinations/index.ts'

/** A call that shall go to one destination. */
export type NewDelivery = {
  readonly profileId: string
  readonly destinationId: string
  readonly messageId: string
  readonly type: EventType
  readonly name: string
  /** JSON text of the call, as it left its source's rules. */
  readonly payload: string
  readonly receivedAt: Date
  /** The replay that sends it again, where one does: each of them sends it once. */
  readonly replayId?: string | undefined
}

/** The id of a delivery: the same call goes to the same destination once, however often it is written. */
export const deliveryId = (spaceId: string, { destinationId, messageId, replayId = '' }: NewDelivery): string =>
  idFrom(spaceId, 'event_delivery', destinationId, messageId, replayId)

/** Writes calls that are to be delivered, in the transaction of what they came from: one statement, whatever their number. What is there already stays. */
export const enqueueDeliveries = async (tx: Db, spaceId: string, deliveries: readonly NewDelivery[]): Promise<void> => {
  if (deliveries.length === 0) return
  const rows = deliveries
    .map((delivery) => ({ ...delivery, id: deliveryId(spaceId, delivery) }))
    .toSorted((a, b) => (a.profileId + a.id < b.profileId + b.id ? -1 : 1))
  await run(
    tx,
    query(
      'event_delivery.add',
      sql`insert into event_delivery (space_id, profile_id, id, destination_id, message_id, type, name, payload, replay, replay_id, due_at, received_at)
        select ${spaceId}, r.profile_id, r.id, r.destination_id, r.message_id, r.type, r.name, r.payload::jsonb, r.replay_id is not null, r.replay_id,
          r.received_at, r.received_at
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.destinationId)}::text[],
          ${rows.map((r) => r.messageId)}::text[], ${rows.map((r) => r.type)}::text[], ${rows.map((r) => r.name)}::text[],
          ${rows.map((r) => r.payload)}::text[], ${rows.map((r) => r.replayId ?? null)}::text[],
          ${rows.map((r) => r.receivedAt.toISOString())}::timestamptz[])
          as r (profile_id, id, destination_id, message_id, type, name, payload, replay_id, received_at)
        on conflict do nothing`,
    ),
  )
}

/** The destinations that get the calls of a source: those that are switched on, but those that keep lists. */
export const destinationsAt = async (db: Db, spaceId: string, sourceId: string): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'destination.at_source',
      sql<{ id: string; tool: string }>`select id, tool from destination
        where space_id = ${spaceId} and source_id = ${sourceId} and enabled order by id`,
    ),
  )
  return rows.flatMap(({ id, tool }) => (toolOf(tool)?.kind === 'list' ? [] : [id]))
}

/** Forgets what waits for a destination that is gone. */
export const dropQueue = async (db: Db, spaceId: string, destinationId: string): Promise<void> => {
  await run(
    db,
    query(
      'event_delivery.drop_queue',
      sql`delete from event_delivery where space_id = ${spaceId} and destination_id = ${destinationId} and status in ('queued', 'held', 'sending')`,
    ),
  )
  await run(
    db,
    query(
      'destination_hold.clear',
      sql`delete from destination_hold where space_id = ${spaceId} and destination_id = ${destinationId}`,
    ),
  )
}
