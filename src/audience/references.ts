import { unreachable } from '../base/must.ts'
import { holdsForZero, isCounter } from './aggregate.ts'
import type { Catalog } from './catalog.ts'
import { flipsOf, holdsForNothing } from './compare.ts'
import type { Comparison, ComputedTraitDefinition, Condition, EventSelection, Filter, Leaf } from './condition.ts'
import { traitKind } from './leaves/trait.ts'
import { measureRule } from './measures/index.ts'
import { keysOf, rootOf } from './path.ts'
import { edgesOf } from './selection.ts'

/** What a computation looks at, and so what must have changed before a profile needs a second look. */
export type References = {
  /** Event names, and the ages (ms) at which such an event enters or leaves a window. */
  readonly events: readonly { readonly name: string; readonly edges: readonly number[] }[]
  /** First keys of custom traits. */
  readonly traits: readonly string[]
  /** Ids of audiences and computed traits. */
  readonly computations: readonly string[]
  /** It holds for a profile of which nothing is known: such a one must be looked at just because it is there. */
  readonly holdsForStrangers: boolean
  /** A date is compared with the passing time, so that profiles have moments of their own at which the answer changes. */
  readonly timely: boolean
}

/** The leaves of a condition, left to right. */
export const leavesOf = (condition: Condition): readonly Leaf[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(leavesOf)
    case 'not':
      return leavesOf(condition.condition)
    default:
      return [condition]
  }
}

/** The comparisons in a filter with their paths, left to right. */
export const comparisonsOf = (filter: Filter): readonly Extract<Filter, { type: 'property' | 'context' }>[] => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(comparisonsOf)
    case 'not':
      return comparisonsOf(filter.filter)
    default:
      return [filter]
  }
}

const isTimely = (compare: Comparison): boolean => flipsOf(compare).length > 0

/** A measured value that is compared and may be a date: the property it is of. Numbers are none. */
export const comparedProperty = ({ measure }: Extract<Condition, { type: 'event' }>): string | undefined =>
  measure.kind !== 'count' && measureRule(measure).answers === 'json' ? measure.property : undefined

const isTimelySelection = ({ where }: EventSelection): boolean =>
  where !== undefined && comparisonsOf(where).some(({ compare }) => isTimely(compare))

const holdsForStrangers = (condition: Condition): boolean => {
  switch (condition.type) {
    case 'and':
      return condition.conditions.every(holdsForStrangers)
    case 'or':
      return condition.conditions.some(holdsForStrangers)
    case 'not':
      return !holdsForStrangers(condition.condition)
    case 'trait':
      return holdsForNothing(condition.compare)
    case 'event':
      return isCounter(condition.measure) ? holdsForZero(condition.compare) : holdsForNothing(condition.compare)
    case 'audience':
      return false
    default:
      return unreachable(condition)
  }
}

const idsOf = (condition: Condition, catalog: Catalog): readonly string[] =>
  leavesOf(condition).flatMap((leaf) => {
    if (leaf.type === 'audience') return catalog.audiences.get(leaf.audience) ?? []
    if (leaf.type !== 'trait') return []
    const kind = traitKind(leaf.path, { catalog })
    return kind.kind === 'custom' ? [] : kind.id
  })

/** What a condition looks at. */
export const referencesOf = (condition: Condition, catalog: Catalog): References => {
  const leaves = leavesOf(condition)
  return {
    events: leaves.flatMap((leaf) => (leaf.type === 'event' ? [{ name: leaf.event.name, edges: edgesOf(leaf.event) }] : [])),
    traits: leaves.flatMap((leaf) =>
      leaf.type === 'trait' && traitKind(leaf.path, { catalog }).kind === 'custom' ? [rootOf(leaf.path)] : [],
    ),
    computations: [...new Set(idsOf(condition, catalog))],
    holdsForStrangers: holdsForStrangers(condition),
    timely: leaves.some(
      (leaf) =>
        (leaf.type === 'trait' && isTimely(leaf.compare)) ||
        (leaf.type === 'event' &&
          (isTimelySelection(leaf.event) || (comparedProperty(leaf) !== undefined && isTimely(leaf.compare)))),
    ),
  }
}

// A windowed counter is 0 and not nothing as soon as an event of the future is reached, even where the window begins later.
const edgesOfTrait = (event: EventSelection): readonly number[] => {
  const edges = edgesOf(event)
  return edges.length === 0 ? [] : [...new Set([0, ...edges])]
}

/** What a computed trait looks at. */
export const referencesOfTrait = ({ event }: ComputedTraitDefinition): References => ({
  events: [{ name: event.name, edges: edgesOfTrait(event) }],
  traits: [],
  computations: [],
  holdsForStrangers: false,
  timely: isTimelySelection(event),
})

/** Keys of audiences that a condition is about, by an audience leaf or as a trait. */
export const audienceKeysOf = (condition: Condition, catalog: Catalog): readonly string[] => {
  const keys = leavesOf(condition).flatMap((leaf) => {
    if (leaf.type === 'audience') return leaf.audience
    const [key = '', ...rest] = leaf.type === 'trait' ? keysOf(leaf.path) : []
    return rest.length === 0 && catalog.audiences.has(key) ? key : []
  })
  return [...new Set(keys)]
}
