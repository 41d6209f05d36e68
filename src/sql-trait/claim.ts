import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'

/** A SQL trait that this process runs, until its claim lapses. */
export type Claimed = {
  readonly spaceId: string
  readonly id: string
  readonly claim: string
  /** The time that had come. */
  readonly dueAt: Date
  readonly warehouseId: string
  readonly query: string
  readonly times: readonly number[]
  /** The number of the last run. */
  readonly run: number
  readonly attempts: number
  readonly resync: boolean
  /** What the last run that ended well told. */
  readonly traits: readonly string[]
}

/** The claim lapsed, or the SQL trait was deleted: somebody else runs it, or nobody. */
export class ClaimLost extends Error {}

const LEASE_MS = 120_000
const SOME = 20

type Due = { readonly spaceId: string; readonly id: string }

const due = (db: Db, now: Date): Promise<readonly Due[]> =>
  run(
    db,
    query(
      'sql_trait_state.due',
      sql<Due>`select space_id as "spaceId", sql_trait_id as id from sql_trait_state
        where next_run_at <= ${now}::timestamptz and (claim is null or claimed_until < ${now}::timestamptz)
        order by next_run_at, space_id, sql_trait_id limit ${sql.lit(SOME)}`,
    ),
  )

const take = async (db: Db, { spaceId, id }: Due, claim: string, now: Date): Promise<Date | undefined> => {
  const row = await runOne(
    db,
    query(
      'sql_trait_state.claim',
      sql<{
        dueAt: Date
      }>`update sql_trait_state set claim = ${claim}::uuid, claimed_until = ${new Date(now.getTime() + LEASE_MS)}::timestamptz
        where space_id = ${spaceId} and sql_trait_id = ${id} and next_run_at <= ${now}::timestamptz
          and (claim is null or claimed_until < ${now}::timestamptz)
        returning next_run_at as "dueAt"`,
    ),
  )
  return row?.dueAt
}

const claimed = (db: Db, { spaceId, id }: Due, claim: string): Promise<Omit<Claimed, 'dueAt'> | undefined> =>
  runOne(
    db,
    query(
      'sql_trait.claimed',
      sql<
        Omit<Claimed, 'dueAt'>
      >`select t.space_id as "spaceId", t.id, s.claim, t.warehouse_id as "warehouseId", t.query, t.times, s.run, s.attempts, s.resync, s.traits
        from sql_trait t join sql_trait_state s on s.space_id = ${spaceId} and s.sql_trait_id = t.id
        where t.space_id = ${spaceId} and t.id = ${id} and t.enabled and t.deleted_at is null and s.claim = ${claim}::uuid`,
    ),
  )

/** Takes a SQL trait whose time has come and which nobody runs, or answers nothing. */
export const claimNext = async (db: Db, claim: string, now: Date): Promise<Claimed | undefined> => {
  for (const one of await due(db, now)) {
    const dueAt = await take(db, one, claim, now)
    if (!dueAt) continue
    const found = await claimed(db, one, claim)
    if (found) return { ...found, dueAt }
    await release(db, { ...one, claim, dueAt }, null)
  }
  return undefined
}

type Held = Pick<Claimed, 'spaceId' | 'id' | 'claim' | 'dueAt'>

/** Keeps the claim for some more time; answers whether it is ours still. */
export const keepClaim = async (db: Db, { spaceId, id, claim }: Held, now: Date): Promise<boolean> => {
  const rows = await run(
    db,
    query(
      'sql_trait_state.keep',
      sql`update sql_trait_state set claimed_until = ${new Date(now.getTime() + LEASE_MS)}::timestamptz
        where space_id = ${spaceId} and sql_trait_id = ${id} and claim = ${claim}::uuid returning run`,
    ),
  )
  return rows.length > 0
}

/** Locks the row of the claim until the transaction ends. @throws ClaimLost where it is no longer ours. */
export const holdClaim = async (tx: Db, { spaceId, id, claim }: Held): Promise<void> => {
  const row = await runOne(
    tx,
    query(
      'sql_trait_state.hold',
      sql`select run from sql_trait_state where space_id = ${spaceId} and sql_trait_id = ${id} and claim = ${claim}::uuid for update`,
    ),
  )
  if (!row) throw new ClaimLost('the claim of a SQL trait is gone')
}

/** Gives the claim back, and says when it runs next. What was set meanwhile stays: another time, or none. */
export const release = async (db: Db, { spaceId, id, claim, dueAt }: Held, next: Date | null, attempts = 0): Promise<void> => {
  await run(
    db,
    query(
      'sql_trait_state.release',
      sql`update sql_trait_state set claim = null, claimed_until = null, attempts = ${attempts}::integer,
          next_run_at = case when next_run_at = ${dueAt}::timestamptz then ${next}::timestamptz else next_run_at end
        where space_id = ${spaceId} and sql_trait_id = ${id} and claim = ${claim}::uuid`,
    ),
  )
}
