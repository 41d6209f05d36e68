import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { JourneyDefinition } from '../journey/definition.ts'
import { inOrder } from '../journey/edges.ts'

/** What is going on in a space, as far as one look at the database tells. */
export type Summary = {
  readonly events: number
  readonly profiles: number
  readonly audiences: readonly { readonly name: string; readonly status: string; readonly members: number }[]
  readonly journeys: readonly JourneySummary[]
  readonly messages: Readonly<Record<string, number>>
  readonly channels: Readonly<Record<string, number>>
}
export type StepCount = { readonly name: string; readonly here: number; readonly passed: number }
export type JourneySummary = {
  readonly name: string
  readonly status: string
  readonly ended: number
  readonly steps: readonly StepCount[]
}

const totalsOf = async (db: Db, spaceId: string): Promise<{ events: number; profiles: number }> => {
  const [row] = await run(
    db,
    query(
      'dev.totals',
      sql<{ events: number; profiles: number }>`select (select count(*) from event where space_id = ${spaceId}) as events,
        (select count(*) from profile where space_id = ${spaceId} and merged_into is null) as profiles`,
    ),
  )
  return row ?? { events: 0, profiles: 0 }
}

const audiencesOf = (db: Db, spaceId: string): Promise<Summary['audiences']> =>
  run(
    db,
    query(
      'dev.audiences',
      sql<{ name: string; status: string; members: number }>`select a.name, coalesce(s.status, 'Preparing') as status,
          (select count(*) from membership m where m.space_id = ${spaceId} and m.audience_id = a.id) as members
        from audience a left join audience_state s on s.space_id = ${spaceId} and s.audience_id = a.id
        where a.space_id = ${spaceId} and a.deleted_at is null order by a.created_at, a.name`,
    ),
  )

const messagesOf = async (db: Db, spaceId: string): Promise<Pick<Summary, 'messages' | 'channels'>> => {
  const rows = await run(
    db,
    query(
      'dev.messages',
      sql<{ channel: string; status: string; count: number }>`select channel, status, count(*) as count from message
        where space_id = ${spaceId} group by channel, status order by channel, status`,
    ),
  )
  const by = (key: (row: (typeof rows)[number]) => string): Record<string, number> => {
    const sums: Record<string, number> = {}
    for (const row of rows) sums[key(row)] = (sums[key(row)] ?? 0) + row.count
    return sums
  }
  const sent = rows.filter((row) => row.status === 'sent')
  return { messages: by((row) => row.status), channels: Object.fromEntries(sent.map((row) => [row.channel, row.count])) }
}

type JourneyRow = { id: string; name: string; status: string; definition: JourneyDefinition | null }
type RunRow = { journey_id: string; step: string | null; ended: boolean; count: number }
type PassedRow = { journey_id: string; step: string; count: number }

const journeyRows = (db: Db, spaceId: string): Promise<readonly JourneyRow[]> =>
  run(
    db,
    query(
      'dev.journeys',
      sql<JourneyRow>`select j.id, j.name, j.status, v.definition
        from journey j left join journey_version v on v.space_id = ${spaceId} and v.journey_id = j.id and v.version = j.live_version
        where j.space_id = ${spaceId} and j.deleted_at is null order by j.created_at, j.name`,
    ),
  )

const runRows = (db: Db, spaceId: string): Promise<readonly RunRow[]> =>
  run(
    db,
    query(
      'dev.runs',
      sql<RunRow>`select journey_id, case when status in ('active', 'held') then step end as step,
          status not in ('active', 'held') as ended, count(*) as count
        from journey_run where space_id = ${spaceId} group by 1, 2, 3`,
    ),
  )

const passedRows = (db: Db, spaceId: string): Promise<readonly PassedRow[]> =>
  run(
    db,
    query(
      'dev.passed',
      sql<PassedRow>`select r.journey_id, t.step, count(*) as count
        from journey_transition t join journey_run r on r.space_id = ${spaceId} and r.profile_id = t.profile_id and r.id = t.run_id
        where t.space_id = ${spaceId} and t.step is not null group by 1, 2`,
    ),
  )

const journeysOf = async (db: Db, spaceId: string): Promise<readonly JourneySummary[]> => {
  const runs = await runRows(db, spaceId)
  const passed = await passedRows(db, spaceId)
  const count = <Row extends { readonly count: number }>(rows: readonly Row[], of: (row: Row) => boolean): number =>
    rows.filter(of).reduce((sum, row) => sum + row.count, 0)
  return (await journeyRows(db, spaceId)).map(({ id, name, status, definition }) => ({
    name,
    status,
    ended: count(runs, (row) => row.journey_id === id && row.ended),
    // JSON in the database keeps no order, so steps come in the order in which one comes to them.
    steps: (definition ? inOrder(definition) : []).map((step) => ({
      name: definition?.steps[step]?.name ?? step.replaceAll('_', ' '),
      here: count(runs, (row) => row.journey_id === id && row.step === step),
      passed: count(passed, (row) => row.journey_id === id && row.step === step),
    })),
  }))
}

/** Reads the summary of a space: six statements, some 20 ms on the sample space. */
export const readSummary = async (db: Db, spaceId: string): Promise<Summary> => ({
  ...(await totalsOf(db, spaceId)),
  audiences: await audiencesOf(db, spaceId),
  journeys: await journeysOf(db, spaceId),
  ...(await messagesOf(db, spaceId)),
})
