import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { EventType } from '../../db/rows/event.ts'
import type { PastEvent } from './call.ts'

/** A source of a space, and a span of its time in epoch milliseconds: from inclusive, to exclusive. */
export type Past = { readonly spaceId: string; readonly sourceId: string; readonly from: number; readonly to: number }
/** Which events of a past are meant: of these types, and received before an instant, in epoch milliseconds. */
export type Among = { readonly types?: readonly EventType[] | undefined; readonly receivedBefore?: number | undefined }

const among = ({ types, receivedBefore }: Among) =>
  sql`(${types ?? null}::text[] is null or type = any(${types ?? null}::text[]))
            and (${receivedBefore ?? null}::bigint is null or received_at < ${receivedBefore === undefined ? null : new Date(receivedBefore)}::timestamptz)`

type Counted = { readonly name: string; readonly count: number }

/** The names of the events that a source sent in a span, and how many there are of each. */
export const namesIn = (db: Db, { spaceId, sourceId, from, to, ...which }: Past & Among): Promise<readonly Counted[]> =>
  run(
    db,
    query(
      'event.names_of_source',
      sql<Counted>`select name, count(*) as count from event where space_id = ${spaceId} and source_id = ${sourceId}
          and timestamp >= ${new Date(from)}::timestamptz and timestamp < ${new Date(to)}::timestamptz
          and ${among(which)} group by name order by name`,
    ),
  )

/**
 * The oldest events of a span, at most so many, oldest first. The names are asked for one by one: by them and time the index is ordered, so that of
 * each no more is read than is wanted, however many come at one time.
 */
export const eventsIn = (db: Db, past: Past & Among, names: readonly string[], most: number): Promise<readonly PastEvent[]> => {
  const { spaceId, sourceId, from, to, ...which } = past
  return run(
    db,
    query(
      'event.past_of_source',
      sql<PastEvent>`select e.* from unnest(${names}::text[]) as n (name)
        cross join lateral (
          select event.message_id, event.type, event.name, event.timestamp, event.properties, event.context, event.received_at, event.profile_id,
            p.identifiers
          from event join profile p on p.space_id = ${spaceId} and p.id = event.profile_id
          where event.space_id = ${spaceId} and event.name = n.name and source_id = ${sourceId}
            and timestamp >= ${new Date(from)}::timestamptz and timestamp < ${new Date(to)}::timestamptz
            and ${among(which)}
          order by timestamp, message_id limit ${most}) as e
        order by e.timestamp, e.message_id limit ${most}`,
    ),
  )
}
