import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { Kind } from '../store.ts'
import type { ExportRequest } from './layout.ts'

/** A job that this process makes, until its claim lapses. */
export type Claimed = {
  readonly spaceId: string
  readonly id: string
  readonly kind: Kind
  readonly computationId: string
  readonly request: ExportRequest
  readonly claim: string
  readonly attempts: number
}
type Held = Pick<Claimed, 'spaceId' | 'id' | 'claim'>

/** The claim lapsed: somebody else makes the file. */
export class ClaimLost extends Error {}

const LEASE_MS = 60_000
const SOME = 10

/** Takes a job that nobody works on, the oldest first. */
export const claimExport = async (db: Db, claim: string, now: Date): Promise<Claimed | undefined> => {
  const waiting = await run(
    db,
    query(
      'export.waiting',
      sql<{ spaceId: string; id: string }>`select space_id as "spaceId", id from export
        where status = 'RUNNING' and (claim is null or claimed_until < ${now}::timestamptz) order by started_at, space_id, id limit ${sql.lit(SOME)}`,
    ),
  )
  const until = new Date(now.getTime() + LEASE_MS)
  for (const { spaceId, id } of waiting) {
    const [taken] = await run(
      db,
      query(
        'export.claim',
        sql<Claimed>`update export set claim = ${claim}, claimed_until = ${until}::timestamptz, attempts = attempts + 1, people = 0
          where space_id = ${spaceId} and id = ${id} and status = 'RUNNING' and (claim is null or claimed_until < ${now}::timestamptz)
          returning space_id as "spaceId", id, kind, computation_id as "computationId", request, claim, attempts`,
      ),
    )
    if (taken) return taken
  }
  return undefined
}

/** Removes what a lapsed claim wrote. */
export const clearParts = async (db: Db, { spaceId, id }: Held): Promise<void> => {
  await run(db, query('export_part.clear', sql`delete from export_part where space_id = ${spaceId} and export_id = ${id}`))
}

/** Says how far it is, which keeps the claim. @throws ClaimLost where it is no longer ours. */
export const keepExport = async (tx: Db, { spaceId, id, claim }: Held, people: number, now: Date): Promise<void> => {
  const rows = await run(
    tx,
    query(
      'export.keep',
      sql`update export set people = ${people}::bigint, claimed_until = ${new Date(now.getTime() + LEASE_MS)}::timestamptz
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING' returning id`,
    ),
  )
  if (rows.length === 0) throw new ClaimLost('the claim of an export is gone')
}

export const addPart = async (tx: Db, { spaceId, id }: Held, part: number, content: Buffer): Promise<void> => {
  await run(
    tx,
    query(
      'export_part.add',
      sql`insert into export_part (space_id, export_id, part, content) values (${spaceId}, ${id}, ${part}::integer, ${content})`,
    ),
  )
}

/** Ends a job: with a file, or with what went wrong. */
export const finishExport = async (
  db: Db,
  { spaceId, id, claim }: Held,
  end: {
    readonly now: Date
    readonly error?: string
    readonly snapshotAt?: Date
    readonly expiresAt?: Date
    readonly people?: number
  },
): Promise<void> => {
  await run(
    db,
    query(
      'export.finish',
      sql`update export set status = ${end.error === undefined ? 'COMPLETED' : 'FAILED'}, finished_at = ${end.now}::timestamptz,
          error = ${end.error ?? null}, snapshot_at = ${end.snapshotAt ?? null}::timestamptz, expires_at = ${end.expiresAt ?? null}::timestamptz,
          people = ${end.people ?? 0}::bigint, claim = null, claimed_until = null
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING'`,
    ),
  )
}

/** The next files that nobody may fetch any more lose their parts; answers whether there were some. */
export const dropExpired = async (db: Db, now: Date): Promise<boolean> => {
  const over = await run(
    db,
    query(
      'export.over',
      sql<{ spaceId: string; id: string }>`select space_id as "spaceId", id from export
        where expires_at <= ${now}::timestamptz order by expires_at, space_id, id limit ${sql.lit(SOME)}`,
    ),
  )
  for (const { spaceId, id } of over) {
    await clearParts(db, { spaceId, id, claim: '' })
    await run(
      db,
      query('export.forget_expiry', sql`update export set expires_at = null where space_id = ${spaceId} and id = ${id}`),
    )
  }
  return over.length > 0
}
