import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { preparedQuery, query, run, runOne } from '../db/query.ts'
import type { Computation } from './computation.ts'
import { isComputed } from './progress.ts'

/** What is stored of how a computation is; what its run does is said beside it (`progress.ts`, spec/audiences §10.5). */
export type Status = 'Preparing' | 'Live' | 'Error' | 'Failed'

/** Where the changing state of each kind lives: the same columns, the key named after the noun. */
export const stateOf = (kind: Computation['kind']) =>
  kind === 'audience'
    ? { table: sql.table('audience_state'), id: sql.ref('audience_id') }
    : { table: sql.table('computed_trait_state'), id: sql.ref('computed_trait_id') }

// Of what a plan does not share out, each process does all: with two helpers on two processors, who bought in two months took 1.3 s where one process
// takes 0.5 (one helper: 1.0), and what is shared out gains nothing by the second (a hundred audiences, 1 M profiles). Nobody who has switched
// helpers off gets one.
const ONE_HELPER = sql`set_config('max_parallel_workers_per_gather',
            least(current_setting('max_parallel_workers_per_gather')::integer, 1)::text, true)`

type Locked = { readonly number: number; readonly at: Date; readonly evaluatedVersion: number }
type Which = { readonly spaceId: string; readonly computation: Pick<Computation, 'id' | 'kind'> }

/**
 * Takes the lock of a computation for the rest of the transaction, a new evaluation number, and the instant to evaluate at: `at`, or the
 * last evaluation's if that was later, for two workers' clocks differ and membership must not go back in time. Undefined when somebody else
 * evaluates it now: what is due stays due. `timeoutMs` bounds every statement of the transaction.
 */
export const lock = (tx: Db, { spaceId, computation }: Which, at: Date, timeoutMs: number): Promise<Locked | undefined> => {
  const { table, id } = stateOf(computation.kind)
  return runOne(
    tx,
    preparedQuery(
      `${computation.kind}.lock`,
      sql<Locked>`update ${table} set evaluation = evaluation + 1,
          evaluated_at = case when evaluated_at > ${at}::timestamptz then evaluated_at else ${at}::timestamptz end
        where space_id = ${spaceId} and ${id} = ${computation.id} and ${id} in (
          select ${id} from ${table} where space_id = ${spaceId} and ${id} = ${computation.id} for update skip locked)
        returning evaluation as number, evaluated_at as at, evaluated_version as "evaluatedVersion",
          set_config('statement_timeout', ${String(timeoutMs)}, true), ${ONE_HELPER}`,
    ),
  )
}

/** Takes the lock of a computation for the rest of the transaction and nothing more: for a step that changes nothing yet. */
export const hold = async (tx: Db, { spaceId, computation }: Which, timeoutMs: number): Promise<boolean> => {
  const { table, id } = stateOf(computation.kind)
  const row = await runOne(
    tx,
    query(
      `${computation.kind}.hold`,
      sql`select set_config('statement_timeout', ${String(timeoutMs)}, true) from ${table}
        where space_id = ${spaceId} and ${id} = ${computation.id} for update skip locked`,
    ),
  )
  return row !== undefined
}

/**
 * Whether somebody evaluates it at this moment. An evaluation holds the row of its state from before it asks whether somebody listens until it
 * commits. So one that asked before somebody began to listen either has committed, and what it found is there to be read, or still holds
 * the row; one that asks later tells what it finds. Held only for a moment: an evaluation that finds the row taken passes by.
 */
export const isEvaluated = async (db: Db, { spaceId, computation }: Which): Promise<boolean> => {
  const { table, id } = stateOf(computation.kind)
  const row = await runOne(
    db,
    query(
      `${computation.kind}_state.is_evaluated`,
      sql<{ evaluated: boolean }>`with free as materialized (
          select ${id} from ${table} where space_id = ${spaceId} and ${id} = ${computation.id} for share skip locked)
        select exists (select from ${table} s where s.space_id = ${spaceId} and s.${id} = ${computation.id})
          and not exists (select from free) as evaluated`,
    ),
  )
  return must(row, 'the one row of a select without from').evaluated
}

