import type { Leg } from '../../workflows/walk.ts'
import { crashPoint } from '../base/crash-point.ts'
import { idFrom } from '../base/ids.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import { catchUp } from './catch-up.ts'
import { addCohort, type Cohort, closeCohort, legOf, lockCohort } from './cohort.ts'
import type { JourneyDefinition, Step } from './definition.ts'
import { exitAt, landingAt } from './landing.ts'
import { move } from './move.ts'
import { definitionOf, type Plan } from './plan.ts'
import type { Turn, Way } from './step.ts'
import { kindOf } from './steps/index.ts'

const takeWay = async (
  turn: Turn,
  definition: JourneyDefinition,
  step: Step,
  way: Way,
): Promise<{ readonly moved: number; readonly leg?: Leg }> => {
  const { tx, cohort, at } = turn
  const kind = kindOf(step)
  const to = way.exit === undefined ? landingAt(definition, way.next, at) : exitAt(way.exit, at)
  const id = idFrom(cohort.id, cohort.step, way.branch)
  const moved = await move(turn, kind.stand?.(step, at).status ?? 'active', way, to, id)
  if (moved === 0) return { moved }
  await kind.act?.(step, turn, id)
  if (to.step === null) return { moved }
  const next: Cohort = { ...cohort, id, depth: cohort.depth + 1, step: to.step, due: to.due, runCount: moved }
  await addCohort(tx, next, at)
  return { moved, leg: legOf(next) }
}

const takeStep = async (turn: Turn, definition: JourneyDefinition): Promise<readonly Leg[]> => {
  const step = must(definition.steps[turn.cohort.step], `step ${turn.cohort.step}`)
  const legs: Leg[] = []
  let left = turn.cohort.runCount
  for (const way of await kindOf(step).ways(step, turn)) {
    if (left === 0) break
    const { moved, leg } = await takeWay(turn, definition, step, way)
    left -= moved
    if (leg) legs.push(leg)
  }
  return legs
}

type Advanced = { readonly legs: readonly Leg[]; readonly plan?: Plan }

const advanceIn = async (tx: Db, spaceId: string, cohortId: string, now: Date): Promise<Advanced> => {
  const locked = await lockCohort(tx, spaceId, cohortId)
  if (!locked) return { legs: [] }
  const { cohort, outcome } = locked
  const { journeyId, version } = cohort
  const definition = await definitionOf(tx, spaceId, journeyId, version)
  const plan = { spaceId, journeyId, version, definition }
  if (outcome) return { legs: outcome, plan }
  // A timer may fire a little before our clock says so; nobody arrives before they left.
  const at = cohort.due && cohort.due > now ? cohort.due : now
  const legs = await takeStep({ tx, cohort, at }, definition)
  await closeCohort(tx, cohort, legs, at)
  crashPoint('journey.advancing')
  return { legs, plan }
}

/**
 * Does its step for a whole cohort, in one transaction: moves its runs, writes their transitions and whatever the step does, and answers the
 * cohorts that result, each with its next step and, where that one waits, its due time. Done again it answers the same and does nothing.
 * A cohort whose runs have all left answers none.
 */
export const advance = async (db: Db, spaceId: string, cohortId: string, now: Date): Promise<readonly Leg[]> => {
  const { legs, plan } = await transact(db, (tx) => advanceIn(tx, spaceId, cohortId, now))
  crashPoint('journey.advanced')
  if (plan) await catchUp(db, plan, legs, now)
  return legs
}
