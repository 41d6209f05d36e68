import { type RawBuilder, sql } from 'kysely'
import { drawOf } from '../../db/draw.ts'
import type { StepOf } from '../definition.ts'
import type { StepKind, Turn, Way } from '../step.ts'

/** What is drawn for: the same text gives the same branch. `who` is the profile where the step is sticky, else the root run. */
export const drawText = (spaceId: string, journeyId: string, step: string, who: string): string =>
  `${spaceId} ${journeyId} ${step} ${who}`

/** Where each branch ends between 0 and 1, in order; the last takes the rest. */
export const drawEdges = (step: StepOf<'random_split'>): readonly number[] => {
  let sum = 0
  return step.branches.map(({ percent }, i) => {
    sum += percent
    return i === step.branches.length - 1 ? 1 : sum / 100
  })
}

// Those above have left already, so each branch asks only whether the draw is below its end. The draw is made in a sub-query because an
// UPDATE on a cluster only compares (distribution R4).
const below = ({ cohort }: Turn, step: StepOf<'random_split'>, edge: number): RawBuilder<unknown> => {
  const prefix = drawText(cohort.spaceId, cohort.journeyId, cohort.step, '')
  const who = step.sticky ? sql<string>`d.profile_id::text` : sql<string>`d.root_id::text`
  return sql`(r.profile_id, r.id) in (select d.profile_id, d.id from journey_run d
    where d.space_id = ${cohort.spaceId} and d.cohort_id = ${cohort.id} and d.status = 'active'
      and ${drawOf(sql<string>`${prefix}::text || ${who}`)} < ${edge})`
}

/** Draws on arrival: each run for itself, or, where sticky, each profile once and for all (spec/journeys §3.4.4). */
export const randomSplit: StepKind<'random_split'> = {
  ways: (step, turn) => {
    const edges = drawEdges(step)
    return step.branches.map(({ name, next }, i): Way => {
      const edge = edges[i] ?? 1
      return { branch: name, next, ...(i < step.branches.length - 1 ? { who: below(turn, step, edge) } : {}) }
    })
  },
}
