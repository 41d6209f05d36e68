import { idFrom } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { EventType } from '../../db/rows/event.ts'

/** A stored event with the identifiers that its person has now. */
export type PastEvent = {
  readonly message_id: string
  readonly type: EventType
  readonly name: string
  readonly timestamp: Date
  readonly properties: JsonObject
  readonly context: JsonObject
  readonly received_at: Date
  readonly profile_id: string
  readonly identifiers: Readonly<Record<string, readonly string[]>>
}

const MOST_IDENTIFIERS = 50

const without = (from: JsonObject, ...keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)))

/** What a stored event was when it was sent: what storing added is taken out again. */
export const contentOf = ({ type, name, properties }: PastEvent): JsonObject => {
  switch (type) {
    case 'track':
      return { event: name, properties }
    case 'page':
      return { properties: without(properties, 'page_name') }
    case 'screen':
      return { properties: without(properties, 'screen_name') }
    case 'identify':
      return { traits: properties }
    case 'group':
      return { groupId: properties['group_id'] ?? null, traits: without(properties, 'group_id') }
    case 'alias':
      return { previousId: properties['previous_id'] ?? null }
  }
}

const externalIds = ({ identifiers }: PastEvent, taken: ReadonlySet<string>): readonly Json[] =>
  Object.entries(identifiers)
    .flatMap(([type, values]) => values.map((id) => ({ type, id })))
    .filter(({ type, id }) => !taken.has(`${type} ${id}`))
    .slice(0, MOST_IDENTIFIERS)
    .map(({ type, id }) => ({ type, id, collection: 'users', encoding: 'none' }))

/** The user id and the anonymous id that somebody has now. Who has neither gets an anonymous id that stands for her. */
export const idsOf = (
  spaceId: string,
  { identifiers, profile_id }: PastEvent,
): { readonly userId?: string; readonly anonymousId?: string } => {
  const [userId] = identifiers['user_id'] ?? []
  const [known] = identifiers['anonymous_id'] ?? []
  const anonymousId = known ?? (userId === undefined ? idFrom('replay', spaceId, profile_id) : undefined)
  return { ...(userId === undefined ? {} : { userId }), ...(anonymousId === undefined ? {} : { anonymousId }) }
}

/**
 * The call that brings an event of one space into another: the same messageId, time and content, under the identifiers that its person has
 * there now, because what identified the call itself is not kept. Somebody with neither user id nor anonymous id gets one that stands for her.
 */
export const callOfEvent = (spaceId: string, event: PastEvent): JsonObject => {
  const { message_id: messageId, type, timestamp, context } = event
  const ids = idsOf(spaceId, event)
  const others = externalIds(event, new Set([`user_id ${ids.userId}`, `anonymous_id ${ids.anonymousId}`]))
  const own: Json = context['externalIds'] ?? []
  const all = [...(Array.isArray(own) ? own : []), ...others]
  return {
    type,
    messageId,
    timestamp: timestamp.toISOString(),
    ...ids,
    ...contentOf(event),
    context: { ...context, ...(all.length > 0 ? { externalIds: all } : {}) },
  }
}
