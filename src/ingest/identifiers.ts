import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { type Identifier, identifier } from '../profile/identifier.ts'
import type { Rules } from '../profile/rules.ts'
import { normaliseAddress } from '../subscription/address.ts'

/** The parts of a call in which identifiers are looked for. */
export type Places = {
  readonly userId: string | undefined
  readonly anonymousId: string | undefined
  /** Only an identify call's: a group call's traits are the account's. */
  readonly traits: JsonObject
  readonly contextTraits: JsonObject
  readonly properties: JsonObject
  readonly context: JsonObject
}

const NOTHING: JsonObject = {}
const objectAt = (from: JsonObject, key: string): JsonObject => {
  const value = from[key]
  return isObject(value) ? value : NOTHING
}

/** Where in a call a type is read from, in words, and how it is read there. */
type Reader = { readonly places: readonly string[]; readonly read: (places: Places) => readonly unknown[] }

const ofDevice = (name: 'Android' | 'iOS', key: string): Reader => {
  const platform = name.toLowerCase()
  return {
    places: [`context.device.${key} of ${name}`],
    read: ({ context }) => {
      const { device } = context
      if (!isObject(device) || String(device['type']).toLowerCase() !== platform) return []
      if (key === 'advertisingId' && device['adTrackingEnabled'] !== true) return []
      return [device[key]]
    },
  }
}

const ofTraits = (key: string): Reader => ({
  places: [`traits.${key}`, `context.traits.${key}`],
  read: ({ traits, contextTraits }) => [traits[key], contextTraits[key]],
})

/** The types that Usher knows by itself (spec/audiences §5.1, §29 #3, #4). */
const BUILT_IN: ReadonlyMap<string, Reader> = new Map([
  ['user_id', { places: ['userId'], read: ({ userId }) => [userId] }],
  ['anonymous_id', { places: ['anonymousId'], read: ({ anonymousId }) => [anonymousId] }],
  ['email', ofTraits('email')],
  ['phone', ofTraits('phone')],
  ['android.id', ofDevice('Android', 'id')],
  ['android.idfa', ofDevice('Android', 'advertisingId')],
  ['android.push_token', ofDevice('Android', 'token')],
  ['ios.id', ofDevice('iOS', 'id')],
  ['ios.idfa', ofDevice('iOS', 'advertisingId')],
  ['ios.push_token', ofDevice('iOS', 'token')],
  [
    'ga_client_id',
    {
      places: ['context.integrations.Google Analytics.clientId'],
      read: ({ context }) => [objectAt(objectAt(context, 'integrations'), 'Google Analytics')['clientId']],
    },
  ],
  ['braze_id', { places: ['context.Braze.braze_id'], read: ({ context }) => [objectAt(context, 'Braze')['braze_id']] }],
])
const readers = [...BUILT_IN].map(([type, { read }]) => [type, read] as const)

const camel = (key: string): string => key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What of that which Usher knows by itself may be read from properties, too (spec/audiences §29 #3). */
export const MAY_READ_TRAITS: ReadonlySet<string> = new Set(['email', 'phone'])

// A type that a person configured is read from traits and properties of its name, in both spellings.
const configured = (type: string, { traits, contextTraits, properties }: Places): readonly unknown[] =>
  isBuiltIn(type) && !MAY_READ_TRAITS.has(type)
    ? []
    : [traits, contextTraits, properties].flatMap((from) =>
        [...new Set([type, camel(type), snake(type)])].map((key) => from[key]),
      )

const TYPE = /^[a-z0-9][a-z0-9_.$-]*$/

// All four fields must be there (spec/audiences §5.1).
const external = (item: Json): readonly [string, unknown] | undefined =>
  isObject(item) &&
  typeof item['type'] === 'string' &&
  TYPE.test(item['type']) &&
  item['collection'] === 'users' &&
  item['encoding'] === 'none'
    ? [item['type'], item['id']]
    : undefined

/** One spelling per value: e-mail trimmed and in lower case, phone in E.164 where it is one; everything else exactly as it is. */
export const spelled = (type: string, value: string): string => {
  if (type === 'email') return value.trim().toLowerCase()
  if (type === 'phone') return normaliseAddress('sms', value) ?? value.trim()
  return value
}

export type Found = { readonly identifiers: readonly Identifier[]; readonly blocked: readonly Identifier[] }
const NONE: readonly Identifier[] = []

/** Every identifier that a call carries, in the order of the table, and apart from them those that the rules block. */
export const identifiersOf = (places: Places, rules: Rules): Found => {
  let blocked: Map<string, Identifier> | undefined
  const distinct = new Map<string, Identifier>()
  // Most places hold nothing: they cost a look and no more.
  const take = (type: string, value: unknown): void => {
    if (typeof value !== 'string') return
    const id = identifier(type, spelled(type, value))
    if (!id) return
    if (rules.of(type).blocked(id.value)) {
      blocked ??= new Map()
      blocked.set(`${type} ${id.value}`, id)
    } else distinct.set(`${type} ${id.value}`, id)
  }
  for (const [type, read] of readers) for (const value of read(places)) take(type, value)
  for (const type of rules.configured) for (const value of configured(type, places)) take(type, value)
  const externalIds = places.context['externalIds']
  if (Array.isArray(externalIds))
    for (const item of externalIds) {
      const pair = external(item)
      if (pair) take(...pair)
    }
  return { identifiers: [...distinct.values()], blocked: blocked ? [...blocked.values()] : NONE }
}

/** Where in a call an identifier of a type is looked for, in words; `readsTraits`: it is configured to be read from traits and properties, too. */
export const placesOf = (type: string, readsTraits: boolean): readonly string[] => {
  const own = BUILT_IN.get(type)?.places ?? (type === 'group_id' ? ['groupId'] : [])
  const named = readsTraits ? [`traits.${type}`, `context.traits.${type}`, `properties.${type}`] : []
  return [...new Set([...own, ...named, ...(type === 'group_id' ? [] : ['context.externalIds'])])]
}

/** The types that Usher knows by itself. */
export const BUILT_IN_TYPES: readonly string[] = [...BUILT_IN.keys()]

/** Whether a type needs a row in the settings when it turns up: every other than those that Usher knows by itself. */
export const isBuiltIn = (type: string): boolean => BUILT_IN.has(type)
