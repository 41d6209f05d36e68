import { type Graph, refuse, resolve } from '../profile/graph.ts'
import type { Identifier } from '../profile/identifier.ts'
import { writeTrait } from '../profile/last-write.ts'
import type { Person } from '../profile/person.ts'
import type { Call } from './call.ts'
import type { Attached } from './store.ts'

/** A call as it came, with its identifiers, and apart from them those that are blocked. */
export type Identified = {
  readonly call: Call
  readonly raw: unknown
  readonly identifiers: readonly Identifier[]
  readonly blocked: readonly Identifier[]
}

// Seen again within a quarter of an hour does not rewrite the row: a track call alone then changes no profile at all.
const COARSE_MS = 15 * 60_000

const see = (person: Person, call: Call): void => {
  const at = Math.min(call.timestamp.getTime(), call.receivedAt.getTime())
  if (!call.active || at < person.lastSeenAt + (person.fresh ? 1 : COARSE_MS)) return
  person.lastSeenAt = at
  person.seen = true
}

const writeTraits = (person: Person, call: Call): void => {
  const at = call.timestamp.getTime()
  for (const [key, value] of Object.entries(call.traits)) {
    if (at < (person.traits.times.get(key) ?? -Infinity)) continue
    if (writeTrait(person.traits, key, value, at)) person.traitKeys.add(key)
    person.dirty = true
    person.updatedAt = call.receivedAt
  }
}

const attachAccount = (graph: Graph, call: Call): Person | undefined => {
  const identifiers = call.groupId === undefined ? [] : [{ type: 'group_id', value: call.groupId }]
  const account = resolve(
    graph,
    'accounts',
    identifiers.filter(({ value }) => !graph.rules.of('group_id').blocked(value)),
    call,
  )
  if (account) writeTraits(account, call)
  // Without any trait, it is there.
  if (account?.fresh) account.eventNames.add(call.name)
  return account
}

/** A group call that names nobody: it says traits of an account only. No tracking call can, they need somebody; SQL traits send them. */
export const isAboutAccount = ({ groupId, places }: Call): boolean =>
  groupId !== undefined && places.userId === undefined && places.anonymousId === undefined

/**
 * Says whom each call is about, one after the other in their order, and does to these people what the calls say: identifiers, merges,
 * traits. All in memory; a call without any identifier is about nobody and is left out.
 */
export const attachCalls = (graph: Graph, calls: readonly Identified[]): readonly Attached[] =>
  calls.flatMap(({ call, identifiers, blocked }) => {
    const person = resolve(graph, 'users', identifiers, call)
    if (!person) {
      if (isAboutAccount(call)) attachAccount(graph, call)
      return []
    }
    for (const identifier of blocked) refuse(graph, { code: 'id_value_blocked', identifier, person, cause: call })
    person.eventNames.add(call.name)
    see(person, call)
    if (call.type === 'identify') writeTraits(person, call)
    const account = attachAccount(graph, call)
    if (call.groupId !== undefined && !account) {
      const identifier = { type: 'group_id', value: call.groupId }
      refuse(graph, { code: 'id_value_blocked', identifier, person, cause: call }, 'accounts')
    }
    return [{ call, person, account }]
  })
