import { sql } from 'kysely'
import { loadCatalog } from '../../audience/catalog.ts'
import { compile } from '../../audience/compile.ts'
import type { StepKind, Turn, Way } from '../step.ts'

const candidates = ({ cohort }: Turn) =>
  sql<{ profile_id: string }>`select c.profile_id from journey_run c
    where c.space_id = ${cohort.spaceId} and c.cohort_id = ${cohort.id} and c.status = 'active'`

/** Decides once, on arrival: the first branch whose condition holds, asked as an audience is asked (spec/journeys §3.4.3). */
export const split: StepKind<'split'> = {
  ways: async (step, turn) => {
    const { spaceId } = turn.cohort
    const catalog = await loadCatalog(turn.tx, spaceId)
    const context = { spaceId, now: turn.at, catalog, candidates: candidates(turn) }
    const branches = step.branches.map(
      ({ name, next, condition }): Way => ({ branch: name, next, who: sql`r.profile_id in (${compile(condition, context)})` }),
    )
    return [...branches, { branch: step.otherwise.name, next: step.otherwise.next }]
  },
}
