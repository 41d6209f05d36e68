import { milliseconds } from '../base/duration.ts'
import type { Problem } from '../base/errors.ts'
import { unreachable } from '../base/must.ts'
import type { Collection } from '../profile/identifier.ts'
import { DEFAULT_LIMITS, type Limits } from '../space/limit.ts'
import type { Catalog } from './catalog.ts'
import { referencesIn } from './compare.ts'
import {
  type Comparison,
  type ComputedTraitDefinition,
  type Condition,
  type EventSelection,
  type Filter,
  isReference,
  type Leaf,
  type Measure,
} from './condition.ts'
import { instantOf } from './literal.ts'
import { answersOf } from './measures/index.ts'
import { keysOf, rootOf } from './path.ts'
import { problemsOfCollection, traitProblemsOfCollection } from './validate-collection.ts'
import { allComparesIn, comparesOf, leavesOf } from './walk.ts'
import { longestDelay } from './windows.ts'

const DEEPEST = 20
const LONGEST_MS = 36_500 * 86_400_000
const SHORTEST_SESSION_MS = 30 * 60_000
const LONGEST_SESSION_MS = 90 * 86_400_000

const depthOf = (node: Condition | Filter): number => {
  switch (node.type) {
    case 'and':
    case 'or':
      return 1 + Math.max(...('conditions' in node ? node.conditions : node.filters).map(depthOf))
    case 'not':
    case 'any':
    case 'all':
      return 1 + depthOf('condition' in node ? node.condition : node.filter)
    case 'any_element':
      return 1 + depthOf(node.filter)
    case 'event':
      return 1 + (node.event.where ? depthOf(node.event.where) : 0)
    default:
      return 1
  }
}

const text = (field: string, value: unknown): readonly Problem[] =>
  typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed())
    ? [{ field, message: 'has a character that cannot be stored', remedy: 'take out U+0000 and broken surrogate pairs' }]
    : []

const duration = (field: string, value: string | undefined): readonly Problem[] =>
  value !== undefined && milliseconds(value) > LONGEST_MS
    ? [{ field, message: `${value} is too long`, remedy: 'write 36500 days or less' }]
    : []

/** What is around a place of a condition: what may be read there. */
type Place = {
  readonly event: boolean
  readonly parent: boolean
  readonly entry: boolean
  /** Only the event itself is known: nothing of its profile. */
  readonly alone?: boolean
}
const OUTSIDE: Place = { event: false, parent: false, entry: false }

const referenceProblems = (field: string, compare: Comparison, place: Place): readonly Problem[] =>
  referencesIn(compare).flatMap(({ reference, path }) => [
    ...text(`${field}.value`, path),
    ...(reference === 'property' && !place.event && !place.entry
      ? [{ field, message: 'there is no event whose property could be read here', remedy: 'compare with a trait or a literal' }]
      : []),
    ...(reference === 'context' && !place.event
      ? [{ field, message: 'there is no event whose context could be read here', remedy: 'compare with a trait or a literal' }]
      : []),
    ...(reference === 'context' && rootOf(path) === 'traits' ? [TRAITS_OF_CONTEXT(field)] : []),
    ...(reference === 'trait' && place.alone ? [LONELY(field)] : []),
    ...(reference === 'parent' && !place.parent
      ? [{ field, message: 'there is no event around this one', remedy: 'only an event inside the `where` of another has one' }]
      : []),
    ...(path === '' && !(reference === 'property' && place.entry)
      ? [{ field, message: 'the path on the right side is empty', remedy: 'write the path of what is compared' }]
      : []),
    ...(keysOf(path).includes('$')
      ? [{ field, message: 'the right side is one value, not the entries of an array', remedy: 'write a path without $' }]
      : []),
  ])

const literalsOf = (compare: Comparison): readonly unknown[] =>
  ('values' in compare ? compare.values : 'value' in compare ? [compare.value] : []).filter((each) => !isReference(each))

const comparison = (field: string, compare: Comparison, place: Place): readonly Problem[] => {
  const dated = compare.operator === 'before_date' || compare.operator === 'after_date'
  return [
    ...literalsOf(compare).flatMap((value) => text(`${field}.value`, value)),
    ...referenceProblems(field, compare, place),
    ...(dated && instantOf(compare.value) === undefined
      ? [
          {
            field: `${field}.value`,
            message: `"${compare.value}" is no instant`,
            remedy: 'write for example 2026-01-31T00:00:00Z',
          },
        ]
      : []),
    ...('duration' in compare ? duration(`${field}.duration`, compare.duration) : []),
  ]
}

