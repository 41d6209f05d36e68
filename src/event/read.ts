import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { EventRow } from '../db/rows/event.ts'

export type EventPage = {
  readonly from: Date
  readonly to: Date
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly sort: 'asc' | 'desc'
  readonly limit: number
  /** Where the page before ended. */
  readonly after: { readonly timestamp: Date; readonly messageId: string } | undefined
}

/** A page of what somebody did (track, page, screen calls) by time. An empty `include` means every name. */
export const eventsOfProfile = (db: Db, spaceId: string, profileId: string, page: EventPage): Promise<readonly EventRow[]> => {
  const down = page.sort === 'desc'
  const { timestamp = down ? page.to : page.from, messageId = '' } = page.after ?? {}
  const past = page.after
    ? sql`(timestamp, message_id) ${down ? sql`<` : sql`>`} (${timestamp}::timestamptz, ${messageId}::text)`
    : sql`true`
  return run(
    db,
    query(
      'event.page*',
      sql<EventRow>`select * from event
        where space_id = ${spaceId} and profile_id = ${profileId}::uuid and timestamp >= ${page.from}::timestamptz and timestamp <= ${page.to}::timestamptz
          and type in ('track', 'page', 'screen')
          and (cardinality(${page.include}::text[]) = 0 or name = any(${page.include}::text[])) and not name = any(${page.exclude}::text[])
          and ${past}
        order by timestamp ${down ? sql`desc` : sql`asc`}, message_id ${down ? sql`desc` : sql`asc`} limit ${page.limit}`,
    ),
  )
}

export type End = { readonly message_id: string; readonly source_id: string }

/** The first and the last event of a profile. */
export const endsOfHistory = async (
  db: Db,
  spaceId: string,
  profileId: string,
): Promise<{ readonly first: End | undefined; readonly last: End | undefined }> => {
  const end = (order: 'asc' | 'desc'): Promise<readonly End[]> =>
    run(
      db,
      query(
        `event.${order === 'asc' ? 'first' : 'last'}`,
        sql<End>`select message_id, source_id from event where space_id = ${spaceId} and profile_id = ${profileId}::uuid
          order by timestamp ${sql.raw(order)}, message_id ${sql.raw(order)} limit 1`,
      ),
    )
  const [[first], [last]] = [await end('asc'), await end('desc')]
  return { first, last }
}
