import type { Json, JsonObject } from '../../base/json.ts'
import type { Exact } from './exact.ts'

export type Call = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias'

export type Happened = {
  readonly messageId: string
  readonly type: Call
  readonly name: string
  readonly timestamp: Date
  readonly properties: JsonObject
  readonly context: JsonObject
  readonly sourceId?: string
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
  /** Those of `computed` that are numbers, with the digits that JavaScript has not: sums are exact (spec/audiences §11.2). */
  readonly exact?: { readonly [trait: string]: Exact | undefined }
  /** Of an account: its users, without those that were merged away. Of a user: the accounts. */
  readonly linked?: readonly Person[]
}

/** What holds for everybody in the space: which keys are audiences and computed traits, and which identifiers make eligible. */
export type World = {
  readonly audiences: readonly string[]
  readonly computedTraits: readonly string[]
  readonly externalIds: readonly string[]
  /** Of the audiences, those whose members are accounts. */
  readonly accountAudiences?: readonly string[]
  /** Whom the condition is about: people unless told. */
  readonly collection?: Person['collection']
  /** An event that names another group than the account's own does not count for the account (ACC-06). */
  readonly honoursGroups?: boolean
  /** Events from before it don't count: an audience without historical data (spec/audiences §15.2). */
  readonly since?: Date
}

const hasOne = ({ identifiers }: Person, types: readonly string[]): boolean =>
  types.some((type) => Object.hasOwn(identifiers, type) && (identifiers[type] ?? []).length > 0)

/** A user who was not merged away and owns one of the identifiers (spec/audiences §10.4); an account has its own, and needs no other. */
export const isEligible = (person: Person, { collection = 'users', externalIds }: World): boolean =>
  person.collection === collection && !person.merged && (collection === 'accounts' || hasOne(person, externalIds))

const namesAnother = ({ context }: Happened, { identifiers }: Person): boolean => {
  const group = context['groupId']
  return typeof group === 'string' && !(identifiers['group_id'] ?? []).includes(group)
}

/** The users of an account; where events that name another group don't count, without those events (ACC-06). */
export const usersOf = (account: Person, { honoursGroups }: World): readonly Person[] => {
  const users = account.linked ?? []
  if (!honoursGroups) return users
  return users.map((user) => ({ ...user, events: user.events.filter((event) => !namesAnother(event, account)) }))
}

/** The events that are somebody's: of an account those of all its users (spec/audiences §11.2, §12). */
export const eventsOf = (person: Person, world: World): readonly Happened[] => {
  const { since } = world
  const own = person.collection === 'accounts' ? usersOf(person, world).flatMap((user) => user.events) : person.events
  return since === undefined ? own : own.filter((event) => event.timestamp >= since)
}
