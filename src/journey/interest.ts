import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { JourneyRow } from '../db/rows/journey.ts'
import { JourneyDefinition } from './definition.ts'

type Published = { readonly definition: unknown; readonly live: boolean; readonly entered: boolean }

/** Names of the events that one version waits for; its entry only where somebody may enter. */
export const eventsOf = (definition: JourneyDefinition, entered: boolean): readonly string[] => [
  ...(entered && definition.entry.type === 'event' ? [definition.entry.event] : []),
  ...definition.exits.map((rule) => rule.event),
  ...Object.values(definition.steps).flatMap((step) => (step.type === 'hold' ? step.branches.map((branch) => branch.event) : [])),
]

const waiting = (tx: Db, spaceId: string, journeyId: string): Promise<readonly Published[]> =>
  run(
    tx,
    query(
      'event_interest.versions',
      sql<Published>`select v.definition, v.status = 'live' as live, v.status = 'live' and j.status = 'live' as entered from journey_version v
        join journey j on j.space_id = ${spaceId} and j.id = v.journey_id
        where v.space_id = ${spaceId} and v.journey_id = ${journeyId} and v.status in ('live', 'draining')`,
    ),
  )

const writeEvents = async (tx: Db, spaceId: string, journeyId: string, names: readonly string[]): Promise<void> => {
  await run(
    tx,
    query('event_interest.clear', sql`delete from event_interest where space_id = ${spaceId} and consumer = ${journeyId}`),
  )
  await run(
    tx,
    query(
      'event_interest.add',
      sql`insert into event_interest (space_id, name, consumer)
        select ${spaceId}, name, ${journeyId} from unnest(${names}::text[]) as n (name) on conflict do nothing`,
    ),
  )
}

// A key is never used again, so the id that is found now is the id for good.
const writeAudiences = async (tx: Db, spaceId: string, journeyId: string, keys: readonly string[]): Promise<void> => {
  await run(
    tx,
    query('audience_interest.clear', sql`delete from audience_interest where space_id = ${spaceId} and consumer = ${journeyId}`),
  )
  await run(
    tx,
    query(
      'audience_interest.add',
      sql`insert into audience_interest (space_id, audience_id, consumer)
        select ${spaceId}, a.id, ${journeyId} from unnest(${keys}::text[]) as k (key)
          join audience a on a.space_id = ${spaceId} and a.key = k.key
        order by a.id on conflict do nothing`,
    ),
  )
}

/**
 * Writes anew what a journey waits for: the events of its live and draining versions, and the audience that its live version begins with.
 * Only these are told to the journey room, so this is called inside every transaction that changes what is published. A paused journey
 * keeps its audience: it hears and admits nobody, and so none is missed around the moment in which it resumes.
 */
export const writeInterest = async (tx: Db, spaceId: string, journey: Pick<JourneyRow, 'id'>): Promise<void> => {
  const versions = (await waiting(tx, spaceId, journey.id)).map((version) => ({
    ...version,
    definition: JourneyDefinition.parse(version.definition),
  }))
  const names = new Set(versions.flatMap(({ definition, entered }) => eventsOf(definition, entered)))
  const entries = versions.flatMap(({ definition, live }) => (live ? [definition.entry] : []))
  const audiences = new Set(entries.flatMap((entry) => (entry.type === 'audience' ? [entry.audience] : [])))
  await writeEvents(tx, spaceId, journey.id, [...names].toSorted())
  await writeAudiences(tx, spaceId, journey.id, [...audiences].toSorted())
}

// A draft and every version that somebody may still walk; a trait stands in a condition or on the right side of a comparison, at any depth.
const MENTIONS = '$.** ? ((@.type == "trait" || @.reference == "trait") && (@.path == $key || @.path starts with $within))'

/** The journeys whose draft, live or draining version asks for one of these traits in a condition, with the trait's key. */
export const journeysOfTraits = (
  db: Db,
  spaceId: string,
  keys: readonly string[],
): Promise<readonly { readonly key: string; readonly id: string; readonly name: string }[]> =>
  run(
    db,
    query(
      'journey.of_traits',
      sql<{ key: string; id: string; name: string }>`select distinct k.key, j.id, j.name
        from journey j left join journey_version v on v.space_id = ${spaceId} and v.journey_id = j.id and v.status <> 'archived'
          cross join unnest(${keys}::text[]) as k (key)
        where j.space_id = ${spaceId} and j.deleted_at is null and (
          jsonb_path_exists(j.draft, ${MENTIONS}::jsonpath, jsonb_build_object('key', k.key, 'within', k.key || '.'))
          or jsonb_path_exists(v.definition, ${MENTIONS}::jsonpath, jsonb_build_object('key', k.key, 'within', k.key || '.')))
        order by k.key, j.name, j.id`,
    ),
  )

// An entry or a condition that is about an audience, and what asks for its trait.
const USES =
  '$.** ? (@.audience == $key || ((@.type == "trait" || @.reference == "trait") && (@.path == $key || @.path starts with $within)))'

/**
 * The journeys whose draft, live or draining version begins with an audience, splits by it or asks for its trait or a
 * computed trait with this key, at any depth. Of an archived one nothing goes on.
 */
export const journeysUsing = (
  db: Db,
  spaceId: string,
  key: string,
): Promise<readonly { readonly id: string; readonly name: string }[]> =>
  run(
    db,
    query(
      'journey.using',
      sql<{ id: string; name: string }>`select j.id, j.name from journey j
        where j.space_id = ${spaceId} and j.deleted_at is null and (
          (j.status <> 'archived' and jsonb_path_exists(j.draft, ${USES}::jsonpath, jsonb_build_object('key', ${key}::text, 'within', ${key}::text || '.')))
          or exists (select from journey_version v where v.space_id = ${spaceId} and v.journey_id = j.id and v.status <> 'archived'
            and jsonb_path_exists(v.definition, ${USES}::jsonpath, jsonb_build_object('key', ${key}::text, 'within', ${key}::text || '.'))))
        order by j.name, j.id`,
    ),
  )

/** The same as people say them: `the journey "Welcome"`. */
export const namesOfJourneysUsing = async (db: Db, spaceId: string, key: string): Promise<readonly string[]> =>
  (await journeysUsing(db, spaceId, key)).map(({ name }) => `the journey "${name}"`)
