import { setImmediate as breathe } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { query, run, transact } from '../../db/query.ts'
import { createSource } from '../../space/space.ts'
import { readSettings } from '../settings.ts'
import { addImport, type ImportJob, importOf, refuseSecond } from './job.ts'
import { type ProfileFile, readProfileFile } from './profile-file.ts'
import { identifierColumns, type Row } from './profile-row.ts'

const compress = promisify(gzip)
/** Rows a part: what one transaction of the import stores. */
export const PART_ROWS = 1_000

/** The source that files of people come by: made with the first file. */
export const importSourceId = (spaceId: string): string => `src_import_${spaceId}`

/** The columns that say who somebody is in this space. */
export const identifiersOfSpace = async (db: Db, spaceId: string, now: Date): Promise<ReadonlySet<string>> =>
  identifierColumns((await readSettings(db, spaceId, now)).rules.known)

const addPart = async (tx: Db, spaceId: string, id: string, part: number, rows: readonly Row[]): Promise<void> => {
  const content = await compress(JSON.stringify(rows))
  await run(
    tx,
    query(
      'import_part.add',
      sql`insert into import_part (space_id, import_id, part, content) values (${spaceId}, ${id}, ${part}::bigint, ${content})`,
    ),
  )
}

const addParts = async (tx: Db, spaceId: string, id: string, file: ProfileFile): Promise<void> => {
  let [part, rows] = [0, [] as Row[]]
  for (const row of file.records()) {
    rows.push(row)
    if (rows.length < PART_ROWS) continue
    await addPart(tx, spaceId, id, part++, rows)
    await breathe()
    rows = []
  }
  if (rows.length > 0) await addPart(tx, spaceId, id, part, rows)
}

export type Upload = {
  readonly id: string
  readonly writeKey: string
  readonly fileName: string
  readonly bytes: Buffer
  readonly requestedBy: string
  readonly now: Date
}

/**
 * Takes a file of people: checks it as a whole, keeps it in parts, and leaves the rest to a worker. When it answers, the file survives any crash.
 * @throws Invalid with what is wrong with the file; Refused while another one is under way.
 */
export const startProfileImport = async (db: Db, spaceId: string, upload: Upload): Promise<ImportJob> => {
  const { id, fileName, bytes, requestedBy, now } = upload
  const file = readProfileFile(fileName, bytes, await identifiersOfSpace(db, spaceId, now))
  const sourceId = importSourceId(spaceId)
  await createSource(db, { spaceId, id: sourceId, name: 'CSV import', kind: 'cloud', writeKey: upload.writeKey }, now)
  await transact(db, async (tx) => {
    await refuseSecond(tx, spaceId, sourceId)
    await addImport(tx, spaceId, {
      id,
      kind: 'profiles',
      sourceId,
      fileName,
      bytes: bytes.length,
      requestedBy,
      startedAt: now,
      expected: file.rows,
      header: file.header,
    })
    await addParts(tx, spaceId, id, file)
  })
  return importOf(db, spaceId, id)
}
