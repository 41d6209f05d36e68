import { isDeeperThan, isObject, type Json, type JsonObject, jsonText, storable } from '../base/json.ts'
import type { EventType } from '../db/rows/event.ts'
import { eventName } from '../event/event.ts'
import { parseSubscriptions } from '../subscription/change.ts'
import { MOST_LEVELS } from './body.ts'
import type { Call, Wire } from './call.ts'
import { contextProblem } from './context.ts'
import { type Code, type Problem, problem } from './problems.ts'
import { correctedTime, instantOf } from './time.ts'

/** What stands around a call: the route it came in by, the batch it lay in, the connection. */
export type Surroundings = {
  readonly sourceId: string
  readonly receivedAt: Date
  /** Fixed by the route, else the call's own. */
  readonly type?: EventType
  readonly sentAt?: unknown
  readonly context?: JsonObject
  readonly integrations?: JsonObject
  readonly ip?: string
  /** The id of a call that has none. */
  readonly newMessageId: () => string
}

/** `filtered`: the call itself says that it is not for us (spec/audiences §2.6); it is only asked whether a rule at the door blocks it. */
export type Parsed =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'filtered'; readonly messageId: string; readonly call: Call }
  | { readonly kind: 'problem'; readonly messageId: string | undefined; readonly problem: Problem }

const TYPES: ReadonlySet<string> = new Set<EventType>(['identify', 'track', 'page', 'screen', 'group', 'alias'])
const LONGEST = 500
const LONGEST_MESSAGE_ID = 100
const NOTHING: JsonObject = {}

const absent = (value: unknown): value is null | undefined => value === undefined || value === null

// Several SDKs send `userId: null` or `""` beside an anonymousId: that is none, not a wrong one.
const idProblem = (item: JsonObject): Problem | undefined => {
  const { userId, anonymousId } = item
  for (const [field, id] of [
    ['userId', userId],
    ['anonymousId', anonymousId],
  ] as const) {
    if (!absent(id) && typeof id !== 'string') return problem('id_not_string', field)
    if (typeof id === 'string' && id.length > LONGEST) return problem('id_too_long', field)
  }
  if (userId || anonymousId) return undefined
  return problem(userId === '' || anonymousId === '' ? 'id_not_string' : 'no_user_anon_id')
}

const objectProblem = (value: Json | undefined, wrong: Code, many: Code, most: number): Problem | undefined => {
  if (absent(value)) return undefined
  if (!isObject(value)) return problem(wrong)
  return Object.keys(value).length > most ? problem(many) : undefined
}

const textProblem = (value: Json | undefined, wrong: Code): Problem | undefined =>
  absent(value) || typeof value === 'string' ? undefined : problem(wrong)

const groupProblem = (groupId: Json | undefined, field: string): Problem | undefined => {
  if (typeof groupId !== 'string' || groupId === '') return problem('id_not_string', field)
  return groupId.length > LONGEST ? problem('group_id_too_long', field) : undefined
}

const trackProblem = ({ event, context }: JsonObject): Problem | undefined => {
  if (absent(event) || event === '') return problem('event_not_defined')
  if (typeof event !== 'string') return problem('event_not_string')
  if (event.length > LONGEST) return problem('event_too_long')
  return isObject(context) && context['groupId'] === '' ? problem('id_not_string', 'context.groupId') : undefined
}

/** What a call of each type must be beyond having a person (spec/audiences §2.1). */
const typeProblem = (type: EventType, item: JsonObject): Problem | undefined => {
  const properties = (): Problem | undefined =>
    objectProblem(item['properties'], 'properties_not_object', 'too_many_properties', 300)
  const traits = (): Problem | undefined => objectProblem(item['traits'], 'traits_not_object', 'too_many_traits', 299)
  switch (type) {
    case 'track':
      return trackProblem(item) ?? properties()
    case 'page':
    case 'screen':
      return textProblem(item['name'], 'name_not_string') ?? textProblem(item['category'], 'category_not_string') ?? properties()
    case 'identify':
      return traits()
    case 'group':
      return (absent(item['groupId']) ? problem('id_required') : groupProblem(item['groupId'], 'groupId')) ?? traits()
    case 'alias':
      return item['userId'] ? undefined : problem('id_required', 'userId')
  }
}

// A page's name is asked for as `page_name`; the Profile API shows both (spec/audiences §3.4).
const propertiesOf = (type: EventType, item: JsonObject): JsonObject => {
  const given = isObject(item['properties']) ? item['properties'] : NOTHING
  const traits = isObject(item['traits']) ? item['traits'] : NOTHING
  switch (type) {
    case 'track':
      return given
    case 'page':
    case 'screen': {
      const name = item['name'] ?? given['name']
      const category = item['category'] ?? given['category']
      return { ...given, ...(absent(category) ? {} : { category }), ...(absent(name) ? {} : { name, [`${type}_name`]: name }) }
    }
    case 'identify':
      return traits
    case 'group':
      return { ...traits, group_id: item['groupId'] ?? null }
    case 'alias':
      return { previous_id: item['previousId'] ?? null }
  }
}

// With what the batch says for all of its items; each of their own keys wins.
const withShared = (item: JsonObject, { context }: Surroundings): JsonObject => {
  const own = item['context']
  if (!context || !(absent(own) || isObject(own))) return item
  return { ...item, context: isObject(own) ? { ...context, ...own } : context }
}

