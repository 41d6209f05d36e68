import { sql } from 'kysely'
import { jsonText } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { SourceCallRow } from '../db/rows/call.ts'

/** As many calls of a source are kept (spec/connections §2.3). */
export const MOST_KEPT = 500
export type NewSourceCall = Omit<SourceCallRow, 'space_id' | 'source_id'>

/** Adds calls of one source, in the order of their ids, and forgets all but its newest 500. */
export const addSourceCalls = async (
  db: Db,
  spaceId: string,
  sourceId: string,
  calls: readonly NewSourceCall[],
): Promise<void> => {
  if (calls.length === 0) return
  await run(
    db,
    query(
      'source_call.add',
      sql`insert into source_call (space_id, source_id, id, received_at, type, name, message_id, status, profile_id, problems, changes, raw)
        select ${spaceId}, ${sourceId}, r.id, r.received_at, r.type, r.name, r.message_id, r.status, r.profile_id, r.problems::jsonb, r.changes::jsonb, r.raw
        from unnest(${calls.map((c) => c.id)}::uuid[], ${calls.map((c) => c.received_at.toISOString())}::timestamptz[],
          ${calls.map((c) => c.type)}::text[], ${calls.map((c) => c.name)}::text[], ${calls.map((c) => c.message_id)}::text[],
          ${calls.map((c) => c.status)}::text[], ${calls.map((c) => c.profile_id)}::uuid[],
          ${calls.map((c) => jsonText(c.problems))}::text[], ${calls.map((c) => jsonText(c.changes))}::text[], ${calls.map((c) => c.raw)}::text[])
          as r (id, received_at, type, name, message_id, status, profile_id, problems, changes, raw)
        on conflict do nothing`,
    ),
  )
  await forgetOld(db, spaceId, sourceId)
}

const forgetOld = async (db: Db, spaceId: string, sourceId: string): Promise<void> => {
  const oldest = await runOne(
    db,
    query(
      'source_call.oldest_kept',
      sql<{ id: string }>`select id from source_call where space_id = ${spaceId} and source_id = ${sourceId}
        order by id desc offset ${MOST_KEPT - 1} limit 1`,
    ),
  )
  if (!oldest) return
  await run(
    db,
    query(
      'source_call.forget',
      sql`delete from source_call where space_id = ${spaceId} and source_id = ${sourceId} and id < ${oldest.id}::uuid`,
    ),
  )
}

export type CallFilter = {
  /** Text that occurs in the call as it came. */
  readonly search?: string | undefined
  readonly status?: string | undefined
  readonly type?: string | undefined
  /** The event's name. */
  readonly event?: string | undefined
  readonly count: number
  /** Only calls with a later id. */
  readonly after?: string | undefined
}

const like = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

/** The newest calls of a source, the newest first. */
export const callsOfSource = (
  db: Db,
  spaceId: string,
  sourceId: string,
  filter: CallFilter,
): Promise<readonly SourceCallRow[]> => {
  const { search = null, status = null, type = null, event = null, after = null, count } = filter
  return run(
    db,
    query(
      'source_call.page',
      sql<SourceCallRow>`select * from source_call where space_id = ${spaceId} and source_id = ${sourceId}
          and (${after}::uuid is null or id > ${after}::uuid)
          and (${status}::text is null or status = ${status}::text) and (${type}::text is null or type = ${type}::text)
          and (${event}::text is null or name = ${event}::text)
          and (${search}::text is null or raw ilike ${search === null ? null : like(search)}::text)
        order by id desc limit ${count}`,
    ),
  )
}

/** Says that somebody looks at a source until then. */
export const watchSource = async (db: Db, spaceId: string, sourceId: string, until: Date): Promise<void> => {
  await run(
    db,
    query(
      'source_watch.set',
      sql`insert into source_watch (space_id, source_id, watched_until) values (${spaceId}, ${sourceId}, ${until}::timestamptz)
        on conflict (space_id, source_id) do update set watched_until = greatest(source_watch.watched_until, excluded.watched_until)`,
    ),
  )
}

/** The sources at which somebody looks now, of all spaces. */
export const watchedSources = (
  db: Db,
  now: Date,
): Promise<readonly { readonly space_id: string; readonly source_id: string }[]> =>
  run(
    db,
    query(
      'source_watch.now',
      sql<{
        space_id: string
        source_id: string
      }>`select space_id, source_id from source_watch where watched_until > ${now}::timestamptz`,
    ),
  )

/** Forgets who was looked at long ago. */
export const forgetWatches = async (db: Db, spaceId: string, before: Date): Promise<void> => {
  await run(
    db,
    query(
      'source_watch.forget',
      sql`delete from source_watch where space_id = ${spaceId} and watched_until < ${before}::timestamptz`,
    ),
  )
}

/** Forgets calls that came long ago to sources that were silent since. */
export const forgetCalls = async (db: Db, spaceId: string, before: Date): Promise<void> => {
  await run(
    db,
    query(
      'source_call.forget_old',
      sql`delete from source_call where space_id = ${spaceId} and received_at < ${before}::timestamptz`,
    ),
  )
}
