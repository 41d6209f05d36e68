import type { Json, JsonObject } from '../../base/json.ts'
import type { Comparison, Condition, EventSelection, Filter, Measure, Reference } from '../condition.ts'
import { holds } from './matches.ts'
import { inTime } from './measure.ts'
import { jsonsAt, keysOf } from './path.ts'
import { type Happened, usersOf } from './person.ts'
import { isPartOf, type Place, referencedValues, traitJsons } from './place.ts'
import { childrenOf, directChildren, keptOut, type Missing, named, passes, selected } from './selection.ts'
import { jsonOf } from './value.ts'

/** An event as evidence: the properties that were asked about, and in a funnel what came of it. `why` it does not count, where it doesn't. */
export type EventShown = {
  readonly messageId: string
  readonly name: string
  readonly timestamp: string
  readonly properties: JsonObject
  readonly why?: Missing | 'session'
  readonly followedBy?: readonly Happenings[]
}

/** Events that count, newest first: how many, and the first of them; and some of the name that don't count. */
export type Happenings = {
  readonly name: string
  readonly count: number
  readonly events: readonly EventShown[]
  readonly missed: readonly EventShown[]
}

/** Linked users of an account, and whether the condition is true of them. */
export type Linked = {
  readonly total: number
  readonly matching: number
  readonly users: readonly { readonly profileId: string; readonly matches: boolean }[]
}

export type Shown = {
  readonly happenings?: Happenings
  /** What a reference on the right side came to. */
  readonly threshold?: Json
  /** Entries of an array: those that satisfy the condition, or all where none does. */
  readonly entries?: readonly Json[]
  readonly partOf?: boolean
  readonly linked?: Linked
}

/** How many of each are shown. */
const MOST = { events: 5, missed: 3, entries: 5, users: 10 } as const

const PREFIX = { property: '', context: 'context.' } as const

type Property = { readonly label: string; readonly from: 'property' | 'context'; readonly path: string }

const pathsOfCompare = (compare: Comparison): readonly Property[] => {
  const rights: readonly unknown[] = 'value' in compare ? [compare.value] : 'values' in compare ? compare.values : []
  return rights.flatMap((right): readonly Property[] => {
    const { reference, path } = (typeof right === 'object' ? right : {}) as { reference?: string; path?: string }
    if ((reference !== 'property' && reference !== 'context') || path === undefined) return []
    return [{ label: `${PREFIX[reference]}${path}`, from: reference, path }]
  })
}

const pathOfMeasure = (measure: Measure): readonly Property[] => {
  if (measure.kind === 'count') return []
  const from = measure.of === 'context' ? 'context' : 'property'
  return [{ label: `${PREFIX[from]}${measure.property}`, from, path: measure.property }]
}

/** The properties of an event that a filter looks at. */
const pathsOf = (filter: Filter): readonly Property[] => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(pathsOf)
    case 'not':
      return pathsOf(filter.filter)
    case 'property':
    case 'context':
      return [
        { label: `${PREFIX[filter.type]}${filter.path}`, from: filter.type, path: filter.path },
        ...pathsOfCompare(filter.compare),
      ]
    case 'any_element':
      return [{ label: filter.path, from: 'property', path: filter.path }]
    case 'trait':
      return pathsOfCompare(filter.compare)
    case 'event':
      return parentPaths(filter.event.where)
  }
}

/** The properties of the parent that a child refers to. */
const parentPaths = (where: Filter | undefined): readonly Property[] => {
  if (where === undefined) return []
  if (where.type === 'and' || where.type === 'or') return where.filters.flatMap(parentPaths)
  if (where.type === 'not' || where.type === 'any_element') return parentPaths(where.filter)
  const rights: readonly unknown[] = 'compare' in where && 'value' in where.compare ? [where.compare.value] : []
  return rights.flatMap((right): readonly Property[] => {
    const { reference, path } = (typeof right === 'object' ? right : {}) as { reference?: string; path?: string }
    return reference === 'parent' && path !== undefined ? [{ label: path, from: 'property', path }] : []
  })
}

type Selected = { readonly event: EventSelection; readonly measure: Measure }

