import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Options } from './options.ts'

/** What a definition was, who saved it and when. */
export type Version = {
  readonly version: number
  readonly definition: JsonObject
  readonly options: Options
  readonly savedBy: string
  readonly savedAt: Date
  /** The version that it brought back, if it did. */
  readonly restoredFrom: number | null
}

/** Keeps a version of an audience or computed trait. */
export const keepVersion = async (tx: Db, spaceId: string, id: string, version: Version): Promise<void> => {
  await run(
    tx,
    query(
      'computation_version.keep',
      sql`insert into computation_version (space_id, computation_id, version, definition, options, saved_by, saved_at, restored_from)
        values (${spaceId}, ${id}, ${version.version}::integer, ${JSON.stringify(version.definition)}::jsonb,
          ${JSON.stringify(version.options)}::jsonb, ${version.savedBy}, ${version.savedAt}::timestamptz, ${version.restoredFrom}::integer)`,
    ),
  )
}

const columns = sql`version, definition, options, saved_by as "savedBy", saved_at as "savedAt", restored_from as "restoredFrom"`

/** The versions of one, newest first. */
export const versionsOf = (db: Db, spaceId: string, id: string): Promise<readonly Version[]> =>
  run(
    db,
    query(
      'computation_version.list',
      sql<Version>`select ${columns} from computation_version where space_id = ${spaceId} and computation_id = ${id} order by version desc`,
    ),
  )

/** One version. @throws Refused 404. */
export const versionOf = async (db: Db, spaceId: string, id: string, version: number): Promise<Version> => {
  const row = await runOne(
    db,
    query(
      'computation_version.one',
      sql<Version>`select ${columns} from computation_version
        where space_id = ${spaceId} and computation_id = ${id} and version = ${version}::integer`,
    ),
  )
  if (!row) throw notFound('version', String(version))
  return row
}
