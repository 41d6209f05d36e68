import { must, unreachable } from '../base/must.ts'
import { type Collection, type Identifier, identifierKey } from './identifier.ts'
import { uniteTraits } from './last-write.ts'
import { freshPerson, living, older, type Person } from './person.ts'
import type { Refusal } from './refusal.ts'
import { MOST_IDENTIFIERS, MOST_MERGES, type Rules } from './rules.ts'

/** What a call says about itself, kept with the identifiers and merges it caused. */
export type Cause = { readonly messageId: string; readonly sourceId: string; readonly receivedAt: Date }
export type Added = Identifier & { readonly collection: Collection; readonly person: Person; readonly cause: Cause }
export type Merge = { readonly winner: Person; readonly loser: Person; readonly cause: Cause }

/**
 * The part of the identity graph that one batch touches. Calls are resolved on it one after the other, in memory, so that a batch does
 * exactly what its calls would do one by one; afterwards `added`, `moved` and `merges` are written.
 */
export type Graph = {
  readonly rules: Rules
  readonly people: Map<string, Person>
  readonly byIdentifier: Map<string, Person>
  /** Identifiers older than the period that their limit counts. */
  readonly aged: ReadonlySet<string>
  readonly added: Map<string, Added>
  /** Stored identifiers whose profile was merged away. */
  readonly moved: Map<string, Identifier & { readonly collection: Collection; readonly person: Person }>
  readonly merges: Merge[]
  /** Identifiers that were not taken. */
  readonly refusals: Refusal[]
  readonly newId: () => string
}

export const createGraph = (people: readonly Person[], rules: Rules, aged: ReadonlySet<string>, newId: () => string): Graph => {
  const byIdentifier = new Map<string, Person>()
  for (const person of people)
    for (const [type, values] of person.identifiers)
      for (const value of values) byIdentifier.set(identifierKey(person.collection, { type, value }), person)
  const known = new Map(people.map((person) => [person.id, person]))
  return { rules, people: known, byIdentifier, aged, added: new Map(), moved: new Map(), merges: [], refusals: [], newId }
}

const counted = (graph: Graph, collection: Collection, type: string, values: Iterable<string>): number => {
  if (graph.rules.of(type).since === undefined) return new Set(values).size
  return [...new Set(values)].filter((value) => !graph.aged.has(identifierKey(collection, { type, value }))).length
}

// Would this make a profile with too many values of a type? One that already has too many (the limit was lowered) may stay as it is.
// Answers the type.
const exceeded = (
  graph: Graph,
  collection: Collection,
  people: readonly Person[],
  incoming: readonly Identifier[],
): string | undefined => {
  const types = new Set(incoming.map(({ type }) => type))
  if (people.length > 1) for (const person of people) for (const type of person.identifiers.keys()) types.add(type)
  return [...types].find((type) => {
    const held = people.map((person) => person.identifiers.get(type) ?? [])
    const together = [...held.flat(), ...incoming.filter((id) => id.type === type).map((id) => id.value)]
    const count = counted(graph, collection, type, together)
    return (
      count > graph.rules.of(type).limit && count > Math.max(0, ...held.map((values) => counted(graph, collection, type, values)))
    )
  })
}

const sizeOf = (person: Person): number => [...person.identifiers.values()].reduce((sum, values) => sum + values.length, 0)

// In place of trait keys: look at everything. A first identifier of the right type makes somebody eligible for audiences that mention
// nothing of what this batch brought (spec/audiences §10.4), and so does a merge.
const EVERYTHING = '*'

type Refused = Pick<Refusal, 'code' | 'identifier' | 'person' | 'cause'> & { readonly type?: string }

