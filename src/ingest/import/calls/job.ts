import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../../../base/errors.ts'
import { idFrom } from '../../../base/ids.ts'
import { type FileFormat, formatOf } from '../../../base/records.ts'
import type { Db } from '../../../db/database.ts'
import { query, run, runOne, transact } from '../../../db/query.ts'
import { sourceById } from '../../../space/source.ts'
import { createSource } from '../../../space/space.ts'
import { addImport, type ImportJob, importOf, keepRefused, type RefusedLine } from '../job.ts'
import { importSourceId } from '../start.ts'
import { readHeader } from './header.ts'

/** A file of calls as whoever reads it announces it. */
export type Announced = {
  readonly name: string
  /** Of the file as it lies there, packed or not. */
  readonly bytes: number
  /** The same for the same file, wherever it lies: by this it is known again. */
  readonly fingerprint: string
  /** CSV: the first line as it is, with its line end. */
  readonly header: string | undefined
  /** The source that the calls come by; without it, the one of files. */
  readonly sourceId: string | undefined
  /** Goes through a file that is done already once more. */
  readonly again: boolean
}
export type Starting = Announced & { readonly writeKey: string; readonly requestedBy: string; readonly now: Date }

/** A file of calls on its way, and what is needed to go on with it. */
export type CallFile = ImportJob & { readonly header: readonly string[]; readonly lines: number }

export const formatOfFile = ({ header }: Pick<CallFile, 'header'>): FileFormat => (header.length > 0 ? 'csv' : 'ndjson')

const sourceOf = async (db: Db, spaceId: string, { sourceId, writeKey, now }: Starting): Promise<string> => {
  const own = importSourceId(spaceId)
  if (sourceId === undefined || sourceId === own) {
    await createSource(db, { spaceId, id: own, name: 'CSV import', kind: 'cloud', writeKey }, now)
    return own
  }
  const source = await sourceById(db, spaceId, sourceId)
  if (!source) throw notFound('source', sourceId)
  if (!source.enabled) throw new Refused('source_disabled', `The source "${source.name}" is switched off: switch it on first.`)
  return sourceId
}

const headerOf = ({ name, header }: Announced): readonly string[] => {
  const kind = formatOf(name)
  if (!kind)
    throw new Invalid('import_wrong_type', [
      {
        field: 'name',
        message: `"${name}" says nothing of how it is written`,
        remedy: 'send .ndjson, .jsonl or .csv, or one of these with .gz',
      },
    ])
  if (kind.format === 'ndjson') return []
  if (header === undefined)
    throw new Invalid('import_header', [
      { field: 'header', message: 'is missing', remedy: 'send the first line of the CSV file' },
    ])
  return readHeader(header.replace(/^\ufeff/, ''))
}

/** Bytes of the file that are no calls: the first line of CSV. */
const before = (header: string | undefined): number => (header === undefined ? 0 : Buffer.byteLength(header))

const startAgain = async (tx: Db, spaceId: string, id: string, { header, requestedBy, now }: Starting): Promise<void> => {
  const rows = await run(
    tx,
    query(
      'import.again',
      sql`update import set status = 'RUNNING', started_at = ${now}::timestamptz, finished_at = null, requested_by = ${requestedBy}, error = null,
          reached = ${before(header)}::bigint, lines = ${header === undefined ? 0 : 1}::bigint, taken = 0, duplicates = 0, refused = 0
        where space_id = ${spaceId} and id = ${id} and status <> 'RUNNING' returning id`,
    ),
  )
  if (rows.length > 0)
    await run(
      tx,
      query('import_refusal.clear', sql`delete from import_refusal where space_id = ${spaceId} and import_id = ${id}`),
    )
}

const setOut = async (tx: Db, spaceId: string, id: string, header: string): Promise<void> => {
  await run(
    tx,
    query(
      'import.set_out',
      sql`update import set reached = ${before(header)}::bigint, lines = 1
        where space_id = ${spaceId} and id = ${id} and status = 'RUNNING' and reached = 0 returning id`,
    ),
  )
}

/**
 * Says that a file of calls comes in, and answers how far it is: the same file goes on where it stopped, and one that is done stays done, unless
 * `again` is said. @throws Invalid with what is wrong with its name or its first line; Refused where the source is not there or switched off.
 */
