import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { JourneyRunRow, JourneyTransitionRow, RunStatus } from '../db/rows/journey.ts'

/** A run, and what its profile calls itself. */
export type RunWithName = JourneyRunRow & { readonly name: string | null }

export type RunPage = {
  readonly count: number
  readonly step?: string | undefined
  readonly status?: readonly RunStatus[] | undefined
  readonly after?: { readonly at: Date; readonly id: string } | undefined
}

/** What a profile `p` calls itself. */
export const NAME = sql`coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), ''),
  p.identifiers -> 'email' ->> 0)`

/** A page of a journey's runs, last entered first. */
export const listRuns = (db: Db, spaceId: string, journeyId: string, page: RunPage): Promise<readonly RunWithName[]> => {
  const { at, id } = page.after ?? { at: null, id: null }
  const statuses = page.status ? [...page.status] : null
  return run(
    db,
    query(
      'journey_run.list',
      sql<RunWithName>`select r.*, ${NAME} as name from journey_run r
        left join profile p on p.space_id = ${spaceId} and p.id = r.profile_id
        where r.space_id = ${spaceId} and r.journey_id = ${journeyId}
          and (${page.step ?? null}::text is null or (r.step = ${page.step ?? null}::text and r.status in ('active', 'held')))
          and (${statuses}::text[] is null or r.status = any(${statuses}::text[]))
          and (${at}::timestamptz is null or (r.entered_at, r.id) < (${at}::timestamptz, ${id}::uuid))
        order by r.entered_at desc, r.id desc limit ${page.count}`,
    ),
  )
}

/** A message of a run, with what the provider said last. */
export type RunMessage = {
  readonly id: string
  readonly channel: string
  readonly template: string | null
  readonly step: string | null
  readonly status: string
  readonly reason: string | null
  readonly created_at: Date
  readonly sent_at: Date | null
}

export type RunDetails = {
  readonly run: RunWithName
  readonly transitions: readonly JourneyTransitionRow[]
  readonly messages: readonly RunMessage[]
}

/** One run with all that it did. @throws Refused 404. */
export const runDetails = async (db: Db, spaceId: string, journeyId: string, runId: string): Promise<RunDetails> => {
  const found = await runOne(
    db,
    query(
      'journey_run.by_id',
      sql<RunWithName>`select r.*, ${NAME} as name from journey_run r
        left join profile p on p.space_id = ${spaceId} and p.id = r.profile_id
        where r.space_id = ${spaceId} and r.journey_id = ${journeyId} and r.id = ${runId}::uuid`,
    ),
  )
  if (!found) throw notFound('run', runId)
  const transitions = await run(
    db,
    query(
      'journey_transition.of_run',
      sql<JourneyTransitionRow>`select * from journey_transition
        where space_id = ${spaceId} and profile_id = ${found.profile_id}::uuid and run_id = ${runId}::uuid order by id`,
    ),
  )
  const messages = await run(
    db,
    query(
      'message.of_run',
      sql<RunMessage>`select m.id, m.channel, t.name as template, m.step, m.status, m.reason, m.created_at, m.sent_at from message m
        left join template t on t.space_id = ${spaceId} and t.id = m.template_id
        where m.space_id = ${spaceId} and m.profile_id = ${found.profile_id}::uuid and m.run_id = ${runId}::uuid order by m.created_at, m.id`,
    ),
  )
  return { run: found, transitions, messages }
}
