import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { preparedQuery, run } from '../db/query.ts'
import type { EventType } from '../db/rows/event.ts'

/** An event as it is stored; `properties` and `context` are JSON texts, written once and not looked into again. */
export type NewEvent = {
  readonly profileId: string
  readonly timestamp: Date
  readonly messageId: string
  readonly type: EventType
  readonly name: string
  readonly properties: string
  readonly context: string
  readonly sourceId: string
  readonly receivedAt: Date
}

/** The name by which conditions and journeys know an event (spec/audiences §3.4): a track event's own, the call's type otherwise. */
export const eventName = (type: EventType, event: string | undefined): string => {
  if (type === 'track') return event ?? ''
  if (type === 'page') return 'Page Viewed'
  return type === 'screen' ? 'Screen Viewed' : type
}

// All calls of a request have the same one.
const isoTexts = (instants: readonly Date[]): readonly string[] => {
  const texts = new Map<Date, string>()
  for (const instant of new Set(instants)) texts.set(instant, instant.toISOString())
  return instants.map((instant) => texts.get(instant) ?? '')
}

/**
 * Stores events, sorted by key (R13), each of which was just marked as seen in this transaction: so none is there already, and asking would
 * cost a sixth more. Their partitions must be there: `ensurePartitions` comes first, outside of the transaction.
 */
export const addEvents = async (tx: Db, spaceId: string, events: readonly NewEvent[]): Promise<void> => {
  if (events.length === 0) return
  const rows = events.toSorted((a, b) =>
    a.profileId < b.profileId ? -1 : a.profileId > b.profileId ? 1 : +a.timestamp - +b.timestamp,
  )
  await run(
    tx,
    preparedQuery(
      'event.add',
      sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
        select ${spaceId}, r.profile_id, r.timestamp, r.message_id, r.type, r.name, r.properties::jsonb, r.context::jsonb, r.source_id, r.received_at
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.timestamp.toISOString())}::timestamptz[],
          ${rows.map((r) => r.messageId)}::text[], ${rows.map((r) => r.type)}::text[], ${rows.map((r) => r.name)}::text[],
          ${rows.map((r) => r.properties)}::text[], ${rows.map((r) => r.context)}::text[], ${rows.map((r) => r.sourceId)}::text[],
          ${isoTexts(rows.map((r) => r.receivedAt))}::timestamptz[])
          as r (profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)`,
    ),
  )
}

/** Marks message ids as seen and answers those that were new: a repeated id changes nothing (spec/audiences §2.6). */
export const markSeen = async (
  tx: Db,
  spaceId: string,
  messageIds: readonly string[],
  receivedAt: Date,
): Promise<ReadonlySet<string>> => {
  const rows = await run(
    tx,
    preparedQuery(
      'event_seen.mark',
      sql<{ message_id: string }>`insert into event_seen (space_id, message_id, received_at)
        select ${spaceId}, r.message_id, ${receivedAt}::timestamptz from unnest(${[...new Set(messageIds)].toSorted()}::text[]) as r (message_id)
        on conflict do nothing returning message_id`,
    ),
  )
  return new Set(rows.map((row) => row.message_id))
}
