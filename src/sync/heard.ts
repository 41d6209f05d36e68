import { at, isObject, type JsonObject } from '../base/json.ts'
import type { ConnectionToldRow, ToldId } from '../db/rows/connection.ts'
import type { DeliveryStatus } from '../db/rows/destination.ts'
import { callsOf, isSince, overSince, type Saying } from './agree.ts'
import type { Connected } from './connected.ts'

/** A call about somebody that a connection made: how far it is on its way to its destination, and what it says where that is kept. */
export type OnItsWay = {
  readonly destination_id: string
  readonly message_id: string
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly payload: JsonObject | null
}
/** Somebody as the calls about her name her: the profiles that she is and was. */
export type Told = Pick<ConnectionToldRow, 'ids' | 'told_at'>

// What was sent may have arrived, whatever became of it then.
const mayBeHeard = ({ status, attempts }: OnItsWay): boolean => {
  switch (status) {
    case 'queued':
    case 'held':
      return attempts > 0
    case 'filtered':
    case 'discarded':
      return attempts > 1
    case 'sending':
    case 'delivered':
    case 'failed':
      return true
  }
}

const messagesOf = (
  connected: Connected,
  profileId: string,
  { value, at: since, occasion }: { readonly value: boolean; readonly at: Date; readonly occasion: string },
  to: ToldId,
): readonly string[] => {
  const telling: Saying['telling'] = { profileId, value: value || null, ids: [], at: since }
  return callsOf(connected, [], { telling, occasion }, to, since).map(({ messageId }) => messageId)
}

const occasionsOf = ({ resync }: Connected, since: Date): readonly string[] =>
  Array.from({ length: resync + 1 }, (_, round) => isSince(since, true, round))

type IdOf = (call: JsonObject) => ToldId
const idOf: IdOf = (call) => {
  const [userId, anonymousId] = [call['userId'], call['anonymousId']]
  const email = at(call, call['type'] === 'identify' ? ['traits', 'email'] : ['context', 'traits', 'email'])
  return {
    ...(typeof userId === 'string' ? { userId } : {}),
    ...(typeof anonymousId === 'string' ? { anonymousId } : {}),
    ...(typeof email === 'string' ? { email } : {}),
  }
}

const saidValue = ({ key }: Connected, call: JsonObject) => {
  const values = call[call['type'] === 'identify' ? 'traits' : 'properties']
  return isObject(values) ? values[key] : undefined
}
const isOver = (value: unknown): boolean => value === false || value === null

/**
 * Under which identifiers a destination that gets calls one by one knows of somebody by a connection, as far as the calls on their way tell: those that she was told
 * of under, but where the call is known not to have been sent; and those of calls that were to take her back and will not arrive any more. Of a computed trait only
 * the last value is kept, so what was told before it counts as heard. What is older than deliveries are kept was heard.
 */
export const heardOf = (
  connected: Connected,
  profileIds: readonly string[],
  told: Told | undefined,
  calls: readonly OnItsWay[],
): readonly ToldId[] => {
  const mine = calls.filter(({ destination_id }) => destination_id === connected.destination_id)
  const fates = new Map(mine.map((call) => [call.message_id, mayBeHeard(call)]))
  const wasHeard = (to: ToldId, since: Date): boolean => {
    if (connected.kind !== 'audience') return true
    const of = (profileId: string) =>
      occasionsOf(connected, since).flatMap((occasion) =>
        messagesOf(connected, profileId, { value: true, at: since, occasion }, to),
      )
    const found = profileIds.flatMap(of).flatMap((id) => fates.get(id) ?? [])
    return found.length === 0 || found.includes(true)
  }
  const said = mine.flatMap(({ message_id, payload, status }) => {
    const by = payload && at(payload, ['context', 'personas', 'computation_id'])
    if (!payload || by !== connected.computationId || (status !== 'queued' && status !== 'held' && status !== 'sending'))
      return []
    return [
      { message_id, to: idOf(payload), over: isOver(saidValue(connected, payload)), at: new Date(String(payload['timestamp'])) },
    ]
  })
  // An exit from what was never heard.
  const idle = new Set(
    said
      .filter((call) => !call.over && !wasHeard(call.to, call.at))
      .flatMap(({ to, at: since }) =>
        profileIds.flatMap((id) => messagesOf(connected, id, { value: false, at: since, occasion: overSince(since) }, to)),
      ),
  )
  const known = (told?.ids ?? []).filter((to) => told && wasHeard(to, told.told_at))
  return [...known, ...said.filter(({ over, message_id }) => over && !idle.has(message_id)).map(({ to }) => to)]
}