const reasonOf = (graph: Graph, { code, type = '' }: Refused, other: Person | undefined): string => {
  switch (code) {
    case 'id_value_blocked':
      return 'This value is blocked: it stands for nobody in particular.'
    case 'profile_merge_limit_exceeded':
      return `It belongs to another profile, and at most ${MOST_MERGES} are merged into one.`
    case 'id_mapping_limit_exceeded':
      return other
        ? `It belongs to another profile: merged, they would have more than ${MOST_IDENTIFIERS.toLocaleString('en')} identifiers.`
        : `A profile has at most ${MOST_IDENTIFIERS.toLocaleString('en')} identifiers.`
    case 'id_value_limit_exceeded':
    case 'id_time_limit_exceeded': {
      const { limit, since } = graph.rules.of(type)
      const most = `more than ${limit} ${type}${since ? ` first seen since ${since.toISOString().slice(0, 10)}` : ''}`
      return other
        ? `It belongs to another profile: merged, they would have ${most}.`
        : `With all that this call says, the profile would have ${most}.`
    }
    default:
      return unreachable(code)
  }
}

/** Notes that an identifier was not taken by whom its call is about. */
export const refuse = (graph: Graph, refused: Refused, collection: Collection = refused.person.collection): void => {
  const { code, identifier, person, cause } = refused
  const owner = graph.byIdentifier.get(identifierKey(collection, identifier))
  const other = owner && living(owner) !== living(person) ? living(owner) : undefined
  graph.refusals.push({ code, collection, identifier, person, other, reason: reasonOf(graph, refused, other), cause })
}

const attach = (graph: Graph, person: Person, identifiers: readonly Identifier[], cause: Cause): void => {
  for (const { type, value } of identifiers) {
    const key = identifierKey(person.collection, { type, value })
    if (graph.byIdentifier.has(key)) continue
    if (sizeOf(person) >= MOST_IDENTIFIERS) {
      refuse(graph, { code: 'id_mapping_limit_exceeded', identifier: { type, value }, person, cause })
      continue
    }
    person.identifiers.set(type, [value, ...(person.identifiers.get(type) ?? [])])
    person.dirty = true
    person.updatedAt = cause.receivedAt
    if (!person.fresh) person.traitKeys.add(EVERYTHING)
    graph.byIdentifier.set(key, person)
    graph.added.set(key, { type, value, collection: person.collection, person, cause })
  }
}

const moveIdentifiers = (graph: Graph, winner: Person, loser: Person): void => {
  for (const [type, values] of loser.identifiers) {
    winner.identifiers.set(type, [...(winner.identifiers.get(type) ?? []), ...values])
    for (const value of values) {
      const key = identifierKey(loser.collection, { type, value })
      graph.byIdentifier.set(key, winner)
      if (!graph.added.has(key)) graph.moved.set(key, { type, value, collection: loser.collection, person: winner })
    }
  }
  loser.identifiers.clear()
}

const merge = (graph: Graph, winner: Person, loser: Person, cause: Cause): void => {
  moveIdentifiers(graph, winner, loser)
  const keys = [...winner.traits.times.keys(), ...loser.traits.times.keys()]
  uniteTraits(winner.traits, loser.traits)
  for (const key of [...keys, EVERYTHING]) winner.traitKeys.add(key)
  for (const name of loser.eventNames) winner.eventNames.add(name)
  loser.traits.values.clear()
  loser.traits.times.clear()
  winner.mergeCount += loser.mergeCount + 1
  winner.lastSeenAt = Math.max(winner.lastSeenAt, loser.lastSeenAt)
  loser.mergedInto = winner
  for (const person of [winner, loser]) {
    person.dirty = true
    person.updatedAt = cause.receivedAt
  }
  graph.merges.push({ winner, loser, cause })
}

const mergeAll = (graph: Graph, people: readonly Person[], cause: Cause): Person => {
  const winner = people.reduce(older)
  for (const loser of people.toSorted((a, b) => (older(a, b) === a ? -1 : 1)))
    if (loser !== winner) merge(graph, winner, loser, cause)
  return winner
}