export const startCallFile = async (db: Db, spaceId: string, starting: Starting): Promise<ImportJob> => {
  const columns = headerOf(starting)
  const sourceId = await sourceOf(db, spaceId, starting)
  const header = columns.length > 0 ? starting.header : undefined
  const id = `imp_${idFrom('file of calls', spaceId, sourceId, starting.fingerprint).replaceAll('-', '').slice(0, 24)}`
  await transact(db, async (tx) => {
    const { name, bytes, requestedBy, now, again } = starting
    await addImport(tx, spaceId, {
      id,
      kind: 'calls',
      sourceId,
      fileName: name,
      bytes,
      requestedBy,
      startedAt: now,
      expected: null,
      header: columns,
    })
    if (header !== undefined) await setOut(tx, spaceId, id, header)
    if (again) await startAgain(tx, spaceId, id, { ...starting, header })
  })
  return importOf(db, spaceId, id)
}

/** A file of calls. @throws Refused 404. */
export const callFileOf = async (db: Db, spaceId: string, id: string): Promise<CallFile> => {
  const job = await importOf(db, spaceId, id)
  if (job.kind !== 'calls') throw notFound('file of calls', id)
  const more = await runOne(
    db,
    query(
      'import.more',
      sql<{
        header: readonly string[]
        lines: number
      }>`select header, lines from import where space_id = ${spaceId} and id = ${id}`,
    ),
  )
  return { ...job, header: more?.header ?? [], lines: more?.lines ?? 0 }
}

/** Somebody else sent this part of the file, or a later one, meanwhile. */
export class MovedOn extends Error {}

/** What became of a part of a file: from which byte to which, how many lines, and of the calls in it. */
export type Done = {
  readonly from: number
  readonly to: number
  readonly lines: number
  readonly taken: number
  readonly duplicates: number
  readonly refused: readonly RefusedLine[]
}

/**
 * Keeps how many calls of the part that begins at `from` this transaction stores, so that they are counted as taken whatever happens before the
 * whole part is done. @throws MovedOn where the file is not where this part begins.
 */
export const keepAhead = async (tx: Db, spaceId: string, id: string, from: number, stored: number): Promise<void> => {
  const row = await runOne(
    tx,
    query(
      'import.keep_ahead',
      sql`update import set ahead = ahead + ${stored}::bigint
        where space_id = ${spaceId} and id = ${id} and kind = 'calls' and status = 'RUNNING' and reached = ${from}::bigint returning id`,
    ),
  )
  if (!row) throw new MovedOn('the file is somewhere else now')
}

/**
 * Keeps how far a file is, when all calls of a part are stored and this is noted as ahead. What is ahead beyond that was stored by somebody who
 * did not get this far: those were duplicates now, and count as taken. @throws MovedOn where the file is not where this part begins.
 */
export const keepCalls = async (tx: Db, spaceId: string, id: string, done: Done): Promise<void> => {
  const { from, to, lines, taken, duplicates, refused } = done
  const before = sql`least(ahead - ${taken}::bigint, ${duplicates}::bigint)`
  const rows = await run(
    tx,
    query(
      'import.keep_calls',
      sql<{
        refused: number
      }>`update import set reached = ${to}::bigint, lines = lines + ${lines}::bigint, taken = taken + ${taken}::bigint + ${before},
          duplicates = duplicates + ${duplicates}::bigint - ${before}, ahead = ahead - ${taken}::bigint - ${before}, refused = refused + ${refused.length}::bigint
        where space_id = ${spaceId} and id = ${id} and kind = 'calls' and status = 'RUNNING' and reached = ${from}::bigint returning refused`,
    ),
  )
  const [row] = rows
  if (!row) throw new MovedOn('the file is somewhere else now')
  await keepRefused(tx, spaceId, id, row.refused - refused.length, refused)
}

/** Says that a file of calls is done: there is nothing behind where it is. */
export const finishCalls = async (db: Db, spaceId: string, id: string, reached: number, now: Date): Promise<void> => {
  await run(
    db,
    query(
      'import.finish_calls',
      sql`update import set status = 'COMPLETED', finished_at = ${now}::timestamptz
        where space_id = ${spaceId} and id = ${id} and kind = 'calls' and status = 'RUNNING' and reached = ${reached}::bigint returning id`,
    ),
  )
}
