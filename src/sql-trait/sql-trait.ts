import { sql } from 'kysely'
import { notFound, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { SqlTraitRow, SqlTraitRunRow, SqlTraitStateRow } from '../db/rows/sql-trait.ts'
import { limitsOf } from './limits.ts'
import { previewQuery } from './preview.ts'
import { DEFAULT_TIMES, nextTime, parseTimes } from './times.ts'
import { type Reach, warehouseOf } from './warehouse.ts'

/** A SQL trait with when it runs next and how its last run went. */
export type SqlTrait = SqlTraitRow &
  Pick<SqlTraitStateRow, 'next_run_at' | 'traits'> & { readonly last_run: SqlTraitRunRow | null }

/** Who does it, and when. */
export type Act = { readonly spaceId: string; readonly by: string; readonly now: Date }

// Dates in JSON are texts; the last run is answered as `runsOf` answers it.
const select = (spaceId: string) => sql`select t.*, s.next_run_at, s.traits from sql_trait t
  join sql_trait_state s on s.space_id = ${spaceId} and s.sql_trait_id = t.id
  where t.space_id = ${spaceId} and t.deleted_at is null`

type Row = Omit<SqlTrait, 'last_run'>

const lastRuns = (db: Db, spaceId: string): Promise<readonly SqlTraitRunRow[]> =>
  run(
    db,
    query(
      'sql_trait_run.last',
      sql<SqlTraitRunRow>`select distinct on (r.sql_trait_id) r.* from sql_trait_run r where r.space_id = ${spaceId}
        order by r.sql_trait_id, r.number desc`,
    ),
  )

/** The SQL traits of a space, newest first. */
export const sqlTraitsOf = async (db: Db, spaceId: string): Promise<readonly SqlTrait[]> => {
  const rows = await run(db, query('sql_trait.list', sql<Row>`${select(spaceId)} order by t.created_at desc, t.id`))
  const runs = await lastRuns(db, spaceId)
  return rows.map((row) => ({ ...row, last_run: runs.find((each) => each.sql_trait_id === row.id) ?? null }))
}

/** One SQL trait. @throws Refused 404. */
export const sqlTraitOf = async (db: Db, spaceId: string, id: string): Promise<SqlTrait> => {
  const row = await runOne(db, query('sql_trait.one', sql<Row>`${select(spaceId)} and t.id = ${id}`))
  if (!row) throw notFound('SQL trait', id)
  const [last = null] = await runsOf(db, spaceId, id, 1)
  return { ...row, last_run: last }
}

/** The last runs of a SQL trait, newest first. */
export const runsOf = (db: Db, spaceId: string, id: string, count: number): Promise<readonly SqlTraitRunRow[]> =>
  run(
    db,
    query(
      'sql_trait_run.list',
      sql<SqlTraitRunRow>`select * from sql_trait_run where space_id = ${spaceId} and sql_trait_id = ${id}
        order by number desc limit ${count}::integer`,
    ),
  )

const countOf = async (db: Db, spaceId: string): Promise<number> => {
  const row = await runOne(
    db,
    query(
      'sql_trait.count',
      sql<{ count: number }>`select count(*) as count from sql_trait where space_id = ${spaceId} and deleted_at is null`,
    ),
  )
  return row?.count ?? 0
}

const refuseMore = async (db: Db, spaceId: string, most: number): Promise<void> => {
  if ((await countOf(db, spaceId)) >= most)
    throw new Refused(
      'too_many_sql_traits',
      `A space has at most ${most} SQL traits. Delete one, or raise sqlTraitLimits.traits.`,
    )
}

export type NewSqlTrait = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly warehouseId: string
  readonly query: string
  readonly times?: readonly string[] | undefined
  readonly enabled: boolean
}

/**
 * Keeps a SQL trait whose query answered and holds its contract; it runs at once, and then at its times. @throws Invalid for the query or the
 * times, Refused over the space's limit.
 */
