import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** What is going on in a space, as far as one look at the database tells. */
export type Summary = {
  readonly events: number
  readonly profiles: number
  readonly audiences: readonly { readonly name: string; readonly status: string; readonly members: number }[]
  readonly journeys: readonly JourneySummary[]
  readonly messages: Readonly<Record<string, number>>
  readonly channels: Readonly<Record<string, number>>
}
export type StepCount = { readonly name: string; readonly here: number }
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

type JourneyRow = { id: string; name: string; status: string; steps: Readonly<Record<string, { name?: string }>> | null }
type RunRow = { journey_id: string; step: string | null; ended: boolean; count: number }

const journeysOf = async (db: Db, spaceId: string): Promise<readonly JourneySummary[]> => {
  const journeys = await run(
    db,
    query(
      'dev.journeys',
      sql<JourneyRow>`select j.id, j.name, j.status, v.definition -> 'steps' as steps
        from journey j left join journey_version v on v.space_id = ${spaceId} and v.journey_id = j.id and v.version = j.live_version
        where j.space_id = ${spaceId} and j.deleted_at is null order by j.created_at, j.name`,
    ),
  )
  const runs = await run(
    db,
    query(
      'dev.runs',
      sql<RunRow>`select journey_id, case when status in ('active', 'held') then step end as step,
          status not in ('active', 'held') as ended, count(*) as count
        from journey_run where space_id = ${spaceId} group by 1, 2, 3`,
    ),
  )
  return journeys.map(({ id, name, status, steps }) => {
    const own = runs.filter((row) => row.journey_id === id)
    const here = (step: string): number => own.filter((row) => row.step === step).reduce((sum, row) => sum + row.count, 0)
    return {
      name,
      status,
      ended: own.filter((row) => row.ended).reduce((sum, row) => sum + row.count, 0),
      steps: Object.entries(steps ?? {}).map(([step, { name: said }]) => ({
        name: said ?? step.replaceAll('_', ' '),
        here: here(step),
      })),
    }
  })
}

/** Reads the summary of a space: five statements, some 20 ms on the sample space. */
export const readSummary = async (db: Db, spaceId: string): Promise<Summary> => ({
  ...(await totalsOf(db, spaceId)),
  audiences: await audiencesOf(db, spaceId),
  journeys: await journeysOf(db, spaceId),
  ...(await messagesOf(db, spaceId)),
})
