import { sql } from 'kysely'
import { Refused } from '../base/errors.ts'
import { createLookUp } from '../base/look-up.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { SourceRow } from '../db/rows/space.ts'
import { type Feed, feedsOf } from './feed.ts'

/** Whom a write key lets in. */
export type Source = {
  readonly spaceId: string
  readonly sourceId: string
  readonly enabled: boolean
  readonly strict: boolean
  /** The app as which its senders prove themselves, and whether they must. */
  readonly oauthAppId: string | null
  readonly oauthEnforced: boolean
  /** Whether it has an insert function: at most two seconds old, and whoever stores knows better. */
  readonly inserting: boolean
  /** Other spaces that get what it sends, too. */
  readonly feeds: readonly Feed[]
}

/** The source behind a write key, or undefined. */
export const sourceByKey = async (db: Db, writeKey: string): Promise<Source | undefined> => {
  const key = await runOne(
    db,
    query(
      'write_key.by_key',
      sql<{ space_id: string; source_id: string }>`select space_id, source_id from write_key where key = ${writeKey}`,
    ),
  )
  if (!key) return undefined
  const source = await runOne(
    db,
    query(
      'source.state',
      sql<{
        enabled: boolean
        strict: boolean
        oauthAppId: string | null
        oauthEnforced: boolean
        inserting: boolean
      }>`select enabled, strict, oauth_app_id as "oauthAppId", oauth_enforced as "oauthEnforced",
          exists (select from function_instance where space_id = ${key.space_id} and integration_id = ${key.source_id} and enabled) as inserting
        from source
        where space_id = ${key.space_id} and id = ${key.source_id}`,
    ),
  )
  const none = { enabled: false, strict: false, oauthAppId: null, oauthEnforced: false, inserting: false }
  const feeds = await feedsOf(db, key.space_id, key.source_id)
  return { spaceId: key.space_id, sourceId: key.source_id, ...(source ?? none), feeds }
}

export type ListedSource = Omit<SourceRow, 'space_id'> & { readonly write_keys: readonly string[] }

/** The sources of a space with their write keys, newest first. */
export const sourcesOf = async (db: Db, spaceId: string): Promise<readonly ListedSource[]> => {
  const sources = await run(
    db,
    query('source.all', sql<SourceRow>`select * from source where space_id = ${spaceId} order by created_at desc, id`),
  )
  const keys = await run(
    db,
    query(
      'write_key.all',
      sql<{ key: string; source_id: string }>`select key, source_id from write_key where space_id = ${spaceId} order by key`,
    ),
  )
  return sources.map(({ space_id: _, ...source }) => ({
    ...source,
    write_keys: keys.filter((key) => key.source_id === source.id).map((key) => key.key),
  }))
}

/** One source, or undefined. */
export const sourceById = (db: Db, spaceId: string, id: string): Promise<SourceRow | undefined> =>
  runOne(db, query('source.by_id', sql<SourceRow>`select * from source where space_id = ${spaceId} and id = ${id}`))

export type SourceChange = {
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  readonly strict?: boolean | undefined
}

/** Changes a source; what is not given stays. Answers whether there is such a source. */
export const changeSource = async (db: Db, spaceId: string, id: string, change: SourceChange): Promise<boolean> => {
  const row = await runOne(
    db,
    query(
      'source.change',
      sql<{ id: string }>`update source set name = coalesce(${change.name ?? null}::text, name),
          enabled = coalesce(${change.enabled ?? null}::boolean, enabled), strict = coalesce(${change.strict ?? null}::boolean, strict)
        where space_id = ${spaceId} and id = ${id} returning id`,
    ),
  )
  return row !== undefined
}

/** Lets a source in by one more write key, so that the old one may go once nobody uses it. */
export const addWriteKey = async (db: Db, spaceId: string, sourceId: string, key: string): Promise<void> => {
  await run(
    db,
    query('write_key.add', sql`insert into write_key (key, space_id, source_id) values (${key}, ${spaceId}, ${sourceId})`),
  )
}

/**
 * Takes a write key from a source: within seconds it lets nothing in any more. Answers whether the source had it.
 * @throws Refused when it is the only one.
 */
export const deleteWriteKey = (db: Db, spaceId: string, sourceId: string, key: string): Promise<boolean> =>
  transact(db, async (tx) => {
    await run(tx, query('source.lock', sql`select id from source where space_id = ${spaceId} and id = ${sourceId} for update`))
    const keys = await run(
      tx,
      query(
        'write_key.of_source',
        sql<{ key: string }>`select key from write_key where space_id = ${spaceId} and source_id = ${sourceId} order by key`,
      ),
    )
    if (!keys.some((one) => one.key === key)) return false
    if (keys.length === 1)
      throw new Refused(
        'last_write_key',
        'This is the only write key of the source. Make another one first, or switch the source off.',
        {
          status: 409,
        },
      )
    await run(
      tx,
      query(
        'write_key.delete',
        sql`delete from write_key where space_id = ${spaceId} and source_id = ${sourceId} and key = ${key}`,
      ),
    )
    return true
  })

/** Looks up write keys: a source that is switched off stays open for `keepMs` at most. */
export const createSourceLookup = (
  db: Db,
  now: () => Date,
  keepMs = 2_000,
): ((writeKey: string) => Promise<Source | undefined>) => createLookUp((writeKey) => sourceByKey(db, writeKey), now, keepMs)