const propertiesOf = (event: Happened, { event: { where }, measure }: Selected): JsonObject => {
  const asked: readonly Property[] = [...(where === undefined ? [] : pathsOf(where)), ...pathOfMeasure(measure)]
  return Object.fromEntries(
    asked.map(({ label, from, path }) => {
      const found = jsonsAt(from === 'property' ? event.properties : event.context, keysOf(path))
      return [label, found.length > 1 ? found : (found[0] ?? null)] as const
    }),
  )
}

const followersOf = (place: Place, { where }: EventSelection): readonly Happenings[] =>
  where === undefined
    ? []
    : directChildren(where).map((child) => {
        const { entry: _, event, ...rest } = place
        return happeningsOf(child, { ...rest, ...(event ? { parent: event } : {}) }, childrenOf(child, place))
      })

const shownEvent = (event: Happened, of: Selected, place: Place, why?: EventShown['why']): EventShown => {
  const followedBy = followersOf({ ...place, event }, of.event)
  return {
    ...{ messageId: event.messageId, name: event.name, timestamp: event.timestamp.toISOString() },
    properties: propertiesOf(event, of),
    ...(why === undefined ? {} : { why }),
    ...(followedBy.length === 0 ? {} : { followedBy }),
  }
}

const happeningsOf = (of: Selected, place: Place, counting: readonly Happened[]): Happenings => {
  const counts = new Set(counting)
  const others = named(of.event.name, place).filter((event) => !counts.has(event))
  const newest = (events: readonly Happened[], most: number): readonly Happened[] => inTime(events).toReversed().slice(0, most)
  return {
    name: of.event.name,
    count: counting.length,
    events: newest(counting, MOST.events).map((event) => shownEvent(event, of, place)),
    // Of a child only what came after its parent could have counted.
    missed: newest(
      others.filter((event) => place.parent === undefined || event.timestamp > place.parent.timestamp),
      MOST.missed,
    ).map((event) => shownEvent(event, of, place, keptOut(event, of.event, place) ?? (place.parent ? 'window' : 'session'))),
  }
}

const entriesOf = (condition: Extract<Condition, { type: 'any_element' }>, place: Place): readonly Json[] => {
  const all = traitJsons(place, condition.path).flatMap((json): readonly Json[] => (Array.isArray(json) ? json : []))
  const satisfying = all.filter((json) => passes(condition.filter, { ...place, entry: { json } }))
  return (satisfying.length > 0 ? satisfying : all).slice(0, MOST.entries)
}

const linkedOf = (condition: Condition, { person, ...place }: Place): Linked => {
  const users = usersOf(person, place.world).map((user) => ({
    profileId: user.id,
    matches: holds(condition, { ...place, person: user }),
  }))
  const matching = users.filter((each) => each.matches).length
  return {
    total: users.length,
    matching,
    users: users.toSorted((a, b) => Number(b.matches) - Number(a.matches)).slice(0, MOST.users),
  }
}

const thresholdOf = (compare: Comparison, place: Place): { readonly threshold?: Json } => {
  const rights = 'value' in compare ? [compare.value] : compare.operator === 'contains' ? compare.values : []
  const references = rights.filter((right): right is Reference => typeof right === 'object' && 'reference' in right)
  if (references.length === 0) return {}
  const found = references.flatMap((each) => referencedValues(place, each)).map(jsonOf)
  return { threshold: found.length > 1 ? found : (found[0] ?? null) }
}

/** What the answer of a condition without conditions in it rests on. */
export const evidenceOf = (condition: Condition, place: Place): Shown => {
  switch (condition.type) {
    case 'trait':
      return thresholdOf(condition.compare, place)
    case 'any_element':
      return { entries: entriesOf(condition, place) }
    case 'event':
      return {
        happenings: happeningsOf(condition, place, selected(condition.event, place)),
        ...thresholdOf(condition.compare, place),
      }
    case 'audience':
      return { partOf: isPartOf(place.person, condition.audience, place.world) }
    case 'any':
    case 'all':
      return { linked: linkedOf(condition.condition, place) }
    case 'and':
    case 'or':
    case 'not':
      return {}
  }
}
