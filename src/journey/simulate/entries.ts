import { Invalid } from '../../base/errors.ts'
import { must } from '../../base/must.ts'
import type { Db } from '../../db/database.ts'
import type { JourneyDefinition } from '../definition.ts'
import { inOrder, type Occurrence, occurrencesOf } from './history.ts'
import type { SpaceLibrary } from './library.ts'
import { plain } from './plain.ts'
import { entrances } from './shadow.ts'
import type { Ask } from './world.ts'

export type Time = { readonly from: Date; readonly to: Date }
export type Source = {
  readonly tx: Db
  readonly spaceId: string
  readonly library: SpaceLibrary
  readonly ask: Ask
  readonly time: Time
}

/** Longest value of an identifier (spec/journeys §3.1). */
const LONGEST_IDENTIFIER = 150

const byAudience = async (source: Source, entry: Extract<JourneyDefinition['entry'], { type: 'audience' }>) => {
  const { tx, spaceId, library, time } = source
  const condition = library.audiences.get(entry.audience)
  if (!condition)
    throw new Invalid('unknown_audience', [{ field: 'entry.audience', message: `there is no audience "${entry.audience}"` }])
  const asked = { condition: plain(condition, library), externalIds: library.externalIds.get(entry.audience) }
  const found = await entrances(tx, spaceId, asked, time, entry.existing)
  return found.map((entrance): Occurrence => ({ ...entrance, identifier: null }))
}

const byEvent = async (source: Source, entry: Extract<JourneyDefinition['entry'], { type: 'event' }>, kept: boolean) => {
  const { tx, ask, time } = source
  const happened = inOrder(await occurrencesOf(tx, entry, { identifier: entry.identifier, properties: kept }, time.to))
  const possible = happened.filter(
    ({ at, identifier }) =>
      at >= time.from.getTime() &&
      (entry.identifier === undefined || (identifier !== null && identifier !== '' && identifier.length <= LONGEST_IDENTIFIER)),
  )
  if (entry.audience === undefined) return possible
  const members = await ask({ type: 'audience', audience: entry.audience }, possible)
  return possible.filter((_each, i) => must(members[i], 'an answer'))
}

/**
 * Whoever could have entered in the time, oldest first: every entrance, whether or not the person was in already; with the entry event's
 * properties where they are `kept`.
 */
export const entriesOf = (source: Source, { entry }: JourneyDefinition, kept: boolean): Promise<readonly Occurrence[]> =>
  entry.type === 'audience' ? byAudience(source, entry) : byEvent(source, entry, kept)
