import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { DeliveryAttemptRow, DeliveryStatus, EventDeliveryRow } from '../db/rows/destination.ts'

/** Which deliveries of a destination are asked for: of one call, of one status, those before a place in the list. */
export type Asking = {
  readonly messageId?: string | undefined
  readonly status?: DeliveryStatus | undefined
  readonly before?: { readonly receivedAt: Date; readonly id: string } | undefined
  readonly count: number
}
export type Delivery = Omit<EventDeliveryRow, 'claim' | 'claimed_at' | 'space_id' | 'done' | 'replay_id'>

const listed = (db: Db, spaceId: string, destinationId: string, { messageId, status, before, count }: Asking) =>
  run(
    db,
    query(
      messageId === undefined ? 'event_delivery.list' : 'event_delivery.of_message',
      sql<Delivery>`select profile_id, id, destination_id, message_id, type, name, payload, replay, status, reason, detail, warnings, attempts,
          due_at, received_at, tried_at, finished_at
        from event_delivery where space_id = ${spaceId} and destination_id = ${destinationId}
          ${messageId === undefined ? sql`` : sql`and message_id = ${messageId}`}
          and (${status ?? null}::text is null or status = ${status ?? null}::text)
          and (${before?.receivedAt ?? null}::timestamptz is null or (received_at, id) < (${before?.receivedAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
        order by received_at desc, id desc limit ${count}`,
    ),
  )

const attemptsOf = (db: Db, spaceId: string, deliveries: readonly Delivery[]): Promise<readonly DeliveryAttemptRow[]> =>
  run(
    db,
    query(
      'delivery_attempt.of_deliveries',
      sql<DeliveryAttemptRow>`select a.* from delivery_attempt a
        join unnest(${deliveries.map((d) => d.profile_id)}::uuid[], ${deliveries.map((d) => d.id)}::uuid[]) as r (profile_id, delivery_id)
          on a.profile_id = r.profile_id and a.delivery_id = r.delivery_id
        where a.space_id = ${spaceId} order by a.delivery_id, a.attempt, a.at, a.mapping_id`,
    ),
  )

/** Calls on their way to a destination, or what became of them, newest first, each with its attempts (spec/connections §3.4). */
export const deliveriesOf = async (
  db: Db,
  spaceId: string,
  destinationId: string,
  asking: Asking,
): Promise<readonly (Delivery & { readonly tries: readonly DeliveryAttemptRow[] })[]> => {
  const deliveries = await listed(db, spaceId, destinationId, asking)
  const tries = deliveries.length === 0 ? [] : await attemptsOf(db, spaceId, deliveries)
  const byDelivery = Map.groupBy(tries, ({ delivery_id }) => delivery_id)
  return deliveries.map((delivery) => ({ ...delivery, tries: byDelivery.get(delivery.id) ?? [] }))
}
