import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { newCohortId, sendCohort } from './cohort.ts'
import { compileWhen } from './compile-branch.ts'
import { contextKey } from './context.ts'
import type { StepOf } from './definition.ts'
import type { Happening } from './happening.ts'
import { fits, happeningRows } from './happening-rows.ts'
import { type Landing, landingAt } from './landing.ts'
import type { Plan } from './plan.ts'
import { tellMoves } from './transition.ts'

/** After so many returns a loop is not followed any more, and its events pass by (spec/journeys §3.4.2.8). */
const MOST_LOOPS = 100

type Branch = StepOf<'hold'>['branches'][number]
type Door = { readonly plan: Plan; readonly step: string; readonly branch: Branch; readonly landing: Landing }

// The update counts on the row itself, not on what `next` read of it: whoever moved the run while we waited has counted too.
// An event that came before the run did, or after its time was up, is not for it: the mark and the due time say so, whenever we are told.
const released = (door: Door, happenings: readonly Happening[], cohortId: string, now: Date) => {
  const { plan, step, branch, landing } = door
  const { entry } = plan.definition
  const identifier = entry.type === 'event' ? entry.identifier : undefined
  return sql<{ visit: number }>`with happening as materialized (${happeningRows(happenings, identifier)}),
    next as materialized (
      select r.profile_id, r.id, jsonb_build_object(${contextKey(plan.definition, branch)}::text, h.properties) as context, h.mark
      from happening h join journey_run r on r.profile_id = h.profile_id
      where r.space_id = ${plan.spaceId} and r.journey_id = ${plan.journeyId} and r.version = ${plan.version}
        and r.step = ${step} and r.status = 'held' and r.arrived_mark < h.mark and h.at <= r.due_at
        and (${branch.loop !== true}::boolean or r.loops < ${MOST_LOOPS}) and (${identifier === undefined}::boolean or r.identifier = h.identifier)
        and ${fits(branch.where, now)} and ${compileWhen(branch.when, plan.spaceId, sql`r.context`, now)}
      order by r.profile_id, r.id)
    update journey_run r set step = ${landing.step}::text, cohort_id = ${cohortId}::uuid, visit = r.visit + 1,
      loops = case when ${branch.loop === true}::boolean then r.loops + 1 else 0 end,
      status = ${landing.status}::text, context = r.context || next.context, arrived_at = ${now}::timestamptz, arrived_mark = next.mark,
      due_at = ${landing.due}::timestamptz, ended_at = ${landing.endedAt}::timestamptz
    from next
    where r.space_id = ${plan.spaceId} and r.profile_id = next.profile_id and r.id = next.id
      and r.step = ${step} and r.status = 'held' and r.arrived_mark < next.mark
    returning r.visit`
}

const release = async (tx: Db, door: Door, happenings: readonly Happening[], now: Date): Promise<number> => {
  const { plan, step, branch, landing } = door
  const key = happenings.map((each) => each.mark).join('\n')
  const id = newCohortId(plan, now, step, branch.name, key)
  const rows = await run(tx, query('journey_run.release.*', released(door, happenings, id, now)))
  const depth = rows.reduce((most, { visit }) => Math.max(most, visit), 0)
  await tellMoves(
    tx,
    { plan, cohortId: id, step, branch: branch.name, next: landing.step, evidence: { event: branch.event } },
    now,
  )
  await sendCohort(tx, plan, landing, { id, depth, runCount: rows.length }, now)
  return rows.length
}

const doorsOf = (plan: Plan, now: Date): readonly Door[] =>
  Object.entries(plan.definition.steps).flatMap(([step, hold]) =>
    hold.type === 'hold'
      ? hold.branches.map((branch) => {
          const next = branch.loop ? step : branch.next
          return { plan, step, branch, landing: landingAt(plan.definition, next, now) }
        })
      : [],
  )

/**
 * Releases runs that are held for one of these events, at most one a profile: all that go through one branch become one cohort, which
 * starts at the branch's step, or, where the branch loops, is held again with its time anew. The event's properties go into their context.
 */
export const releaseRuns = async (db: Db, plans: readonly Plan[], happenings: readonly Happening[], now: Date): Promise<void> => {
  const byEvent = Map.groupBy(happenings, (happening) => happening.event)
  for (const door of plans.flatMap((plan) => doorsOf(plan, now))) {
    const fitting = byEvent.get(door.branch.event)
    if (!fitting) continue
    await transact(db, (tx) => release(tx, door, fitting, now))
    crashPoint('journey.released')
  }
}
