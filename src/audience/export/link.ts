import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { sql } from 'kysely'
import { Refused } from '../../base/errors.ts'
import { sameText, sign } from '../../base/hash.ts'
import type { Db } from '../../db/database.ts'
import { query, runOne } from '../../db/query.ts'
import { type ExportJob, exportOf } from './job.ts'

// The purpose is signed too: a signature made for something else by the same secret opens nothing here.
const signatureOf = (secret: string, body: string): string => sign(secret, `export link ${body}`)

/** The part of a download's address that says which file until when, signed. */
export const exportToken = (secret: string, spaceId: string, id: string, expiresAt: Date): string => {
  const body = Buffer.from(JSON.stringify([spaceId, id, expiresAt.getTime()])).toString('base64url')
  return `${body}.${signatureOf(secret, body)}`
}

const gone = (message: string): Refused => new Refused('expired', message, { status: 410 })

/** The finished export that a token opens at `now`. @throws Refused 403 for a token that is not ours, 410 when it or the file is over. */
export const openExport = async (
  db: Db,
  secret: string,
  token: string,
  now: Date,
): Promise<{ readonly spaceId: string; readonly job: ExportJob }> => {
  const [body = '', signature = ''] = token.split('.')
  if (!sameText(signature, signatureOf(secret, body)))
    throw new Refused('forbidden', 'This address was not made here.', { status: 403 })
  const [spaceId, id, until]: [string, string, number] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  if (now.getTime() >= until) throw gone('This address has expired; make the file again.')
  const job = await exportOf(db, spaceId, id)
  if (job.status !== 'COMPLETED' || job.expiresAt === null) throw gone('This file is not kept any more; make it again.')
  return { spaceId, job }
}

/** The file, part by part as it is taken. */
export const readExport = (db: Db, spaceId: string, id: string): Readable => {
  const parts = async function* () {
    for (let part = 0; ; part++) {
      const row = await runOne(
        db,
        query(
          'export_part.one',
          sql<{
            content: Buffer
          }>`select content from export_part where space_id = ${spaceId} and export_id = ${id} and part = ${part}::integer`,
        ),
      )
      if (!row) return
      yield row.content
    }
  }
  const source = Readable.from(parts())
  const csv = createGunzip()
  source.on('error', (error) => csv.destroy(error))
  csv.on('close', () => source.destroy())
  return source.pipe(csv)
}