const create = (graph: Graph, collection: Collection, cause: Cause): Person => {
  const person = freshPerson(graph.newId(), collection, cause.receivedAt)
  graph.people.set(person.id, person)
  return person
}

// What keeps people from being merged, if anything does.
const capOf = (people: readonly Person[]): 'profile_merge_limit_exceeded' | 'id_mapping_limit_exceeded' | undefined => {
  if (people.length < 2) return undefined
  if (people.reduce((sum, person) => sum + person.mergeCount, people.length - 1) > MOST_MERGES)
    return 'profile_merge_limit_exceeded'
  return people.reduce((sum, person) => sum + sizeOf(person), 0) > MOST_IDENTIFIERS ? 'id_mapping_limit_exceeded' : undefined
}

const settle = (
  graph: Graph,
  collection: Collection,
  people: readonly Person[],
  identifiers: readonly Identifier[],
  cause: Cause,
): Person => {
  const [first] = people
  if (!first) {
    const person = create(graph, collection, cause)
    attach(graph, person, identifiers, cause)
    return person
  }
  const cap = capOf(people)
  if (cap === undefined) {
    const person = people.length === 1 ? first : mergeAll(graph, people, cause)
    attach(graph, person, identifiers, cause)
    return person
  }
  // At the cap nothing is merged any more: the event goes to whom its highest identifier names.
  for (const one of identifiers) {
    const owner = graph.byIdentifier.get(identifierKey(collection, one))
    const type = exceeded(graph, collection, [first], [one])
    if (owner && living(owner) !== first) refuse(graph, { code: cap, identifier: one, person: first, cause })
    else if (type === undefined) attach(graph, first, [one], cause)
    else refuse(graph, { code: limitCode(graph, type), type, identifier: one, person: first, cause })
  }
  return first
}

type Aside = { readonly identifier: Identifier; readonly type: string }

const limitCode = (graph: Graph, type: string): Refusal['code'] =>
  graph.rules.of(type).since ? 'id_time_limit_exceeded' : 'id_value_limit_exceeded'

// What was put aside may be theirs already.
const tell = (graph: Graph, aside: readonly Aside[], person: Person, cause: Cause): Person => {
  for (const { identifier, type } of aside) {
    const owner = graph.byIdentifier.get(identifierKey(person.collection, identifier))
    if (!owner || living(owner) !== living(person))
      refuse(graph, { code: limitCode(graph, type), type, identifier, person, cause })
  }
  return person
}

/**
 * Finds or makes whom these identifiers name, and merges those they bring together (spec/audiences §5.3). While the resulting profile
 * would break a limit, the identifier of lowest priority is put aside. Undefined without any identifier.
 */
export const resolve = (
  graph: Graph,
  collection: Collection,
  identifiers: readonly Identifier[],
  cause: Cause,
): Person | undefined => {
  const [first] = identifiers
  const known = first && identifiers.length === 1 ? graph.byIdentifier.get(identifierKey(collection, first)) : undefined
  if (known) return living(known)
  let kept = identifiers.toSorted((a, b) => graph.rules.compare(a.type, b.type))
  const aside: Aside[] = []
  while (kept.length > 0) {
    const found = kept.map((id) => graph.byIdentifier.get(identifierKey(collection, id)))
    const people = [...new Set(found.filter((person) => person !== undefined).map(living))]
    const [only] = people
    if (only && people.length === 1 && !found.includes(undefined)) return tell(graph, aside, only, cause)
    const type = exceeded(graph, collection, people, kept)
    if (type === undefined) return tell(graph, aside, settle(graph, collection, people, kept, cause), cause)
    const lowest = must(kept.at(-1), 'the identifier of lowest priority')
    if (kept.length === 1) return tell(graph, aside, only ?? settle(graph, collection, [], kept, cause), cause)
    aside.push({ identifier: lowest, type })
    kept = kept.slice(0, -1)
  }
  return undefined
}
