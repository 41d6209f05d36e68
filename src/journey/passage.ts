import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { JourneyRefusalRow, RunStatus } from '../db/rows/journey.ts'
import type { JourneyDefinition } from './definition.ts'
import { refusalSentence } from './refusals.ts'
import { stepSentence } from './sentences.ts'

/** What became of somebody in one journey. `step`: where the run stands then, in words. */
export type Passage = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly runId: string | null
  readonly change: 'started' | 'moved' | 'left' | 'completed' | 'refused'
  readonly step: string | null
  readonly because: string | null
}

type Row = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly runId: string
  readonly status: RunStatus
  readonly step: string | null
  readonly reason: string | null
  readonly started: boolean
  readonly definition: JourneyDefinition
}

const changeOf = ({ status, started }: Row): Passage['change'] => {
  if (status === 'exited') return 'left'
  if (started) return 'started'
  return status === 'completed' ? 'completed' : 'moved'
}

const passageOf = (row: Row): Passage => {
  const { id, key, name, runId, step, reason, definition } = row
  const stands = step === null ? undefined : definition.steps[step]
  return { id, key, name, runId, change: changeOf(row), step: stands ? stepSentence(stands) : null, because: reason }
}

type Refused = Pick<JourneyRefusalRow, 'reason' | 'evidence'> & {
  readonly id: string
  readonly key: string
  readonly name: string
}

/** What journeys did with these profiles since an instant: runs that began, moved or ended, and who was not let in. */
export const passagesSince = async (
  db: Db,
  spaceId: string,
  profileIds: readonly string[],
  since: Date,
): Promise<readonly Passage[]> => {
  const runs = await run(
    db,
    query(
      'journey_run.passages',
      sql<Row>`select j.id, j.key, j.name, r.id as "runId", r.status, r.step, r.end_reason as reason, r.entered_at >= ${since}::timestamptz as started, v.definition
        from journey_run r
          join journey j on j.id = r.journey_id
          join journey_version v on v.journey_id = r.journey_id and v.version = r.version
        where r.space_id = ${spaceId} and j.space_id = ${spaceId} and v.space_id = ${spaceId} and r.profile_id = any(${profileIds}::uuid[])
          and (r.arrived_at >= ${since}::timestamptz or r.ended_at >= ${since}::timestamptz)
        order by j.name, r.id`,
    ),
  )
  const refused = await run(
    db,
    query(
      'journey_refusal.since',
      sql<Refused>`select j.id, j.key, j.name, r.reason, r.evidence from journey_refusal r join journey j on j.id = r.journey_id
        where r.space_id = ${spaceId} and j.space_id = ${spaceId} and r.profile_id = any(${profileIds}::uuid[])
          and r.happened_at >= ${since}::timestamptz order by j.name, r.id`,
    ),
  )
  return [
    ...runs.map(passageOf),
    ...refused.map(({ id, key, name, reason, evidence }) => ({
      ...{ id, key, name, runId: null, change: 'refused' as const, step: null },
      because: refusalSentence(reason, evidence),
    })),
  ]
}
