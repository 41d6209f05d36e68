import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { query, run, runOne, transact } from '../../db/query.ts'

/** A file of people that this process works on, until its claim lapses. */
export type Claimed = {
  readonly spaceId: string
  readonly id: string
  readonly sourceId: string
  readonly startedAt: Date
  readonly header: readonly string[]
  readonly claim: string
  readonly attempts: number
  readonly reached: number
  readonly refused: number
}
type Held = Pick<Claimed, 'spaceId' | 'id' | 'claim'>

/** The claim lapsed: somebody else goes on. */
export class ClaimLost extends Error {}

const LEASE_MS = 60_000
const SOME = 10

/** Takes a file that nobody works on, the oldest first; it goes on where the last one stopped. */
export const claimImport = async (db: Db, claim: string, now: Date): Promise<Claimed | undefined> => {
  const waiting = await run(
    db,
    query(
      'import.waiting',
      sql<{ spaceId: string; id: string }>`select space_id as "spaceId", id from import
        where status = 'RUNNING' and kind = 'profiles' and (claim is null or claimed_until < ${now}::timestamptz)
        order by started_at, space_id, id limit ${sql.lit(SOME)}`,
    ),
  )
  const until = new Date(now.getTime() + LEASE_MS)
  for (const { spaceId, id } of waiting) {
    const [taken] = await run(
      db,
      query(
        'import.claim',
        sql<Claimed>`update import set claim = ${claim}, claimed_until = ${until}::timestamptz, attempts = attempts + 1
          where space_id = ${spaceId} and id = ${id} and status = 'RUNNING' and (claim is null or claimed_until < ${now}::timestamptz)
          returning space_id as "spaceId", id, source_id as "sourceId", started_at as "startedAt", header, claim, attempts, reached, refused`,
      ),
    )
    if (taken) return taken
  }
  return undefined
}

/** The next part of a file, or undefined behind the last. */
export const partOf = async (db: Db, { spaceId, id }: Held, part: number): Promise<Buffer | undefined> =>
  (
    await runOne(
      db,
      query(
        'import_part.one',
        sql<{
          content: Buffer
        }>`select content from import_part where space_id = ${spaceId} and import_id = ${id} and part = ${part}::bigint`,
      ),
    )
  )?.content

/** Says that a part is done, which keeps the claim and its attempts; its rows are kept no longer. @throws ClaimLost where it is no longer ours. */
export const keepImport = async (
  tx: Db,
  { spaceId, id, claim }: Held,
  done: { readonly part: number; readonly taken: number; readonly refused: number; readonly now: Date },
): Promise<void> => {
  const rows = await run(
    tx,
    query(
      'import.keep',
      sql`update import set reached = ${done.part + 1}::bigint, taken = taken + ${done.taken}::bigint, refused = refused + ${done.refused}::bigint,
          attempts = 1, claimed_until = ${new Date(done.now.getTime() + LEASE_MS)}::timestamptz
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING' and reached = ${done.part}::bigint returning id`,
    ),
  )
  if (rows.length === 0) throw new ClaimLost('the claim of an import is gone')
  await run(
    tx,
    query(
      'import_part.done',
      sql`delete from import_part where space_id = ${spaceId} and import_id = ${id} and part = ${done.part}::bigint`,
    ),
  )
}

/** Ends an import, all done or with what went wrong; its parts are no longer kept. */
export const finishImport = (db: Db, { spaceId, id, claim }: Held, now: Date, error?: string): Promise<void> =>
  transact(db, async (tx) => {
    const rows = await run(
      tx,
      query(
        'import.finish',
        sql`update import set status = ${error === undefined ? 'COMPLETED' : 'FAILED'}, finished_at = ${now}::timestamptz, error = ${error ?? null},
            claim = null, claimed_until = null
          where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING' returning id`,
      ),
    )
    if (rows.length === 0) return
    await run(tx, query('import_part.clear', sql`delete from import_part where space_id = ${spaceId} and import_id = ${id}`))
  })
