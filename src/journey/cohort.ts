import { sql } from 'kysely'
import type { Leg } from '../../workflows/walk.ts'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { addToOutbox } from '../db/outbox.ts'
import { query, run, runOne } from '../db/query.ts'
import type { JourneyCohortRow } from '../db/rows/journey.ts'
import type { Landing } from './landing.ts'
import type { Plan } from './plan.ts'

/** The runs that stand at one step and move on together. */
export type Cohort = {
  readonly spaceId: string
  readonly id: string
  readonly journeyId: string
  readonly version: number
  /** The cohort whose workflow walks this one. */
  readonly carrier: string
  readonly depth: number
  readonly step: string
  readonly due: Date | null
  readonly runCount: number
}

/** A cohort under its row's lock, and what its advance answered if that was done before. Undefined when it is gone. */
export const lockCohort = async (
  tx: Db,
  spaceId: string,
  id: string,
): Promise<{ readonly cohort: Cohort; readonly outcome: readonly Leg[] | undefined } | undefined> => {
  const row = await runOne(
    tx,
    query(
      'journey_cohort.lock',
      sql<JourneyCohortRow>`select * from journey_cohort where space_id = ${spaceId} and id = ${id}::uuid for update`,
    ),
  )
  if (!row) return undefined
  const { journey_id: journeyId, version, carrier, depth, step, due_at: due, run_count: runCount } = row
  const outcome = (row.outcome as { readonly legs: readonly Leg[] } | null)?.legs
  return { cohort: { spaceId, id, journeyId, version, carrier, depth, step, due, runCount }, outcome }
}

/** Adds a cohort. Its id may be taken only by itself: a second one under the same id would strand its runs, so that is an error. */
export const addCohort = async (tx: Db, cohort: Cohort, now: Date): Promise<void> => {
  const added = await runOne(
    tx,
    query(
      'journey_cohort.add',
      sql<{
        id: string
      }>`insert into journey_cohort (space_id, id, journey_id, version, carrier, depth, step, due_at, run_count, created_at)
        values (${cohort.spaceId}, ${cohort.id}::uuid, ${cohort.journeyId}, ${cohort.version}, ${cohort.carrier}::uuid, ${cohort.depth},
          ${cohort.step}, ${cohort.due}::timestamptz, ${cohort.runCount}, ${now}::timestamptz) on conflict do nothing returning id`,
    ),
  )
  if (!added) throw new Error(`cohort ${cohort.id} is there already`)
}

/** Stores what the advance answered and closes the cohort: whoever asks again gets the same. A failure of its step is over. */
export const closeCohort = async (tx: Db, cohort: Cohort, legs: readonly Leg[], now: Date): Promise<void> => {
  await run(
    tx,
    query(
      'journey_cohort.close',
      sql`update journey_cohort set outcome = ${JSON.stringify({ legs })}::jsonb, ended_at = ${now}::timestamptz
        where space_id = ${cohort.spaceId} and id = ${cohort.id}::uuid and ended_at is null`,
    ),
  )
  await run(
    tx,
    query(
      'journey_failure.clear',
      sql`delete from journey_failure where space_id = ${cohort.spaceId} and cohort_id = ${cohort.id}::uuid`,
    ),
  )
}

export const legOf = (cohort: Pick<Cohort, 'id' | 'step' | 'due'>): Leg => ({
  cohort: cohort.id,
  step: cohort.step,
  ...(cohort.due ? { due: cohort.due.toISOString() } : {}),
})

/** Where the workflow of cohort `carrier` has its cohorts standing now: all that it needs to go on from its id alone. */
export const standingLegs = async (db: Db, spaceId: string, carrier: string): Promise<readonly Leg[]> => {
  const rows = await run(
    db,
    query(
      'journey_cohort.standing',
      sql<{ id: string; step: string; due: Date | null }>`select id, step, due_at as due from journey_cohort
        where space_id = ${spaceId} and carrier = ${carrier}::uuid and ended_at is null order by id`,
    ),
  )
  return rows.map(legOf)
}

/** Where runs shall go that leave all they were with: a cohort of its own with a workflow of its own. `key` says why, and is new each time. */
export const newCohortId = (plan: Plan, now: Date, ...key: readonly string[]): string =>
  idFrom(plan.spaceId, plan.journeyId, String(plan.version), now.toISOString(), ...key)

/** Puts `runCount` runs that were moved to the cohort on their way: the outbox starts its workflow, in this transaction or not at all. */
export const sendCohort = async (
  tx: Db,
  plan: Plan,
  landing: Landing,
  cohort: { readonly id: string; readonly depth: number; readonly runCount: number },
  now: Date,
): Promise<void> => {
  if (landing.step === null || cohort.runCount === 0) return
  const { spaceId, journeyId, version } = plan
  const { id, depth, runCount } = cohort
  await addCohort(
    tx,
    { spaceId, id, journeyId, version, carrier: id, depth, step: landing.step, due: landing.due, runCount },
    now,
  )
  await addToOutbox(tx, spaceId, now, [{ profileId: id, id, topic: 'cohort', payload: { cohort: id } }])
}
