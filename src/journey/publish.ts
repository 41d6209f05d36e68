import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import { Invalid, notFound, type Problem, Refused } from '../base/errors.ts'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { addToOutbox } from '../db/outbox.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { JourneyRow } from '../db/rows/journey.ts'
import { endArchivedRuns } from './archived.ts'
import { JourneyDefinition } from './definition.ts'
import { writeInterest } from './interest.ts'
import { loadFacts } from './load-facts.ts'
import { validate } from './validate.ts'

/** What becomes of runs of the version that was live: they go on until they end, or they stop now. */
export type Previous = 'drain' | 'archive'

/** Outbox items of a journey belong to nobody in particular. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

type Version = { readonly version: number; readonly status: string; readonly unfinished: boolean }

// Published, paused and archived one at a time: the second of two finds what the first has made.
const lock = async (tx: Db, spaceId: string, idOrKey: string): Promise<JourneyRow> => {
  const row = await runOne(
    tx,
    query(
      'journey.lock',
      sql<JourneyRow>`select * from journey
        where space_id = ${spaceId} and (id = ${idOrKey} or key = ${idOrKey}) and deleted_at is null
        order by id = ${idOrKey} desc limit 1 for update`,
    ),
  )
  if (!row) throw notFound('journey', idOrKey)
  return row
}

const versionsBefore = (tx: Db, spaceId: string, journeyId: string): Promise<readonly Version[]> =>
  run(
    tx,
    query(
      'journey_version.before',
      sql<Version>`select v.version, v.status, exists (
          select from journey_run r where r.space_id = ${spaceId} and r.journey_id = v.journey_id and r.version = v.version
            and r.status in ('active', 'held')) as unfinished
        from journey_version v where v.space_id = ${spaceId} and v.journey_id = ${journeyId} order by v.version`,
    ),
  )

const previousProblems = (versions: readonly Version[], previous: Previous | undefined): readonly Problem[] => {
  const live = versions.find((version) => version.status === 'live')
  if (!live?.unfinished || previous !== undefined) return []
  return [
    {
      field: 'previous',
      message: `version ${live.version} is live and has runs that are not finished`,
      remedy: 'Write "drain" to let them go on to their end, or "archive" to stop them now.',
    },
  ]
}

/** The version that was live gives way. One that drained to the last run is closed, so that the list says what is true. */
const giveWay = async (tx: Db, spaceId: string, journeyId: string, versions: readonly Version[], previous: Previous) => {
  const next = versions.flatMap(({ version, status, unfinished }) => {
    if (status === 'live') return [{ version, status: previous === 'archive' ? 'archived' : 'draining' }]
    return status === 'draining' && !unfinished ? [{ version, status: 'archived' }] : []
  })
  await run(
    tx,
    query(
      'journey_version.give_way',
      sql`update journey_version v set status = n.status
        from unnest(${next.map((each) => each.version)}::integer[], ${next.map((each) => each.status)}::text[]) as n (version, status)
        where v.space_id = ${spaceId} and v.journey_id = ${journeyId} and v.version = n.version`,
    ),
  )
  return next.filter((each) => each.status === 'archived').map((each) => each.version)
}

const addVersion = async (tx: Db, journey: JourneyRow, version: number, by: string, now: Date): Promise<void> => {
  await run(
    tx,
    query(
      'journey_version.add',
      sql`insert into journey_version (space_id, journey_id, version, definition, status, published_by, published_at)
        values (${journey.space_id}, ${journey.id}, ${version}, ${JSON.stringify(journey.draft)}::jsonb, 'live', ${by}, ${now})`,
    ),
  )
  await run(
    tx,
    query(
      'journey.publish',
      sql`update journey set status = 'live', draft = null, live_version = ${version}, entries_from = ${now}, updated_by = ${by}, updated_at = ${now}
        where space_id = ${journey.space_id} and id = ${journey.id}`,
    ),
  )
}

const tell = (
  tx: Db,
  spaceId: string,
  topic: 'journey_published' | 'journey_archived',
  journeyId: string,
  versions: readonly number[],
  now: Date,
) =>
  addToOutbox(
    tx,
    spaceId,
    now,
    versions.map((version) => ({
      profileId: NOBODY,
      id: idFrom(topic, spaceId, journeyId, String(version)),
      topic,
      payload: { journey_id: journeyId, version },
    })),
  )

