import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { run as ask, query, runOne } from '../db/query.ts'
import type { Claimed } from './claim.ts'

/** One run of a SQL trait while it is under way. */
export type Run = {
  readonly number: number
  readonly phase: 'reading' | 'telling'
  readonly startedAt: Date
  /** The traits that the query answers, known once it was read. */
  readonly traits: readonly string[]
}

export type Tally = { readonly rows: number; readonly changed: number; readonly missing: number; readonly discarded: number }

type Of = Pick<Claimed, 'spaceId' | 'id'>

/** The run that was broken off, or a new one. */
export const beginRun = async (tx: Db, { spaceId, id, run }: Claimed, now: Date): Promise<Run> => {
  const open = await runOne(
    tx,
    query(
      'sql_trait_run.open',
      sql<Run>`select number, phase, started_at as "startedAt", traits from sql_trait_run
        where space_id = ${spaceId} and sql_trait_id = ${id} and number = ${run}::bigint and phase in ('reading', 'telling')`,
    ),
  )
  if (open) return open
  const number = run + 1
  await ask(
    tx,
    query(
      'sql_trait_state.begin',
      sql`update sql_trait_state set run = ${number}::bigint where space_id = ${spaceId} and sql_trait_id = ${id}`,
    ),
  )
  await ask(
    tx,
    query(
      'sql_trait_run.begin',
      sql`insert into sql_trait_run (space_id, sql_trait_id, number, phase, started_at)
        values (${spaceId}, ${id}, ${number}::bigint, 'reading', ${now}::timestamptz)`,
    ),
  )
  return { number, phase: 'reading', startedAt: now, traits: [] }
}

/** The answer was read and compared: what is left is to tell. */
export const setRead = async (
  tx: Db,
  { spaceId, id }: Of,
  number: number,
  traits: readonly string[],
  tally: Tally,
): Promise<void> => {
  await ask(
    tx,
    query(
      'sql_trait_run.read',
      sql`update sql_trait_run set phase = 'telling', traits = ${traits}::text[], rows = ${tally.rows}::bigint, changed = ${tally.changed}::bigint,
          missing = ${tally.missing}::bigint, discarded = ${tally.discarded}::bigint
        where space_id = ${spaceId} and sql_trait_id = ${id} and number = ${number}::bigint`,
    ),
  )
}

/** Of what was just told: who was not known before, and how many rows were taken for nobody's after all. */
export const addTold = async (
  tx: Db,
  { spaceId, id }: Of,
  { number }: Run,
  { created, lost }: { readonly created: number; readonly lost: number },
): Promise<void> => {
  await ask(
    tx,
    query(
      'sql_trait_run.add_told',
      sql`update sql_trait_run set created = created + ${created}::bigint, changed = changed - ${lost}::bigint, discarded = discarded + ${lost}::bigint
        where space_id = ${spaceId} and sql_trait_id = ${id} and number = ${number}::bigint`,
    ),
  )
}

/** Everything was told. */
export const setDone = async (
  tx: Db,
  { spaceId, id, resync }: Of & Pick<Claimed, 'resync'>,
  { number, traits }: Run,
  now: Date,
): Promise<void> => {
  await ask(
    tx,
    query(
      'sql_trait_run.done',
      sql`update sql_trait_run set phase = 'done', finished_at = ${now}::timestamptz
        where space_id = ${spaceId} and sql_trait_id = ${id} and number = ${number}::bigint`,
    ),
  )
  await ask(
    tx,
    query(
      'sql_trait_state.done',
      sql`update sql_trait_state set traits = ${traits}::text[], resync = resync and not ${resync} where space_id = ${spaceId} and sql_trait_id = ${id}`,
    ),
  )
}

/** The answer could not be read: nothing was told, and why. */
export const setFailed = async (
  db: Db,
  { spaceId, id }: Of,
  number: number,
  error: { readonly code: string; readonly message: string },
  now: Date,
): Promise<void> => {
  await ask(
    db,
    query(
      'sql_trait_run.fail',
      sql`update sql_trait_run set phase = 'failed', finished_at = ${now}::timestamptz, error_code = ${error.code}, error = ${error.message}
        where space_id = ${spaceId} and sql_trait_id = ${id} and number = ${number}::bigint`,
    ),
  )
}

const KEPT = 100

/** Forgets runs but the last hundred. */
export const forgetRuns = async (db: Db, { spaceId, id }: Of, number: number): Promise<void> => {
  await ask(
    db,
    query(
      'sql_trait_run.forget',
      sql`delete from sql_trait_run where space_id = ${spaceId} and sql_trait_id = ${id} and number <= ${number - KEPT}::bigint`,
    ),
  )
}
