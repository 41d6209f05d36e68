import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { JourneyDefinition } from './definition.ts'
import { inOrder } from './edges.ts'

/** How many runs a journey has, over all its versions. */
export type JourneyStats = {
  readonly active: number
  readonly held: number
  readonly completed: number
  readonly exited: number
  readonly entered24h: number
}
export const NO_RUNS: JourneyStats = { active: 0, held: 0, completed: 0, exited: 0, entered24h: 0 }

/** Numbers of several journeys at once, by journey id. A journey without runs is not in it. `dayAgo` is where the last 24 hours begin. */
export const statsOf = async (
  db: Db,
  spaceId: string,
  journeyIds: readonly string[],
  dayAgo: Date,
): Promise<ReadonlyMap<string, JourneyStats>> => {
  const rows = await run(
    db,
    query(
      'journey_run.stats',
      sql<JourneyStats & { id: string }>`select journey_id as id,
          count(*) filter (where status = 'active') as active, count(*) filter (where status = 'held') as held,
          count(*) filter (where status = 'completed') as completed, count(*) filter (where status = 'exited') as exited,
          count(*) filter (where entered_at > ${dayAgo}::timestamptz) as "entered24h"
        from journey_run where space_id = ${spaceId} and journey_id = any(${[...journeyIds]}::text[]) group by journey_id`,
    ),
  )
  return new Map(rows.map(({ id, ...stats }) => [id, stats]))
}

export type StepStats = {
  readonly step: string
  /** Runs that stand here now. */
  readonly here: number
  /** Runs that went through this step, and by which branch; a hold's loop is among the branches and did not go through. */
  readonly passed: number
  readonly branches: readonly { readonly name: string; readonly count: number }[]
  /** Runs that were thrown out while they stood here: by an exit rule, or because the version was archived. */
  readonly left: number
}

const standing = (db: Db, spaceId: string, journeyId: string, version: number) =>
  run(
    db,
    query(
      'journey_run.standing',
      sql<{ step: string; here: number }>`select step, count(*) as here from journey_run
        where space_id = ${spaceId} and journey_id = ${journeyId} and version = ${version} and status in ('active', 'held') and step is not null
        group by step`,
    ),
  )

type Moved = { readonly step: string; readonly branch: string | null; readonly stayed: boolean; readonly runs: number }

const moved = (db: Db, spaceId: string, journeyId: string, version: number) =>
  run(
    db,
    query(
      'journey_transition.stats',
      sql<Moved>`select t.step, t.branch, coalesce(t.next_step = t.step, false) as stayed, count(*) as runs
        from journey_transition t join journey_run r on r.profile_id = t.profile_id and r.id = t.run_id
        where t.space_id = ${spaceId} and r.space_id = ${spaceId} and r.journey_id = ${journeyId} and r.version = ${version} and t.step is not null
        group by t.step, t.branch, coalesce(t.next_step = t.step, false)`,
    ),
  )

const sum = (rows: readonly Moved[]): number => rows.reduce((total, { runs }) => total + runs, 0)

/** Numbers of each step of one version, as one walks through them. */
export const stepStatsOf = async (
  db: Db,
  spaceId: string,
  journeyId: string,
  version: number,
  definition: JourneyDefinition,
): Promise<readonly StepStats[]> => {
  const here = new Map((await standing(db, spaceId, journeyId, version)).map((row) => [row.step, row.here]))
  const moves = Map.groupBy(await moved(db, spaceId, journeyId, version), (row) => row.step)
  return inOrder(definition).map((step) => {
    const rows = moves.get(step) ?? []
    return {
      step,
      here: here.get(step) ?? 0,
      passed: sum(rows.filter(({ branch, stayed }) => branch !== null && !stayed)),
      branches: rows.flatMap(({ branch, runs }) => (branch ? [{ name: branch, count: runs }] : [])),
      left: sum(rows.filter(({ branch }) => branch === null)),
    }
  })
}