const readyDraft = async (tx: Db, journey: JourneyRow, versions: readonly Version[], previous: Previous | undefined) => {
  const { space_id: spaceId, draft } = journey
  if (draft === null)
    throw new Refused(
      'nothing_to_publish',
      'There is no draft: what was written last is published already. Change the definition first.',
    )
  const facts = await loadFacts(tx, spaceId)
  if (versions.length >= facts.limits.versions)
    throw new Refused(
      'too_many_versions',
      `This journey has ${versions.length} versions, the most it may have. Make a new journey of it.`,
    )
  const definition = JourneyDefinition.parse(draft)
  const problems = [...validate(definition, facts), ...previousProblems(versions, previous)]
  if (problems.length > 0) throw new Invalid('not_publishable', problems)
  return definition
}

/**
 * Makes the draft the live version: immutable from now on, at most 25 of them (spec/journeys §5.4). The version before drains or is
 * archived, as `previous` says. Answers the new version's number. @throws Invalid with every problem; Refused without a draft.
 */
export const publishJourney = async (
  db: Db,
  spaceId: string,
  idOrKey: string,
  options: { readonly previous?: Previous | undefined; readonly by: string },
  now: Date,
): Promise<number> => {
  const { journey, version, archived } = await transact(db, async (tx) => {
    const journey = await lock(tx, spaceId, idOrKey)
    const versions = await versionsBefore(tx, spaceId, journey.id)
    const definition = await readyDraft(tx, journey, versions, options.previous)
    const archived = await giveWay(tx, spaceId, journey.id, versions, options.previous ?? 'drain')
    const version = (versions.at(-1)?.version ?? 0) + 1
    await addVersion(tx, journey, version, options.by, now)
    await writeInterest(tx, spaceId, journey)
    await tell(tx, spaceId, 'journey_archived', journey.id, archived, now)
    if (definition.entry.type === 'audience' && definition.entry.existing)
      await tell(tx, spaceId, 'journey_published', journey.id, [version], now)
    crashPoint('journey.publish')
    return { journey, version, archived }
  })
  await endArchivedRuns(db, spaceId, journey.id, archived, now)
  return version
}

const move = (db: Db, spaceId: string, idOrKey: string, by: string, now: Date, from: 'live' | 'paused', to: 'live' | 'paused') =>
  transact(db, async (tx) => {
    const journey = await lock(tx, spaceId, idOrKey)
    if (journey.status === to) return
    if (journey.status !== from)
      throw new Refused(`not_${from}`, `This journey is ${journey.status}; only one that is ${from} can become ${to}.`)
    await run(
      tx,
      query(
        'journey.move',
        sql`update journey set status = ${to}, entries_from = case when ${to}::text = 'live' then ${now}::timestamptz else entries_from end,
            updated_by = ${by}, updated_at = ${now}
          where space_id = ${spaceId} and id = ${journey.id}`,
      ),
    )
    await writeInterest(tx, spaceId, journey)
  })

/** Nobody enters any more; whoever is in goes on (spec/journeys §5.2). Pausing twice is pausing. */
export const pauseJourney = (db: Db, spaceId: string, idOrKey: string, by: string, now: Date): Promise<void> =>
  move(db, spaceId, idOrKey, by, now, 'live', 'paused')

/** Lets people in again: those who qualify from now on. Who qualified in between does not enter (spec/journeys §5.2). */
export const resumeJourney = (db: Db, spaceId: string, idOrKey: string, by: string, now: Date): Promise<void> =>
  move(db, spaceId, idOrKey, by, now, 'paused', 'live')

/** Ends a journey with all its versions: nobody enters, every run exits now with the reason `archived`, and what it queued is not sent. */
export const archiveJourney = async (db: Db, spaceId: string, idOrKey: string, by: string, now: Date): Promise<void> => {
  const { id, versions } = await transact(db, async (tx) => {
    const journey = await lock(tx, spaceId, idOrKey)
    const ended = await run(
      tx,
      query(
        'journey_version.archive',
        sql<{ version: number }>`update journey_version set status = 'archived'
          where space_id = ${spaceId} and journey_id = ${journey.id} and status in ('live', 'draining') returning version`,
      ),
    )
    await run(
      tx,
      query(
        'journey.archive',
        sql`update journey set status = 'archived', updated_by = ${by}, updated_at = ${now} where space_id = ${spaceId} and id = ${journey.id}`,
      ),
    )
    await writeInterest(tx, spaceId, journey)
    const versions = ended.map((each) => each.version)
    await tell(tx, spaceId, 'journey_archived', journey.id, versions, now)
    crashPoint('journey.archive')
    return { id: journey.id, versions }
  })
  await endArchivedRuns(db, spaceId, id, versions, now)
}
