import { isDeepStrictEqual } from 'node:util'
import { EVENT_NAMES, membershipCalls, type Speaker, valueCalls } from '../audience/person-calls.ts'
import { crashPoint } from '../base/crash-point.ts'
import { type Json, jsonText } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import type { ToldId } from '../db/rows/connection.ts'
import { enqueueDeliveries, type NewDelivery } from '../destination/enqueue.ts'
import { addresseesOf, without } from './addressee.ts'
import type { Connected } from './connected.ts'
import { mark } from './mark.ts'
import { keepTold, lookUp, type Person, type Telling } from './told.ts'

/** What there is to say of somebody: the value (null: it is over), to whom, and what it follows from. */
export type Said = {
  readonly person: Person
  readonly telling: Telling
  readonly to: readonly ToldId[]
  readonly occasion: string
}

/** The same without the rest of what is known of them. */
export type Saying = Omit<Said, 'person'>

/** What is said of somebody by a value that holds since then; `round`: told once more, for the so many-th time that all of a connection is. */
export const isSince = (at: Date, value: Json, round: number): string =>
  `is ${at.toISOString()} ${JSON.stringify(value)}${round === 0 ? '' : ` again ${round}`}`
/** What is said of somebody by what was told then and holds no longer. */
export const overSince = (toldAt: Date): string => `over ${toldAt.toISOString()}`

// Who was in before the connection was made without existing members is not told of, nor that they leave.
const wanted = ({ since }: Connected, { value, at, told }: Person) =>
  value !== null && (told !== null || since === null || (at !== null && at > since)) ? value : null

// A list loses what it was given, and nothing else.
const over = ({ anonymous, list }: Connected, person: Person): Said | undefined => {
  const { profileId, identifiers, told, toldAt, ids } = person
  if (told === null || toldAt === null) return undefined
  const there = ids ?? []
  const to = list ? there : [...there, ...without(addresseesOf(identifiers, anonymous), there)]
  return { person, telling: { profileId, value: null, ids: [], at: toldAt }, to, occasion: overSince(toldAt) }
}

/**
 * What must be said so that the destination knows what is so, undefined where it does: a value that is another, an identifier under which it was not
 * told yet (spec/audiences §17.5). What is over is taken back under every identifier that was ever told, and only if something was.
 */
export const toSay = (connected: Connected, person: Person, again: boolean): Said | undefined => {
  const value = wanted(connected, person)
  const { profileId, told, at } = person
  if (value === null || at === null) return over(connected, person)
  const known = person.ids ?? []
  const all = addresseesOf(person.identifiers, connected.anonymous)
  const same = told !== null && isDeepStrictEqual(told, value)
  const to = same && !again ? without(all, known) : all
  if (to.length === 0) return undefined
  // What is told for the first time is not told again: whether it was heard is asked when the person is erased.
  const round = again && told !== null ? connected.resync : 0
  const telling = { profileId, value, ids: [...known, ...without(all, known)], at }
  return { person, telling, to, occasion: isSince(at, value, round) }
}

/** The calls that say it to one identifier, whichever of them are sent. */
export const callsOf = (
  connected: Connected,
  destinations: readonly string[],
  said: Pick<Saying, 'telling' | 'occasion'>,
  to: ToldId,
  now: Date,
) => {
  const { spaceId, kind, computationId: id, key } = connected
  const { profileId, value, at } = said.telling
  const speaker: Speaker = { class: kind === 'audience' ? 'audience' : 'trait', id, key, spaceId, destinations }
  const occasion = { changeId: `${connected.id} ${profileId} ${said.occasion}`, to, at: value === null ? now : at }
  const names = { ...EVENT_NAMES, ...connected.names }
  const calls =
    kind === 'audience'
      ? membershipCalls(speaker, value === null ? 'exited' : 'entered', occasion, names)
      : valueCalls(speaker, value, occasion, names)
  return calls
}

/** The same, of those that are sent, as calls on their way. */
export const deliveriesOf = (
  connected: Connected,
  destinations: readonly string[],
  said: Saying,
  now: Date,
): readonly NewDelivery[] =>
  said.to.flatMap((to) =>
    callsOf(connected, destinations, said, to, now)
      .filter(({ type }) => (type === 'track' ? connected.send_track : connected.send_identify))
      .map((call) => ({
        profileId: said.telling.profileId,
        destinationId: connected.destination_id,
        messageId: call.messageId,
        type: call.type,
        name: typeof call['event'] === 'string' ? call['event'] : '',
        payload: jsonText({ ...call, receivedAt: now.toISOString() }),
        receivedAt: now,
      })),
  )

/**
 * Whom it is about, which tools are told of the computation at all, whether those are told anew who were told already, and whether it is looked
 * only whether something was missed: nothing happened.
 */
export type About = {
  readonly profileIds: readonly string[]
  readonly destinations: readonly string[]
  readonly again?: boolean
  readonly missed?: boolean
}

const idsOf = (said: readonly Said[]): readonly string[] => said.map(({ person }) => person.profileId)

/**
 * Brings the destination of a connection to know what is so of these people: the calls that tell it are queued, and that they were is kept, in one
 * transaction that has the connection's turn. So a repeat says nothing. What was so and is over before it was told is not told. Of a connection to a
 * list they are marked only: what is sent there is sent in batches; of whom something happened whatever seems to be known, for a batch
 * may be on its way. Answers how many calls there are to deliver.
 */
export const agree = async (
  tx: Db,
  connected: Connected,
  { profileIds, destinations, again = false, missed = false }: About,
  now: Date,
): Promise<number> => {
  const { spaceId, id, list } = connected
  if (list && !missed) {
    await mark(tx, spaceId, id, profileIds, again)
    return 0
  }
  const people = profileIds.length === 0 ? [] : await lookUp(tx, connected, profileIds)
  const said = people.flatMap((person) => toSay(connected, person, again) ?? [])
  if (list) await mark(tx, spaceId, id, idsOf(said), again)
  if (list || said.length === 0) return 0
  const deliveries = said.flatMap((one) => deliveriesOf(connected, destinations, one, now))
  await enqueueDeliveries(tx, spaceId, deliveries)
  crashPoint('sync.queued')
  await keepTold(
    tx,
    connected,
    said.map(({ telling }) => telling),
  )
  return deliveries.length
}
