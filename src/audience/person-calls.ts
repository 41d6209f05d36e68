import { idFrom } from '../base/ids.ts'
import type { Json, JsonObject } from '../base/json.ts'

/*
 * The calls by which a computation tells of people, as Segment writes them (spec/audiences §17); of accounts `emission.ts` does. Pure: whoever sends them decides to whom, once a
 * connection and identifier. They begin at a change (`membership_change`, a value that is another), so that nobody who never was in is told
 * of, and a recomputation without a change says nothing.
 */

/** The computation that speaks, and to which destinations: all others are told to leave it. */
export type Speaker = {
  readonly class: 'audience' | 'trait' | 'journey_step'
  readonly id: string
  readonly key: string
  readonly spaceId: string
  readonly destinations: readonly string[]
}

/** Whom a call is about: one identifier a call, the email beside it where there is one. */
export type Addressee = {
  readonly userId?: string | undefined
  readonly anonymousId?: string | undefined
  readonly email?: string | undefined
}

export type Call = JsonObject & { readonly type: 'identify' | 'track'; readonly messageId: string }

/** What changed of whom: its id makes the messageId, so that telling it twice is one message. */
export type Occasion = { readonly changeId: string; readonly to: Addressee; readonly at: Date }

const contextOf = ({ class: kind, id, key, spaceId }: Speaker, traits?: JsonObject): JsonObject => ({
  personas: { computation_class: kind, computation_id: id, computation_key: key, namespace: spaceId, space_id: spaceId },
  ...(traits && Object.keys(traits).length > 0 ? { traits } : {}),
})

const common = (speaker: Speaker, { changeId, to, at }: Occasion, what: string) => ({
  messageId: `personas_${idFrom('computation', speaker.id, changeId, what, to.userId ?? '', to.anonymousId ?? '', to.email ?? '')}`,
  timestamp: at.toISOString(),
  ...(to.userId === undefined ? {} : { userId: to.userId }),
  ...(to.anonymousId === undefined ? {} : { anonymousId: to.anonymousId }),
  integrations: { All: false, ...Object.fromEntries(speaker.destinations.map((name) => [name, true])) },
})

const emailOf = ({ email }: Addressee): JsonObject => (email === undefined ? {} : { email })

const identify = (speaker: Speaker, occasion: Occasion, traits: JsonObject): Call => ({
  type: 'identify',
  ...common(speaker, occasion, 'identify'),
  traits: { ...emailOf(occasion.to), ...traits },
  context: contextOf(speaker),
})

const track = (speaker: Speaker, occasion: Occasion, event: string, properties: JsonObject): Call => ({
  type: 'track',
  ...common(speaker, occasion, 'track'),
  event,
  properties,
  context: contextOf(speaker, emailOf(occasion.to)),
})

/** Event names, which a connection may call otherwise. */
export type EventNames = { readonly entered: string; readonly exited: string; readonly computed: string }
export const EVENT_NAMES: EventNames = { entered: 'Audience Entered', exited: 'Audience Exited', computed: 'Trait Computed' }

/** Somebody entered or exited (spec/audiences §17.2): an identify and a track call. */
export const membershipCalls = (
  speaker: Speaker,
  change: 'entered' | 'exited',
  occasion: Occasion,
  names: EventNames = EVENT_NAMES,
): readonly Call[] => {
  const is = change === 'entered'
  return [
    identify(speaker, occasion, { [speaker.key]: is }),
    track(speaker, occasion, names[change], { audience_key: speaker.key, [speaker.key]: is }),
  ]
}

/** A computed trait has another value for somebody (spec/audiences §17.3); null where it has none any more. */
export const valueCalls = (
  speaker: Speaker,
  value: Json,
  occasion: Occasion,
  names: EventNames = EVENT_NAMES,
): readonly Call[] => [
  identify(speaker, occasion, { [speaker.key]: value }),
  track(speaker, occasion, names.computed, { trait_key: speaker.key, [speaker.key]: value }),
]

/** What there is to tell about somebody of whom this was told last (undefined: nothing ever): nothing unless it is another, no exit without an entry. */
export const changeToTell = (told: boolean | undefined, is: boolean): 'entered' | 'exited' | undefined => {
  if (is) return told === true ? undefined : 'entered'
  return told === true ? 'exited' : undefined
}
