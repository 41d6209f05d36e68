import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { JourneyRow } from '../db/rows/journey.ts'
import { JourneyDefinition } from './definition.ts'

type Published = { readonly definition: unknown; readonly entered: boolean }

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
      sql<Published>`select v.definition, v.status = 'live' and j.status = 'live' as entered from journey_version v
        join journey j on j.space_id = ${spaceId} and j.id = v.journey_id
        where v.space_id = ${spaceId} and v.journey_id = ${journeyId} and v.status in ('live', 'draining')`,
    ),
  )

/**
 * Writes anew which events a journey waits for: those of its live and draining versions. Ingestion tells only such events to the journey
 * room, so this is called inside every transaction that changes what is published.
 */
export const writeInterest = async (tx: Db, spaceId: string, journey: Pick<JourneyRow, 'id'>): Promise<void> => {
  const versions = await waiting(tx, spaceId, journey.id)
  const names = new Set(versions.flatMap(({ definition, entered }) => eventsOf(JourneyDefinition.parse(definition), entered)))
  await run(
    tx,
    query('event_interest.clear', sql`delete from event_interest where space_id = ${spaceId} and consumer = ${journey.id}`),
  )
  await run(
    tx,
    query(
      'event_interest.add',
      sql`insert into event_interest (space_id, name, consumer)
        select ${spaceId}, name, ${journey.id} from unnest(${[...names].toSorted()}::text[]) as n (name) on conflict do nothing`,
    ),
  )
}