const filterProblems = (field: string, filter: Filter, place: Place): readonly Problem[] => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.filters.flatMap((each, index) => filterProblems(`${field}.filters.${index}`, each, place))
    case 'not':
      return filterProblems(`${field}.filter`, filter.filter, place)
    case 'any_element':
      return [
        ...text(`${field}.path`, filter.path),
        ...(filter.path === '' && !place.entry ? [NAMELESS(field)] : []),
        ...filterProblems(`${field}.filter`, filter.filter, { ...place, entry: true }),
      ]
    case 'event':
      if (place.alone) return [LONELY(field)]
      if (place.entry || !place.event)
        return [
          {
            field,
            message: 'an entry of an array has no time, so no event is after it',
            remedy: 'ask for the event beside any_element',
          },
        ]
      return eventProblems(field, filter, { ...place, parent: true }, place)
    default:
      return [
        ...text(`${field}.path`, filter.path),
        ...pathProblems(field, filter, place),
        ...comparison(`${field}.compare`, filter.compare, place),
      ]
  }
}

const LONELY = (field: string): Problem => ({
  field,
  message: 'only the event itself can be asked here',
  remedy: 'ask for traits and other events in the condition of an audience',
})
const TRAITS_OF_CONTEXT = (field: string): Problem => ({
  field,
  message: 'context.traits of an event is no condition',
  remedy: 'ask for a trait of the profile instead',
})
const NAMELESS = (field: string): Problem => ({ field, message: 'the path is empty', remedy: 'write the path of a property' })

const pathProblems = (
  field: string,
  { type, path }: { readonly type: string; readonly path: string },
  place: Place,
): readonly Problem[] => {
  if (path === '' && !(type === 'property' && place.entry)) return [NAMELESS(field)]
  if (type === 'trait' && place.alone) return [LONELY(field)]
  if (type === 'context' && !place.event)
    return [{ field, message: 'a trait has no context', remedy: 'ask for a property of the entry' }]
  return type === 'context' && rootOf(path) === 'traits' ? [TRAITS_OF_CONTEXT(field)] : []
}

const measure = (field: string, measured: Measure): readonly Problem[] => [
  ...(measured.kind !== 'count' && measured.kind !== 'most_frequent' && keysOf(measured.property).includes('$')
    ? [
        {
          field: `${field}.property`,
          message: 'an aggregate takes one value an event, not the entries of an array',
          remedy: 'measure a path without $, or the most frequent entry',
        },
      ]
    : []),
  ...(measured.kind !== 'count' && measured.of === 'context' && rootOf(measured.property) === 'traits'
    ? [TRAITS_OF_CONTEXT(`${field}.property`)]
    : []),
]

// `parent` is where the comparison of the measure stands: in the condition, or in the event around a child.
const eventProblems = (
  field: string,
  each: { readonly event: EventSelection; readonly measure: Measure; readonly compare: Comparison },
  place: Place,
  outer: Place,
): readonly Problem[] => [
  ...selection(`${field}.event`, each.event, place),
  ...measure(`${field}.measure`, each.measure),
  ...comparison(`${field}.compare`, each.compare, outer),
  ...(answersOf(each.measure) === 'number' && each.compare.operator.endsWith('_date')
    ? [{ field: `${field}.compare`, message: 'a measured number is no date', remedy: 'compare it as a number' }]
    : []),
]

const parentProblems = (field: string, event: EventSelection, { parent }: Place): readonly Problem[] => {
  const { withinParent, betweenParent, settled } = event
  if (!parent && (withinParent !== undefined || betweenParent || settled))
    return [{ field, message: 'has a time after its parent, and there is no event around it', remedy: 'use within or between' }]
  if (withinParent !== undefined && betweenParent)
    return [{ field, message: 'has both a `withinParent` and a `betweenParent`', remedy: 'keep one of them' }]
  return settled && longestDelay(event) === undefined
    ? [{ field, message: 'is never settled without a `withinParent`', remedy: 'say within which time of its parent it must be' }]
    : []
}

const windowProblems = (field: string, event: EventSelection): readonly Problem[] => [
  ...['within', 'withinParent', 'expiresAfter'].flatMap((key) =>
    duration(`${field}.${key}`, event[key as 'within' | 'withinParent' | 'expiresAfter']),
  ),
  ...(event.between ?? []).flatMap((each) => duration(`${field}.between`, each)),
  ...(event.betweenParent ?? []).flatMap((each) => duration(`${field}.betweenParent`, each)),
  ...(event.within !== undefined && event.between
    ? [{ field, message: 'has both a `within` and a `between`', remedy: 'keep one of them' }]
    : []),
]

const selection = (field: string, event: EventSelection, place: Place): readonly Problem[] => [
  ...text(`${field}.name`, event.name),
  ...windowProblems(field, event),
  ...parentProblems(field, event, place),
  ...(event.expiresAfter === undefined
    ? []
    : [
        {
          field: `${field}.expiresAfter`,
          message: 'a session is for computed traits',
          remedy: 'make a computed trait and ask for it',
        },
      ]),
  ...(event.excludeSources ?? []).flatMap((each) => text(`${field}.excludeSources`, each)),
  ...(event.where ? filterProblems(`${field}.where`, event.where, { ...place, event: true }) : []),
]

