import { sql } from 'kysely'
import type { JsonObject } from '../../../base/json.ts'
import type { Db } from '../../../db/database.ts'
import { query, run, runOne } from '../../../db/query.ts'
import type { EventType } from '../../../db/rows/event.ts'
import { contentOf, idsOf, type PastEvent } from '../call.ts'
import { eventsIn, namesIn } from '../read.ts'

/** What is asked to be sent again, and to where. Epoch milliseconds, `to` exclusive. */
export type Asked = {
  readonly destinationId: string
  readonly from: number
  readonly to: number
  /** Null: all of them. */
  readonly types: readonly EventType[] | null
  /** As conditions know them (spec/audiences §3.4). Null: all of them. */
  readonly names: readonly string[] | null
  /** Only what the destination did not take; the span is then of the time at which it was received. */
  readonly failedOnly: boolean
}
/** The same as it is kept in `import.header`, with the names of the events that there were. */
export type Sending = Asked & { readonly events: readonly string[] }
/** A job's part of it: what there is of which source, as it was when the job began. */
export type Source = { readonly spaceId: string; readonly sourceId: string; readonly startedAt: Date }

/** A call of the past, and the instant by which it is found. */
export type PastCall = {
  readonly profileId: string
  readonly messageId: string
  readonly type: EventType
  readonly name: string
  readonly at: Date
  readonly call: JsonObject
}

// Calls of one type have their name as a property, too; it is where tools look for it.
const namedAs = ({ type, properties: { name, category } }: PastEvent): JsonObject =>
  type === 'page' || type === 'screen'
    ? { ...(name === undefined ? {} : { name }), ...(category === undefined ? {} : { category }) }
    : {}

/**
 * A stored event as the call that it was: the same id, times, content and context. What identified the call is not kept, so it is sent under the
 * ids that its person has now.
 */
export const callOfPast = (spaceId: string, event: PastEvent): JsonObject => ({
  type: event.type,
  messageId: event.message_id,
  ...idsOf(spaceId, event),
  ...namedAs(event),
  ...contentOf(event),
  context: event.context,
  timestamp: event.timestamp.toISOString(),
  receivedAt: event.received_at.toISOString(),
})

const pastOf = ({ spaceId, sourceId, startedAt }: Source, { types, from, to }: Asked) => ({
  ...{ spaceId, sourceId, from, to },
  types: types ?? undefined,
  receivedBefore: startedAt.getTime(),
})

type Failed = {
  readonly profile_id: string
  readonly message_id: string
  readonly type: EventType
  readonly name: string
  readonly payload: JsonObject
  readonly received_at: Date
}

// What it took later, because somebody sent it again, is no failure any more.
const failedRows = (spaceId: string, { destinationId, types, names, from, to }: Asked) => sql`from event_delivery f
  where f.space_id = ${spaceId} and f.destination_id = ${destinationId} and f.status = 'failed' and f.payload is not null
    and f.received_at >= ${new Date(from)}::timestamptz and f.received_at < ${new Date(to)}::timestamptz
    and (${types}::text[] is null or f.type = any(${types}::text[])) and (${names}::text[] is null or f.name = any(${names}::text[]))
    and not exists (select from event_delivery d where d.space_id = ${spaceId} and d.profile_id = f.profile_id
      and d.destination_id = ${destinationId} and d.message_id = f.message_id and d.status = 'delivered')`

const failedIn = (db: Db, spaceId: string, sending: Asked, most: number): Promise<readonly Failed[]> =>
  run(
    db,
    query(
      'event_delivery.failed_in',
      sql<Failed>`select f.profile_id, f.message_id, f.type, f.name, f.payload, f.received_at ${failedRows(spaceId, sending)}
        order by f.received_at, f.id limit ${most}`,
    ),
  )

const countFailed = async (db: Db, spaceId: string, sending: Asked): Promise<number> => {
  const counted = query(
    'event_delivery.count_failed',
    sql<{ count: number }>`select count(*) as count ${failedRows(spaceId, sending)}`,
  )
  return (await runOne(db, counted))?.count ?? 0
}

/** What is there to send again: how many calls, and of which events. The whole span is read for it, so it is asked once. */
export const lookInto = async (db: Db, source: Source, asked: Asked): Promise<{ expected: number; sending: Sending }> => {
  if (asked.failedOnly) return { expected: await countFailed(db, source.spaceId, asked), sending: { ...asked, events: [] } }
  const meant = asked.names && new Set(asked.names)
  const counted = (await namesIn(db, pastOf(source, asked))).filter(({ name }) => !meant || meant.has(name))
  const expected = counted.reduce((sum, { count }) => sum + count, 0)
  return { expected, sending: { ...asked, events: counted.map(({ name }) => name) } }
}

const failedCalls = async (db: Db, spaceId: string, sending: Asked, most: number): Promise<readonly PastCall[]> =>
  (await failedIn(db, spaceId, sending, most)).map((row) => ({
    profileId: row.profile_id,
    messageId: row.message_id,
    type: row.type,
    name: row.name,
    at: row.received_at,
    call: row.payload,
  }))

const eventCalls = async (db: Db, source: Source, sending: Sending, most: number): Promise<readonly PastCall[]> =>
  (await eventsIn(db, pastOf(source, sending), sending.events, most)).map((event) => ({
    profileId: event.profile_id,
    messageId: event.message_id,
    type: event.type,
    name: event.name,
    at: event.timestamp,
    call: callOfPast(source.spaceId, event),
  }))

/** The calls of a span that are sent again, at most so many, the oldest first. */
export const callsOfPast = (db: Db, source: Source, sending: Sending, most: number): Promise<readonly PastCall[]> =>
  sending.failedOnly ? failedCalls(db, source.spaceId, sending, most) : eventCalls(db, source, sending, most)