const isLive = (version: number) => sql`status = 'Live', reason = null, failures = 0, evaluated_version = ${version}::integer`

/** Computed in full with this version of its definition: live from now on. */
export const setLive = async (tx: Db, { spaceId, computation }: Which, version: number): Promise<void> => {
  const { table, id } = stateOf(computation.kind)
  await run(
    tx,
    preparedQuery(
      `${computation.kind}.set_live`,
      sql`update ${table} set ${isLive(version)} where space_id = ${spaceId} and ${id} = ${computation.id}`,
    ),
  )
}

/**
 * As `setLive`, and says how many members there are by counting them: a run that was asked for tells what is, not what was reckoned. Who was
 * merged and not taken out yet is counted once more, in the same snapshot: the next tick takes them out. `members`: so counted already.
 */
export const setLiveAndCount = async (
  tx: Db,
  spaceId: string,
  { id, version }: Pick<Computation, 'id' | 'version'>,
  members: number | undefined,
): Promise<void> => {
  const count =
    members === undefined
      ? sql`(select count(*) from membership m where m.space_id = ${spaceId} and m.audience_id = ${id}) + ${mergedOf(spaceId, id)}`
      : sql`${members}::bigint`
  await run(
    tx,
    query(
      members === undefined ? 'audience.set_live_and_count' : 'audience.set_live_counted',
      sql`update audience_state s set ${isLive(version)}, member_count = ${count} where s.space_id = ${spaceId} and s.audience_id = ${id}`,
    ),
  )
}

/** How many of an audience's members were merged and are not taken out yet. */
export const mergedOf = (spaceId: string, id: string) =>
  sql`(select count(*) from membership_merged g where g.space_id = ${spaceId} and g.audience_id = ${id})`

/** How often it has failed in a row. */
export const failuresOf = async (db: Db, { spaceId, computation }: Which): Promise<number> => {
  const { table, id } = stateOf(computation.kind)
  const row = await runOne(
    db,
    query(
      `${computation.kind}.failures`,
      sql<{ failures: number }>`select failures from ${table} where space_id = ${spaceId} and ${id} = ${computation.id}`,
    ),
  )
  return row?.failures ?? 0
}

/** It failed: it must be computed in full before it is right again. */
export const setFailed = async (db: Db, { spaceId, computation }: Which, status: Status, reason: string): Promise<void> => {
  const { table, id } = stateOf(computation.kind)
  await run(
    db,
    query(
      `${computation.kind}.set_failed`,
      sql<{
        failures: number
      }>`update ${table} set status = ${status}, reason = ${reason}, failures = failures + 1, evaluated_version = 0
        where space_id = ${spaceId} and ${id} = ${computation.id}`,
    ),
  )
}

export const countMembers = async (tx: Db, spaceId: string, audienceId: string, by: number): Promise<void> => {
  if (by === 0) return
  await run(
    tx,
    query(
      'audience.count_members',
      sql`update audience_state set member_count = member_count + ${by}::bigint where space_id = ${spaceId} and audience_id = ${audienceId}`,
    ),
  )
}

/** The version of a definition that is to be computed: no row where none is. */
export const versionOf = (spaceId: string, { id, kind }: Pick<Computation, 'id' | 'kind'>) =>
  sql<{ version: number }>`select d.version from ${sql.table(kind)}
        d where d.space_id = ${spaceId} and d.id = ${id} and ${isComputed('d')} and d.deleted_at is null`

/** Whether the definition that was read is still the one to compute. */
export const isCurrent = async (
  tx: Db,
  { spaceId, computation }: { readonly spaceId: string; readonly computation: Pick<Computation, 'id' | 'kind' | 'version'> },
): Promise<boolean> => {
  const row = await runOne(tx, query(`${computation.kind}.current_version`, versionOf(spaceId, computation)))
  return row?.version === computation.version
}
