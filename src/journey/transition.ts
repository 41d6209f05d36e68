import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Plan } from './plan.ts'

export type Moves = {
  readonly plan: Plan
  /** Where those who moved are now. */
  readonly cohortId: string
  readonly step: string
  readonly branch: string
  readonly next: string | null
  /** Why; the message id of the event that moved each run is added. */
  readonly evidence: JsonObject
}

/** Where the runs of a cohort came from and where they stand now; nothing before the first step. */
export type Arrival = {
  readonly cohortId: string
  readonly step: string | null
  readonly branch: string | null
  readonly next: string | null
}

/**
 * Writes the transitions of all who arrived in a cohort that this transaction made. A statement of its own, by the cohort: one that writes
 * two tables is not a cluster's to run (distribution R6), and costs as much.
 */
export const tellArrivals = async (
  tx: Db,
  spaceId: string,
  { cohortId, step, branch, next }: Arrival,
  now: Date,
): Promise<void> => {
  await run(
    tx,
    query(
      'journey_transition.by_cohort',
      sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at)
        select ${spaceId}, r.profile_id, r.id, r.visit, ${step}::text, ${branch}::text, ${next}::text, ${now}::timestamptz
        from journey_run r where r.space_id = ${spaceId} and r.cohort_id = ${cohortId}::uuid
        order by r.profile_id, r.id on conflict do nothing`,
    ),
  )
}

/**
 * Writes the transitions of runs that an event moved to a cohort in this transaction. A statement of its own, because a table that is
 * written is not read in the same statement (distribution R6).
 */
export const tellMoves = async (tx: Db, moves: Moves, now: Date): Promise<void> => {
  const { spaceId } = moves.plan
  await run(
    tx,
    query(
      'journey_transition.by_event',
      sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at, evidence)
        select ${spaceId}, r.profile_id, r.id, r.visit, ${moves.step}::text, ${moves.branch}::text, ${moves.next}::text, ${now}::timestamptz,
          ${JSON.stringify(moves.evidence)}::jsonb || jsonb_build_object('messageId', regexp_replace(r.arrived_mark, '^\\S* \\S* ', ''))
        from journey_run r where r.space_id = ${spaceId} and r.cohort_id = ${moves.cohortId}::uuid
        order by r.profile_id, r.id on conflict do nothing`,
    ),
  )
}