const contextOf = (whole: JsonObject, around: Surroundings): JsonObject => {
  const context = objectIn(whole, 'context')
  return context['direct'] === true && around.ip && absent(context['ip']) ? { ...context, ip: around.ip } : context
}

// `All` stands for every destination that is not named, and the space is one of them, under its old name.
const isForUs = (integrations: JsonObject): boolean => (integrations['Personas'] ?? integrations['All'] ?? true) !== false

/** For whom a call is, with what its batch says. */
export const integrationsOf = ({ item, around }: Pick<Wire, 'item' | 'around'>): JsonObject => {
  const own = objectIn(item, 'integrations')
  return around.integrations ? { ...around.integrations, ...own } : own
}

/** Whether a call, with what its batch says, is for the space; it may be for destinations all the same. */
export const isForSpace = (wire: Pick<Wire, 'item' | 'around'>): boolean => isForUs(integrationsOf(wire))

const idOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? storable(value) : undefined
// A number that was read as it was sent is its text: one that gets an id of ours each time would be stored each time that it comes.
const messageIdOf = (value: Json | undefined): string | undefined => idOf(Number.isSafeInteger(value) ? String(value) : value)
const objectIn = (from: JsonObject, key: string): JsonObject => {
  const value = from[key]
  return isObject(value) ? value : NOTHING
}

// `whole`: the item with what its batch says.
const callFrom = (type: EventType, messageId: string, wire: Wire, whole: JsonObject): Call => {
  const { item, at, around } = wire
  const context = contextOf(whole, around)
  const traits = type === 'identify' || type === 'group' ? objectIn(item, 'traits') : NOTHING
  const subscriptions = context['messaging_subscriptions']
  const timestamp = new Date(at)
  return {
    type,
    messageId,
    sourceId: around.sourceId,
    timestamp,
    receivedAt: around.receivedAt,
    name: storable(eventName(type, item['event'] as string | undefined)),
    properties: jsonText(propertiesOf(type, item)),
    context: jsonText(context),
    places: {
      userId: idOf(item['userId']),
      // An alias never brings two ids together (spec/audiences §3.6).
      anonymousId: type === 'alias' ? undefined : idOf(item['anonymousId']),
      traits: type === 'identify' ? traits : NOTHING,
      contextTraits: type === 'alias' ? NOTHING : objectIn(context, 'traits'),
      properties: type === 'alias' ? NOTHING : objectIn(item, 'properties'),
      context: type === 'alias' ? NOTHING : context,
    },
    groupId: type === 'group' ? idOf(item['groupId']) : undefined,
    traits,
    subscriptions: absent(subscriptions)
      ? []
      : parseSubscriptions(subscriptions).changes.map((change) => ({ ...change, at: timestamp })),
    active: context['active'] !== false,
    wire,
  }
}

const check = (type: unknown, item: JsonObject, at: number): Problem | undefined => {
  if (absent(type)) return problem('missing_type')
  if (typeof type !== 'string' || !TYPES.has(type)) return problem('invalid_type')
  const early = at < 0 || (instantOf(item['originalTimestamp'] ?? item['timestamp']) ?? 0) < 0
  return (
    idProblem(item) ??
    typeProblem(type as EventType, item) ??
    contextProblem(item['context']) ??
    (early ? problem('timestamp_before_1970') : undefined) ??
    (isDeeperThan(MOST_LEVELS, item) ? problem('too_deep') : undefined)
  )
}

const NO_CALL: Problem = { ...problem('bad_request'), message: 'the call is not an object', remedy: 'send {"type": "track", …}' }

/** Checks one call against the spec and makes it ready to be stored: one pass, because this is where the load is. Never throws. */
export const parseCall = (item: unknown, around: Surroundings): Parsed => {
  if (!isObject(item)) return { kind: 'problem', messageId: undefined, problem: NO_CALL }
  const messageId = messageIdOf(item['messageId']) ?? around.newMessageId()
  if (messageId.length > LONGEST_MESSAGE_ID) return { kind: 'problem', messageId, problem: problem('message_id_too_long') }
  const at = correctedTime(item['originalTimestamp'] ?? item['timestamp'], item['sentAt'] ?? around.sentAt, around.receivedAt)
  const type = around.type ?? item['type']
  const whole = withShared(item, around)
  const wrong = check(type, whole, at)
  if (wrong) return { kind: 'problem', messageId, problem: wrong }
  const call = callFrom(type as EventType, messageId, { item, at, around }, whole)
  return isForSpace({ item, around }) ? { kind: 'call', call } : { kind: 'filtered', messageId, call }
}

/** What stands around a call that says itself what its batch said for all, as rules see it: what they took out of it does not come back. */
export const aroundSeen = ({ context: _, integrations: __, ip: ___, ...around }: Surroundings): Surroundings => around

/** Checks a call again after a rule at the door changed it. Its id, its time and its source stay. */
export const reparse = (call: Call, wire: Wire, item: JsonObject): Parsed => {
  const { at } = wire
  const around = aroundSeen(wire.around)
  const wrong = check(call.type, item, at)
  if (wrong) return { kind: 'problem', messageId: call.messageId, problem: wrong }
  return { kind: 'call', call: callFrom(call.type, call.messageId, { item, at, around }, item) }
}