// A session has one window, its own, between half an hour and 90 days (spec/audiences §7.3, CTR-10).
const sessionProblems = ({ within, between, expiresAfter }: EventSelection): readonly Problem[] => {
  if (expiresAfter === undefined) return []
  const field = 'definition.event.expiresAfter'
  const long = milliseconds(expiresAfter)
  return [
    ...(long < SHORTEST_SESSION_MS || long > LONGEST_SESSION_MS
      ? [{ field, message: `${expiresAfter} is no pause between sessions`, remedy: 'write 30 minutes to 90 days' }]
      : []),
    ...(within !== undefined || between
      ? [{ field, message: 'has a session and another window', remedy: 'keep one of them' }]
      : []),
  ]
}

const leaf = (field: string, each: Leaf, catalog: Catalog): readonly Problem[] => {
  switch (each.type) {
    case 'trait':
      return [...text(`${field}.path`, each.path), ...comparison(`${field}.compare`, each.compare, OUTSIDE)]
    case 'event':
      return eventProblems(field, each, OUTSIDE, OUTSIDE)
    case 'any_element':
      return [...text(`${field}.path`, each.path), ...filterProblems(`${field}.filter`, each.filter, { ...OUTSIDE, entry: true })]
    case 'audience':
      return catalog.audiences.has(each.audience)
        ? []
        : [
            {
              field: `${field}.audience`,
              message: `there is no audience "${each.audience}"`,
              remedy: 'use the key of an audience of this space',
            },
          ]
    default:
      return unreachable(each)
  }
}

/** What is wrong with each question of a condition, named by where it stands as in the JSON: `condition.conditions.1.compare.value`. */
const leafProblems = (field: string, condition: Condition, catalog: Catalog): readonly Problem[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap((each, index) => leafProblems(`${field}.conditions.${index}`, each, catalog))
    case 'not':
    case 'any':
    case 'all':
      return leafProblems(`${field}.condition`, condition.condition, catalog)
    default:
      return leaf(field, condition, catalog)
  }
}

const comparisons = (condition: Condition): number =>
  leavesOf(condition).reduce((sum, each) => sum + (each.type === 'audience' ? 1 : comparesOf(each).length), 0)

type Most = Pick<Limits, 'comparisons'>

// Every comparison counts, nested ones too (spec/audiences §11.1, §11.2).
const sizeProblems = (field: string, count: number, depth: number, { comparisons: most }: Most): readonly Problem[] => [
  ...(most !== null && count > most
    ? [
        {
          field,
          message: `has ${count} comparisons, ${most} are allowed`,
          remedy: 'split it into audiences and refer to them',
        },
      ]
    : []),
  ...(depth > DEEPEST
    ? [{ field, message: `is nested deeper than ${DEEPEST}`, remedy: 'flatten it, or refer to another audience' }]
    : []),
]

/** What is wrong with a condition beyond its shape; empty when it can be compiled. */
export const problemsOf = (
  condition: Condition,
  catalog: Catalog,
  limits: Most = DEFAULT_LIMITS,
  collection: Collection = 'users',
): readonly Problem[] => [
  ...sizeProblems('condition', comparisons(condition), depthOf(condition), limits),
  ...leafProblems('condition', condition, catalog),
  ...problemsOfCollection('condition', condition, catalog, collection),
]

/** What is wrong with a filter of one event of which nothing else is known, beyond its shape. */
export const problemsOfFilter = (filter: Filter, limits: Most = DEFAULT_LIMITS): readonly Problem[] => [
  ...sizeProblems('filter', allComparesIn(filter).length, depthOf(filter), limits),
  ...filterProblems('filter', filter, { ...OUTSIDE, event: true, alone: true }),
]

/** What is wrong with a computed trait beyond its shape. */
export const problemsOfTrait = (
  definition: ComputedTraitDefinition,
  limits: Most = DEFAULT_LIMITS,
  collection: Collection = 'users',
): readonly Problem[] => {
  const { expiresAfter: _, ...event } = definition.event
  const { where } = event
  return [
    ...sizeProblems('definition', where ? allComparesIn(where).length : 0, where ? depthOf(where) : 0, limits),
    ...selection('definition.event', event, OUTSIDE),
    ...duration('definition.event.expiresAfter', definition.event.expiresAfter),
    ...sessionProblems(definition.event),
    ...measure('definition.measure', definition.measure),
    ...traitProblemsOfCollection(definition, collection),
  ]
}

/**
 * The way by which a computation would refer to itself, as keys from it back to it; undefined where there is none (spec/audiences §10.6).
 * `references` are the keys that each refers to.
 */
export const cycleOf = (key: string, references: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined => {
  const search = (here: string, way: readonly string[]): readonly string[] | undefined => {
    for (const next of references.get(here) ?? []) {
      if (next === key) return [...way, next]
      const found = way.includes(next) ? undefined : search(next, [...way, next])
      if (found) return found
    }
    return undefined
  }
  return search(key, [key])
}
