import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { EventDeliveryRow } from '../db/rows/destination.ts'

/** How long a claim lasts: what is not finished by then was abandoned, and others take it. */
export const LEASE_MS = 60_000

export type Due = { readonly spaceId: string; readonly destinationId: string }
/** A worker's own id, and its clock. */
export type Holder = { readonly holder: string; readonly now: Date }

/** What a worker knows of a delivery it took. */
export type Taken = Omit<EventDeliveryRow, 'replay_id' | 'status' | 'reason' | 'detail' | 'warnings' | 'claim' | 'finished_at'>

const abandonedAt = (now: Date): Date => new Date(now.getTime() - LEASE_MS)

/** Destinations with calls that are due, or that somebody who is gone had taken, and that no other worker is at. Three index probes a destination, whatever waits. */
export const destinationsWithWork = (db: Db, { holder, now }: Holder): Promise<readonly Due[]> =>
  run(
    db,
    query(
      'event_delivery.destinations_with_work',
      sql<Due>`select d.space_id as "spaceId", d.id as "destinationId" from destination d where (
          exists (select from event_delivery e where e.space_id = d.space_id and e.destination_id = d.id
            and e.status = 'queued' and not e.replay and e.due_at <= ${now}::timestamptz)
          or exists (select from event_delivery e where e.space_id = d.space_id and e.destination_id = d.id
            and e.status = 'queued' and e.replay and e.due_at <= ${now}::timestamptz)
          or exists (select from event_delivery e where e.space_id = d.space_id and e.destination_id = d.id
            and e.status = 'sending' and e.claimed_at < ${abandonedAt(now)}::timestamptz))
        and not exists (select from destination_hold h where h.space_id = d.space_id and h.destination_id = d.id
          and h.holder <> ${holder}::uuid and h.held_until > ${now}::timestamptz)
        order by d.space_id, d.id`,
    ),
  )

/** Says that this worker is at a destination, for as long as a claim lasts. Answers whether it is: its rate is kept by one. */
export const holdDestination = async (db: Db, { spaceId, destinationId }: Due, { holder, now }: Holder): Promise<boolean> => {
  const until = new Date(now.getTime() + LEASE_MS)
  const held = await run(
    db,
    query(
      'destination_hold.take',
      sql<{ holder: string }>`insert into destination_hold (space_id, destination_id, holder, held_until, taken_at)
        values (${spaceId}, ${destinationId}, ${holder}::uuid, ${until}::timestamptz, ${now}::timestamptz)
        on conflict (space_id, destination_id) do update
          set holder = excluded.holder, held_until = excluded.held_until, taken_at = excluded.taken_at
          where destination_hold.holder = excluded.holder or destination_hold.held_until <= excluded.taken_at
        returning holder`,
    ),
  )
  return held.length > 0
}

/** Says that this worker is done with a destination. */
export const letGo = async (db: Db, { spaceId, destinationId }: Due, { holder }: Holder): Promise<void> => {
  await run(
    db,
    query(
      'destination_hold.let_go',
      sql`delete from destination_hold where space_id = ${spaceId} and destination_id = ${destinationId} and holder = ${holder}::uuid`,
    ),
  )
}

/** Puts back what a worker that is gone had taken: nobody knows whether it was sent, and it is sent again under the same id. */
export const takeOver = async (db: Db, { spaceId, destinationId }: Due, now: Date): Promise<void> => {
  await run(
    db,
    query(
      'event_delivery.take_over',
      sql`update event_delivery set status = 'queued', claim = null, claimed_at = null
        where space_id = ${spaceId} and destination_id = ${destinationId} and status = 'sending' and claimed_at < ${abandonedAt(now)}::timestamptz`,
    ),
  )
}

/** So many calls: those that came live, or those that are replayed. */
export type Wanted = { readonly limit: number; readonly replay: boolean }

/**
 * Takes calls that are due, oldest first. The state stands in the outer WHERE too (R5), in a form that no index of the queue serves
 * (see `claimMessages`), and the choice is materialized.
 */
export const claimDeliveries = (
  db: Db,
  { spaceId, destinationId }: Due,
  claim: string,
  now: Date,
  { limit, replay }: Wanted,
): Promise<readonly Taken[]> =>
  run(
    db,
    query(
      'event_delivery.claim',
      sql<Taken>`with next as materialized (
          select profile_id, id, attempts + 1 as attempts, coalesce(tried_at, ${now}::timestamptz) as tried_at from event_delivery
          where space_id = ${spaceId} and destination_id = ${destinationId} and status = 'queued' and replay = ${replay}
            and due_at <= ${now}::timestamptz
          order by due_at, profile_id, id limit ${limit} for update skip locked)
        update event_delivery d set status = 'sending', claim = ${claim}::uuid, claimed_at = ${now}::timestamptz, attempts = n.attempts,
          tried_at = n.tried_at
        from next n
        where d.space_id = ${spaceId} and d.profile_id = n.profile_id and d.id = n.id and d.status = 'queued' and coalesce(d.claim::text, '') = ''
        returning d.space_id, d.profile_id, d.id, d.destination_id, d.message_id, d.type, d.name, d.payload, d.replay, d.done, d.attempts, d.due_at,
          d.claimed_at, d.received_at, d.tried_at`,
    ),
  )
