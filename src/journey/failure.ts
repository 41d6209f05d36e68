import { sql } from 'kysely'
import { Invalid, Refused, Unavailable } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { JourneyFailureRow } from '../db/rows/journey.ts'

const LONGEST = 1_000

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, LONGEST)

/**
 * Writes down that a cohort's step could not be done, for people to see; the workflow tries again by itself. What is merely away is not a
 * failure of the step and is left out. A second attempt counts on the same row.
 */
export const recordFailure = async (db: Db, spaceId: string, cohortId: string, error: unknown, now: Date): Promise<void> => {
  if (error instanceof Unavailable) return
  const kind = error instanceof Invalid || error instanceof Refused ? 'definition' : 'defect'
  await run(
    db,
    query(
      'journey_failure.record',
      sql`insert into journey_failure (space_id, cohort_id, journey_id, version, step, kind, error, attempts, first_at, last_at)
        select ${spaceId}, c.id, c.journey_id, c.version, c.step, ${kind}::text, ${said(error)}::text, 1, ${now}::timestamptz, ${now}::timestamptz
        from journey_cohort c where c.space_id = ${spaceId} and c.id = ${cohortId}::uuid
        on conflict (space_id, cohort_id) do update set kind = excluded.kind, error = excluded.error, last_at = excluded.last_at,
          attempts = journey_failure.attempts + 1`,
    ),
  )
}

/** A step that fails: for how many runs, since when, and what was said the last time. */
export type StepFailure = Pick<JourneyFailureRow, 'version' | 'step' | 'kind' | 'error'> & {
  readonly runs: number
  readonly attempts: number
  readonly since: Date
  readonly last: Date
}

type Failing = JourneyFailureRow & { readonly runs: number }

/** More cohorts than this that fail at once are a step or two that everybody stands at: what is said of them stays true. */
const MOST_SHOWN = 1_000

const standing = async (db: Db, spaceId: string, cohortIds: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  if (cohortIds.length === 0) return new Map()
  const rows = await run(
    db,
    query(
      'journey_failure.standing',
      sql<{ cohort_id: string; runs: number }>`select r.cohort_id, count(*) as runs from journey_run r
        where r.space_id = ${spaceId} and r.cohort_id in (select unnest(${[...cohortIds]}::uuid[]))
          and r.status not in ('completed', 'exited')
        group by r.cohort_id`,
    ),
  )
  return new Map(rows.map((row) => [row.cohort_id, row.runs]))
}

// Runs that have left meanwhile (by an exit rule, by archiving) wait for nothing: a step that fails for nobody is no trouble of anybody's.
const failing = async (db: Db, spaceId: string, journeyId: string | null): Promise<readonly Failing[]> => {
  const rows = await run(
    db,
    query(
      'journey_failure.of_journey',
      sql<JourneyFailureRow>`select f.* from journey_failure f
        where f.space_id = ${spaceId} and (${journeyId}::text is null or f.journey_id = ${journeyId}::text)
        order by f.version desc, f.step, f.last_at desc limit ${MOST_SHOWN}`,
    ),
  )
  const runs = await standing(
    db,
    spaceId,
    rows.map((row) => row.cohort_id),
  )
  return rows.flatMap((row) => {
    const here = runs.get(row.cohort_id) ?? 0
    return here > 0 ? [{ ...row, runs: here }] : []
  })
}

const together = (rows: readonly Failing[]): StepFailure | undefined => {
  const [latest] = rows
  if (!latest) return undefined
  const { version, step, kind, error } = latest
  return {
    version,
    step,
    kind,
    error,
    runs: rows.reduce((sum, row) => sum + row.runs, 0),
    attempts: Math.max(...rows.map((row) => row.attempts)),
    since: new Date(Math.min(...rows.map((row) => row.first_at.getTime()))),
    last: latest.last_at,
  }
}

/** The steps of a journey that fail now, one entry a step however many cohorts stand there, newest version first. */
export const failuresOf = async (db: Db, spaceId: string, journeyId: string): Promise<readonly StepFailure[]> => {
  const rows = await failing(db, spaceId, journeyId)
  return [...Map.groupBy(rows, (row) => `${row.version} ${row.step}`).values()].flatMap((each) => together(each) ?? [])
}

/** What a person may do about a step that fails. */
export const remedyOf = ({ kind }: Pick<StepFailure, 'kind'>): string =>
  kind === 'definition'
    ? 'The step asks for something that is gone or wrong. Bring it back, and the runs go on by themselves; or publish a version without it and archive this one.'
    : 'It is tried again by itself, at least every ten seconds. If it lasts, hand this error to whoever runs Usher; archiving the version ends the runs.'

/** A step at which runs of a journey stand because it fails. */
export type FailingStep = StepFailure & { readonly journeyId: string }

/** The steps that fail in a whole space, those with most runs first. */
export const failingSteps = async (db: Db, spaceId: string): Promise<readonly FailingStep[]> => {
  const rows = await failing(db, spaceId, null)
  return [...Map.groupBy(rows, (row) => `${row.journey_id} ${row.version} ${row.step}`).values()]
    .flatMap((each) => {
      const failure = together(each)
      return failure && each[0] ? [{ ...failure, journeyId: each[0].journey_id }] : []
    })
    .toSorted((a, b) => b.runs - a.runs)
}