export const createSqlTrait = async (db: Db, { spaceId, by, now }: Act, wanted: NewSqlTrait, reach: Reach): Promise<SqlTrait> => {
  const limits = await limitsOf(db, spaceId)
  const times = wanted.times ? parseTimes(wanted.times, limits.minutesBetweenRuns) : DEFAULT_TIMES
  await refuseMore(db, spaceId, limits.traits)
  await warehouseOf(db, spaceId, wanted.warehouseId)
  await previewQuery(db, spaceId, wanted, reach)
  const { id, name, description, warehouseId, query: text, enabled } = wanted
  await transact(db, async (tx) => {
    // Others may have been made while the query was asked: one at a time counts, and inserts.
    await run(tx, query('sql_trait.turn', sql`select id from space where id = ${spaceId} for no key update`))
    await refuseMore(tx, spaceId, limits.traits)
    await run(
      tx,
      query(
        'sql_trait.insert',
        sql`insert into sql_trait (space_id, id, name, description, warehouse_id, query, times, enabled, created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${id}, ${name}, ${description}, ${warehouseId}, ${text}, ${times}::integer[], ${enabled}, ${by}, ${by},
            ${now}::timestamptz, ${now}::timestamptz)`,
      ),
    )
    await run(
      tx,
      query(
        'sql_trait_state.insert',
        sql`insert into sql_trait_state (space_id, sql_trait_id, next_run_at) values (${spaceId}, ${id}, ${enabled ? now : null}::timestamptz)`,
      ),
    )
  })
  return sqlTraitOf(db, spaceId, id)
}

export type SqlTraitPatch = {
  readonly [Field in 'name' | 'description' | 'query' | 'times' | 'enabled']?: NewSqlTrait[Field] | undefined
}

/**
 * Changes what is given; another query must answer first. It holds from the next run on. The warehouse stays: another one is another SQL trait
 * (spec/audiences §8).
 */
export const updateSqlTrait = async (
  db: Db,
  { spaceId, by, now }: Act,
  id: string,
  patch: SqlTraitPatch,
  reach: Reach,
): Promise<SqlTrait> => {
  const old = await sqlTraitOf(db, spaceId, id)
  const { minutesBetweenRuns } = await limitsOf(db, spaceId)
  const times = patch.times ? parseTimes(patch.times, minutesBetweenRuns) : null
  const { name = null, description = null, query: text = null, enabled = null } = patch
  if (text !== null && text !== old.query) await previewQuery(db, spaceId, { warehouseId: old.warehouse_id, query: text }, reach)
  // Only what is given: the query took its time to answer, and somebody else may have changed the rest meanwhile.
  const next = await runOne(
    db,
    query(
      'sql_trait.update',
      sql<Pick<SqlTraitRow, 'times' | 'enabled'>>`update sql_trait set name = coalesce(${name}::text, name),
          description = coalesce(${description}::text, description), query = coalesce(${text}::text, query),
          times = coalesce(${times}::integer[], times), enabled = coalesce(${enabled}::boolean, enabled),
          updated_by = ${by}, updated_at = ${now}::timestamptz
        where space_id = ${spaceId} and id = ${id} and deleted_at is null returning times, enabled`,
    ),
  )
  const retimed = times !== null || (enabled !== null && enabled !== old.enabled)
  if (next && retimed) await setNextRun(db, spaceId, id, next.enabled ? nextTime(next.times, now) : null)
  return sqlTraitOf(db, spaceId, id)
}

const setNextRun = async (db: Db, spaceId: string, id: string, at: Date | null): Promise<void> => {
  await run(
    db,
    query(
      'sql_trait_state.set_next',
      sql`update sql_trait_state set next_run_at = ${at}::timestamptz where space_id = ${spaceId} and sql_trait_id = ${id}`,
    ),
  )
}

/** Has it run as soon as possible; `resync` tells every row again though it is as it was. @throws Refused while it is disabled. */
export const runSqlTraitNow = async (db: Db, { spaceId, now }: Act, id: string, resync: boolean): Promise<void> => {
  const { enabled, name } = await sqlTraitOf(db, spaceId, id)
  if (!enabled) throw new Refused('disabled', `"${name}" is disabled. Enable it first.`)
  await run(
    db,
    query(
      'sql_trait_state.run_now',
      sql`update sql_trait_state set next_run_at = ${now}::timestamptz, resync = resync or ${resync} where space_id = ${spaceId} and sql_trait_id = ${id}`,
    ),
  )
}

/** Deletes it. What it said last stays on the profiles, as custom traits. A run that is under way stops. */
export const removeSqlTrait = (db: Db, { spaceId, by, now }: Act, id: string): Promise<void> =>
  transact(db, async (tx) => {
    await sqlTraitOf(tx, spaceId, id)
    await run(
      tx,
      query(
        'sql_trait.remove',
        sql`update sql_trait set deleted_at = ${now}::timestamptz, updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    for (const table of ['sql_trait_state', 'sql_trait_staged', 'sql_trait_row', 'sql_trait_change'] as const)
      await run(
        tx,
        query(`${table}.forget`, sql`delete from ${sql.table(table)} where space_id = ${spaceId} and sql_trait_id = ${id}`),
      )
  })
