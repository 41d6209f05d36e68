import { keysOf } from '../audience/path.ts'
import { at, isObject, type Json, type JsonObject } from '../base/json.ts'
import type { OutboxItem } from '../db/outbox.ts'

/** An event that some journey waits for, as the outbox tells it. */
export type Happening = {
  readonly profileId: string
  readonly event: string
  readonly messageId: string
  /** When it was taken in: what comes before or after a run's arrival is decided by this, not by the sender's clock. */
  readonly at: Date
  /** Orders events, and says which are behind a run: `<taken in> <happened> <message id>`. */
  readonly mark: string
  readonly properties: JsonObject
  readonly context: JsonObject
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

/** An event's place: by when it was taken in, then by when it happened, then by its id. */
export const markOf = (takenIn: Date, happened: string, messageId: string): string =>
  `${takenIn.toISOString()} ${happened} ${messageId}`

const happeningOf = ({ profile_id: profileId, payload, created_at }: OutboxItem): Happening => {
  const messageId = text(payload['message_id'])
  return {
    profileId,
    event: text(payload['name']),
    messageId,
    at: created_at,
    mark: markOf(created_at, text(payload['timestamp']), messageId),
    properties: object(payload['properties']),
    context: object(payload['context']),
  }
}

/**
 * Events in rounds: the first of each profile, then the second of each, and so on. Within a round nobody has two, so a set statement treats
 * each person's events one after the other, in the order in which they came.
 */
export const inRounds = (happenings: readonly Happening[]): readonly (readonly Happening[])[] => {
  const rounds: Happening[][] = []
  const turns = new Map<string, number>()
  for (const happening of happenings.toSorted((a, b) => (a.mark < b.mark ? -1 : 1))) {
    const turn = turns.get(happening.profileId) ?? 0
    turns.set(happening.profileId, turn + 1)
    const round = rounds[turn] ?? []
    rounds[turn] = round
    round.push(happening)
  }
  return rounds
}

export const roundsOf = (items: readonly OutboxItem[]): readonly (readonly Happening[])[] => inRounds(items.map(happeningOf))

/** The value that tells runs of one profile apart, as text; empty where the event has none (spec/journeys §3.1). */
export const identifierOf = (happening: Happening, property: string | undefined): string => {
  const value = property === undefined ? undefined : at(happening.properties, keysOf(property))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
