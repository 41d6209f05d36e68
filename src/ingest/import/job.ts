import { sql } from 'kysely'
import { notFound, Refused } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import { query, run, runOne } from '../../db/query.ts'
import type { ImportRow } from '../../db/rows/import.ts'

/** A file that comes in (spec/audiences §20.2). Of `expected` rows (null while nobody knows) these were taken, were there before, or refused. */
export type ImportJob = {
  readonly id: string
  readonly kind: 'profiles' | 'calls' | 'replay'
  readonly sourceId: string
  readonly fileName: string
  readonly bytes: number
  readonly status: 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'CANCELLED' | 'FAILED'
  readonly requestedBy: string
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly expected: number | null
  /** Calls: the bytes that are done. A replay: the instant, in epoch milliseconds. */
  readonly reached: number
  readonly taken: number
  readonly duplicates: number
  readonly refused: number
  readonly error: string | null
}

/** A line that was not taken. */
export type RefusedLine = { readonly line: number; readonly code: string; readonly message: string }

const HISTORY_DAYS = 30
const MOST_REFUSALS = 1_000

const columns = sql`id, kind, source_id as "sourceId", file_name as "fileName", bytes, status, requested_by as "requestedBy",
  started_at as "startedAt", finished_at as "finishedAt", expected, reached, taken, duplicates, refused, error`

/** The imports of the last 30 days, newest first. */
export const importsOf = (db: Db, spaceId: string, now: Date): Promise<readonly ImportJob[]> =>
  run(
    db,
    query(
      'import.list',
      sql<ImportJob>`select ${columns} from import
        where space_id = ${spaceId} and kind <> 'destination_replay' and started_at > ${new Date(now.getTime() - HISTORY_DAYS * 86_400_000)}::timestamptz
        order by started_at desc, id limit 1000`,
    ),
  )

/** One import. @throws Refused 404. */
export const importOf = async (db: Db, spaceId: string, id: string): Promise<ImportJob> => {
  const row = await runOne(
    db,
    query(
      'import.one',
      sql<ImportJob>`select ${columns} from import
      where space_id = ${spaceId} and id = ${id} and kind <> 'destination_replay'`,
    ),
  )
  if (!row) throw notFound('import', id)
  return row
}

/** The first thousand lines that were not taken, in their order. */
export const refusedLines = (db: Db, spaceId: string, id: string): Promise<readonly RefusedLine[]> =>
  run(
    db,
    query(
      'import_refusal.list',
      sql<RefusedLine>`select line, code, message from import_refusal where space_id = ${spaceId} and import_id = ${id} order by line
        limit ${sql.lit(MOST_REFUSALS)}`,
    ),
  )

/** Keeps lines that were not taken, while fewer than a thousand of this file are kept: `before` were refused up to now. */
export const keepRefused = async (
  tx: Db,
  spaceId: string,
  id: string,
  before: number,
  lines: readonly RefusedLine[],
): Promise<void> => {
  const some = lines.slice(0, Math.max(0, MOST_REFUSALS - before))
  if (some.length === 0) return
  await run(
    tx,
    query(
      'import_refusal.add',
      sql`insert into import_refusal (space_id, import_id, line, code, message)
        select ${spaceId}, ${id}, n.line, n.code, n.message
        from unnest(${some.map((one) => one.line)}::bigint[], ${some.map((one) => one.code)}::text[], ${some.map((one) => one.message)}::text[])
          as n (line, code, message)
        order by n.line on conflict do nothing`,
    ),
  )
}

/** What starts an import, or a replay to a destination, which is read elsewhere. */
export type Starting = Pick<ImportJob, 'id' | 'sourceId' | 'fileName' | 'bytes' | 'requestedBy' | 'startedAt' | 'expected'> & {
  readonly kind: ImportRow['kind']
  readonly header: unknown
}

/** Writes that a file comes in; one that is there already stays as it is. */
export const addImport = async (tx: Db, spaceId: string, of: Starting): Promise<void> => {
  await run(
    tx,
    query(
      'import.start',
      sql`insert into import (space_id, id, kind, source_id, file_name, bytes, requested_by, started_at, expected, header)
        values (${spaceId}, ${of.id}, ${of.kind}, ${of.sourceId}, ${of.fileName}, ${of.bytes}::bigint, ${of.requestedBy},
          ${of.startedAt}::timestamptz, ${of.expected}::bigint, ${JSON.stringify(of.header)}::jsonb)
        on conflict do nothing`,
    ),
  )
}

/** One file of people at a time: locks the source they come by. @throws Refused while one is under way. */
export const refuseSecond = async (tx: Db, spaceId: string, sourceId: string): Promise<void> => {
  await run(tx, query('import.lock', sql`select id from source where space_id = ${spaceId} and id = ${sourceId} for update`))
  const running = await runOne(
    tx,
    query(
      'import.running',
      sql<{ fileName: string }>`select file_name as "fileName" from import
        where space_id = ${spaceId} and kind = 'profiles' and status = 'RUNNING' limit 1`,
    ),
  )
  if (running) throw new Refused('import_running', `"${running.fileName}" is being imported. Wait until that is done.`)
}
