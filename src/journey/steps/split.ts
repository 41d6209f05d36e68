import { sql } from 'kysely'
import { type Catalog, loadCatalog } from '../../audience/catalog.ts'
import type { Sql } from '../../audience/operator.ts'
import type { BranchCondition } from '../branch-condition.ts'
import { compileBranch } from '../compile-branch.ts'
import type { StepKind, Turn, Way } from '../step.ts'

const candidates = ({ cohort }: Turn) =>
  sql<{ profile_id: string }>`select c.profile_id from journey_run c
    where c.space_id = ${cohort.spaceId} and c.cohort_id = ${cohort.id} and c.status = 'active'`

// One question about the whole cohort: each run with its profile and its own context.
const fitting = (condition: BranchCondition, catalog: Catalog, turn: Turn): Sql => {
  const { spaceId, id } = turn.cohort
  const scope = { spaceId, now: turn.at, catalog, candidates: candidates(turn) }
  const { joins, test } = compileBranch(condition, scope, sql`c.context`)
  return sql`(r.profile_id, r.id) in (select c.profile_id, c.id from journey_run c join profile p on p.id = c.profile_id ${joins}
    where c.space_id = ${spaceId} and c.cohort_id = ${id} and c.status = 'active' and ${test})`
}

/** Decides once, on arrival: the first branch whose condition holds for the run (spec/journeys §3.4.3). */
export const split: StepKind<'split'> = {
  ways: async (step, turn) => {
    const catalog = await loadCatalog(turn.tx, turn.cohort.spaceId)
    return [
      ...step.branches.map(({ name, next, condition }): Way => ({ branch: name, next, who: fitting(condition, catalog, turn) })),
      { branch: step.otherwise.name, next: step.otherwise.next },
    ]
  },
}
