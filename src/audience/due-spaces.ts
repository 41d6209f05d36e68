import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Limits as SpaceLimits } from '../space/limit.ts'
import { markEverybody } from './due.ts'
import { evaluateSpace, LIMITS, type Limits, type Outcome } from './evaluate.ts'
import { evaluateSpaceFully } from './evaluate-fully.ts'
import { isComputed } from './progress.ts'
import { reviveRuns } from './run.ts'

/** The spaces with something to evaluate at `now`: changed profiles, somebody due, a crossed edge, a wake-up. One query for any number of idle spaces. */
export const spacesToEvaluate = async (db: Db, now: Date): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'space.to_evaluate',
      sql<{ id: string }>`select s.id from space s
        where exists (select from profile_change c where c.space_id = s.id and c.claim is null)
           or exists (select from computation_due d where d.space_id = s.id and d.profiles is not null)
           or exists (select from evaluation_clock k where k.space_id = s.id and k.next_instant <= ${now}::timestamptz)
           or exists (select from computation_wake w where w.space_id = s.id and w.due_at <= ${now}::timestamptz)
           or exists (select from membership_merged m where m.space_id = s.id)
        order by s.id`,
    ),
  )
  return rows.map((row) => row.id)
}

const spacesToEvaluateFully = async (db: Db): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'space.to_evaluate_fully',
      sql<{ id: string }>`select s.id from space s
        where exists (select from computation_due d where d.space_id = s.id and d.profiles is null) order by s.id`,
    ),
  )
  return rows.map((row) => row.id)
}

/** What a tick did. `more`: there was more than one tick takes, the next should follow at once. */
export type Ticked = {
  readonly evaluated: number
  readonly changed: number
  readonly failed: readonly string[]
  readonly more: boolean
}

const tally = (outcomes: readonly Outcome[], more: boolean): Ticked => ({
  evaluated: outcomes.filter((each) => each.kind === 'evaluated').length,
  changed: outcomes.reduce((sum, each) => sum + (each.kind === 'evaluated' ? each.changes.entered + each.changes.exited : 0), 0),
  failed: outcomes.flatMap((each) => (each.kind === 'failed' ? `${each.computation.key}: ${each.reason}` : [])),
  more,
})

// A space that cannot be evaluated does not stop the others; what went wrong is thrown when all had their turn.
const inEach = async (spaceIds: readonly string[], evaluate: (spaceId: string) => Promise<void>): Promise<void> => {
  const errors: unknown[] = []
  for (const spaceId of spaceIds) await evaluate(spaceId).catch((error: unknown) => errors.push(error))
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `evaluation failed in ${errors.length} spaces`)
}

/** One incremental tick over all spaces. Any number of workers may tick at once; each takes what nobody else has. */
export const evaluateDue = async (db: Db, now: Date, limits: Limits = LIMITS): Promise<Ticked> => {
  const outcomes: Outcome[] = []
  let more = false
  await inEach(await spacesToEvaluate(db, now), async (spaceId) => {
    const done = await evaluateSpace(db, spaceId, now, limits)
    outcomes.push(...done.outcomes)
    more ||= done.more
  })
  return tally(outcomes, more)
}

/**
 * Computes in full what is marked so: new, edited, failed, asked for, or touched by too many changes. Beside the incremental tick and not
 * within it, for it may take minutes.
 */
export const evaluateFullyDue = async (db: Db, now: Date, limits: Limits = LIMITS, most?: SpaceLimits): Promise<Ticked> => {
  const outcomes: Outcome[] = []
  await inEach(await spacesToEvaluateFully(db), async (spaceId) => {
    outcomes.push(...(await evaluateSpaceFully(db, spaceId, now, limits, most)))
  })
  return tally(outcomes, false)
}

const MONTH_MS = 30 * 86_400_000

/** Marks every enabled audience and computed trait to be computed in full, the daily proof that nothing drifts, and forgets old evaluations. */
export const markAll = async (db: Db, now: Date): Promise<void> => {
  const rows = await run(
    db,
    query(
      'computation.enabled_everywhere',
      sql<{
        spaceId: string
        id: string
      }>`select space_id as "spaceId", id from audience a where ${isComputed('a')} and a.deleted_at is null
        union all select space_id, id from computed_trait t where ${isComputed('t')} and t.deleted_at is null order by 1, 2`,
    ),
  )
  for (const [spaceId, group] of Map.groupBy(rows, (row) => row.spaceId)) {
    await markEverybody(
      db,
      spaceId,
      group.map((row) => row.id),
      'daily',
    )
    await reviveRuns(db, spaceId, now)
    await run(
      db,
      query(
        'audience_evaluation.forget',
        sql`delete from audience_evaluation where space_id = ${spaceId} and evaluated_at < ${new Date(now.getTime() - MONTH_MS)}::timestamptz`,
      ),
    )
  }
}
