import type { Json, JsonObject } from '../../src/base/json.ts'

export type Call = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias'

export type Happened = {
  readonly messageId: string
  readonly type: Call
  readonly name: string
  readonly timestamp: Date
  readonly properties: JsonObject
  readonly context: JsonObject
}

/** All that is known of one profile. `memberships` and `computed` are by key: what the last evaluation stored. */
export type Person = {
  readonly id: string
  readonly collection: 'users' | 'accounts'
  readonly merged: boolean
  readonly identifiers: { readonly [type: string]: readonly string[] }
  readonly traits: JsonObject
  readonly events: readonly Happened[]
  readonly memberships: { readonly [audience: string]: 'member' | 'exited' }
  readonly computed: { readonly [trait: string]: Json }
}

/** What holds for everybody in the space: which keys are audiences and computed traits, and which identifiers make eligible. */
export type World = {
  readonly audiences: readonly string[]
  readonly computedTraits: readonly string[]
  readonly externalIds: readonly string[]
}

/** A user who was not merged away and owns one of the identifiers (spec/audiences §10.4). */
export const isEligible = (person: Person, world: World): boolean =>
  person.collection === 'users' &&
  !person.merged &&
  world.externalIds.some((type) => Object.hasOwn(person.identifiers, type) && (person.identifiers[type] ?? []).length > 0)
