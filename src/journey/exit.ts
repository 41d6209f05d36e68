import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { newCohortId } from './cohort.ts'
import type { ExitRule } from './definition.ts'
import type { Happening } from './happening.ts'
import { fits, happeningRows } from './happening-rows.ts'
import type { Plan } from './plan.ts'

const reasonOf = (rule: ExitRule): string => rule.name ?? rule.event

// Runs that end keep the step they stood at. The new cohort has no row and nobody walks it: it only says who was moved just now.
const exited = (plan: Plan, rule: ExitRule, happenings: readonly Happening[], cohortId: string, now: Date) => {
  const { entry } = plan.definition
  const identifier = entry.type === 'event' ? entry.identifier : undefined
  return sql<{ visit: number }>`with happening as materialized (${happeningRows(happenings, identifier)}),
    next as materialized (
      select r.profile_id, r.id, h.mark
      from happening h join journey_run r on r.profile_id = h.profile_id
      where r.space_id = ${plan.spaceId} and r.journey_id = ${plan.journeyId} and r.version = ${plan.version}
        and r.status in ('active', 'held') and r.entered_mark < h.mark
        and (${!rule.match_identifier}::boolean or r.identifier = h.identifier) and ${fits(rule.where, now)}
      order by r.profile_id, r.id)
    update journey_run r set cohort_id = ${cohortId}::uuid, visit = r.visit + 1, status = 'exited', end_reason = ${reasonOf(rule)}::text,
      arrived_mark = next.mark, due_at = null, ended_at = ${now}::timestamptz
    from next
    where r.space_id = ${plan.spaceId} and r.profile_id = next.profile_id and r.id = next.id and r.status in ('active', 'held')
    returning r.visit`
}

/** Writes the transitions of runs that ended where they stood; `evidence` says why. */
const tellEnds = async (tx: Db, spaceId: string, cohortId: string, evidence: object, now: Date): Promise<void> => {
  await run(
    tx,
    query(
      'journey_transition.ends',
      sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, next_step, happened_at, evidence)
        select ${spaceId}, r.profile_id, r.id, r.visit, r.step, null, null, ${now}::timestamptz,
          ${JSON.stringify(evidence)}::jsonb || jsonb_build_object('messageId', regexp_replace(r.arrived_mark, '^\\S* \\S* ', ''))
        from journey_run r where r.space_id = ${spaceId} and r.cohort_id = ${cohortId}::uuid
        order by r.profile_id, r.id on conflict do nothing`,
    ),
  )
}

/**
 * Ends the runs that one of these events throws out, wherever they stand: mid-delay, held, or about to be moved. At most one event a
 * profile. Whoever walks their cohort finds them gone (spec/journeys §3.5).
 */
export const exitRuns = async (db: Db, plans: readonly Plan[], happenings: readonly Happening[], now: Date): Promise<void> => {
  const byEvent = Map.groupBy(happenings, (happening) => happening.event)
  for (const plan of plans) {
    for (const [i, rule] of plan.definition.exits.entries()) {
      const fitting = byEvent.get(rule.event)
      if (!fitting) continue
      await transact(db, async (tx) => {
        const id = newCohortId(plan, now, 'exit', String(i), fitting.map((each) => each.mark).join('\n'))
        const ended = await run(tx, query('journey_run.exit.*', exited(plan, rule, fitting, id, now)))
        if (ended.length > 0) await tellEnds(tx, plan.spaceId, id, { exit: reasonOf(rule), event: rule.event }, now)
      })
      crashPoint('journey.exited')
    }
  }
}
