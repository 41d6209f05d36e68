import { idFrom } from '../base/ids.ts'
import { isObject, type Json, type JsonObject, jsonText } from '../base/json.ts'
import type { NewDelivery } from '../destination/enqueue.ts'
import { living } from '../profile/person.ts'
import type { Call } from './call.ts'
import { seenOf } from './gates.ts'
import type { Judged } from './judge.ts'
import type { Attached } from './store.ts'

/** The destinations that get a source's calls, by their ids. */
export type DestinationsOf = (sourceId: string) => readonly string[]

const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

// Rooms of ours make calls that never were on a wire.
const madeHere = ({ type, name, places, groupId, traits, ...call }: Call): JsonObject => ({
  type,
  messageId: call.messageId,
  ...(places.userId === undefined ? {} : { userId: places.userId }),
  ...(places.anonymousId === undefined ? {} : { anonymousId: places.anonymousId }),
  ...(groupId === undefined ? {} : { groupId }),
  ...(type === 'track' ? { event: name } : {}),
  ...(type === 'identify' || type === 'group' ? { traits } : { properties: JSON.parse(call.properties) as Json }),
  context: JSON.parse(call.context) as Json,
})

/** A call as destinations get it: as it left the rules of its source, with the times that Segment's pipeline adds, and without its write key. */
export const payloadOf = (call: Call): string => {
  const { wire } = call
  const { writeKey: _, timestamp, ...item } = wire ? seenOf(call, wire) : madeHere(call)
  const integrations = objectIn(item['integrations'])
  return jsonText({
    ...item,
    ...(timestamp === undefined || item['originalTimestamp'] !== undefined ? {} : { originalTimestamp: timestamp }),
    timestamp: call.timestamp.toISOString(),
    receivedAt: call.receivedAt.toISOString(),
    ...(Object.keys(integrations).length === 0 ? {} : { integrations }),
  })
}

const deliveriesOf = (call: Call, profileId: string, destinations: readonly string[]): readonly NewDelivery[] => {
  if (destinations.length === 0) return NONE
  const { messageId, type, name, receivedAt } = call
  const payload = payloadOf(call)
  return destinations.map((destinationId) => ({ profileId, destinationId, messageId, type, name, payload, receivedAt }))
}
const NONE: readonly NewDelivery[] = []

/** What stored calls become at the destinations of their sources. */
export const deliveriesOfStored = (attached: readonly Attached[], destinationsOf: DestinationsOf): readonly NewDelivery[] =>
  attached.flatMap(({ call, person }) => deliveriesOf(call, living(person).id, destinationsOf(call.sourceId)))

/** Stands where the profile of a call would be that is about nobody here. */
export const nobodyOf = (spaceId: string, messageId: string): string => idFrom(spaceId, 'nobody', messageId)

const passingOf = (one: Judged): Call | undefined => {
  if (one.kind === 'filtered') return one.call
  return one.kind === 'dropped' ? one.onward : undefined
}

/**
 * The same of calls that say themselves that they are not for the space, and of those that a filter of the space keeps from it (spec/audiences §4): other
 * tools may want them. They are about nobody here, so the place of a profile has an id that follows from the call's.
 */
export const deliveriesOfFiltered = (
  spaceId: string,
  judged: readonly Judged[],
  destinationsOf: DestinationsOf,
): readonly NewDelivery[] =>
  judged.flatMap((one) => {
    const call = passingOf(one)
    return call ? deliveriesOf(call, nobodyOf(spaceId, call.messageId), destinationsOf(call.sourceId)) : NONE
  })
