import { unreachable } from '../base/must.ts'
import { holdsForZero, isCounter } from './aggregate.ts'
import type { Catalog } from './catalog.ts'
import { flipsOf, holdsForNothing } from './compare.ts'
import type { Comparison, ComputedTraitDefinition, Condition, EventSelection, Leaf } from './condition.ts'
import { traitKind } from './leaves/trait.ts'
import { answersOf } from './measures/index.ts'
import { rootOf } from './path.ts'
import { allComparesIn, comparesOf, leavesOf, traitsInSelection, traitsOf } from './walk.ts'
import { edgesOf, selectionsIn } from './windows.ts'

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

const isTimely = (compare: Comparison): boolean => flipsOf(compare).length > 0

/** A measured value that is compared and may be a date: where it lies in its event. Numbers are none. */
export const comparedProperty = ({
  measure,
}: Pick<ComputedTraitDefinition, 'measure'>): { readonly type: 'property' | 'context'; readonly path: string } | undefined =>
  measure.kind !== 'count' && answersOf(measure) !== 'number'
    ? { type: measure.of === 'context' ? 'context' : 'property', path: measure.property }
    : undefined

const isTimelySelection = ({ where }: EventSelection): boolean => where !== undefined && allComparesIn(where).some(isTimely)

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
    case 'any_element':
    case 'any':
      return false
    case 'all':
      // None of them: an account without any user is one (spec/audiences §12).
      return condition.condition.type === 'not'
    default:
      return unreachable(condition)
  }
}

const idsOfTraits = (paths: readonly string[], catalog: Catalog): readonly string[] =>
  paths.flatMap((path) => {
    const kind = traitKind(path, { catalog })
    return kind.kind === 'custom' ? [] : kind.id
  })

const idsOf = (leaf: Leaf, catalog: Catalog): readonly string[] => [
  ...(leaf.type === 'audience' ? [catalog.audiences.get(leaf.audience) ?? []].flat() : []),
  ...idsOfTraits(traitsOf(leaf), catalog),
]

const customTraits = (paths: readonly string[], catalog: Catalog): readonly string[] => [
  ...new Set(paths.filter((path) => traitKind(path, { catalog }).kind === 'custom').map(rootOf)),
]

const eventsOf = (selection: EventSelection): References['events'] =>
  selectionsIn(selection).map((each) => ({ name: each.name, edges: edgesOf(each) }))

/** What a condition looks at. */
export const referencesOf = (condition: Condition, catalog: Catalog): References => {
  const leaves = leavesOf(condition)
  return {
    events: leaves.flatMap((leaf) => (leaf.type === 'event' ? eventsOf(leaf.event) : [])),
    traits: customTraits(leaves.flatMap(traitsOf), catalog),
    computations: [...new Set(leaves.flatMap((leaf) => idsOf(leaf, catalog)))],
    holdsForStrangers: holdsForStrangers(condition),
    timely: leaves.some((leaf) => comparesOf(leaf).some(isTimely)),
  }
}

// A windowed counter is 0 and not nothing as soon as an event of the future is reached, even where the window begins later.
const eventsOfTrait = (event: EventSelection): References['events'] =>
  eventsOf(event).map((each, index) => ({
    ...each,
    edges: index === 0 && each.edges.length > 0 ? [...new Set([0, ...each.edges])] : each.edges,
  }))

/** What a computed trait looks at. */
export const referencesOfTrait = ({ event, measure }: ComputedTraitDefinition, catalog: Catalog): References => ({
  events: eventsOfTrait(event),
  traits: [
    ...customTraits(traitsInSelection(event), catalog),
    ...('of' in measure && measure.of === 'user' ? [rootOf(measure.property)] : []),
  ],
  computations: [...new Set(idsOfTraits(traitsInSelection(event), catalog))],
  holdsForStrangers: false,
  timely: isTimelySelection(event),
})

const keysOfTraits = (paths: readonly string[], catalog: Catalog): readonly string[] =>
  paths.flatMap((path) => (traitKind(path, { catalog }).kind === 'custom' ? [] : rootOf(path)))

/** Keys of the audiences and computed traits that a condition is about, by an audience leaf or as a trait at any depth. */
export const computationKeysOf = (condition: Condition, catalog: Catalog): readonly string[] => {
  const keys = leavesOf(condition).flatMap((leaf) =>
    leaf.type === 'audience' ? [leaf.audience] : keysOfTraits(traitsOf(leaf), catalog),
  )
  return [...new Set(keys)]
}

/** Keys of the audiences and computed traits that a computed trait is about. */
export const computationKeysOfTrait = ({ event }: ComputedTraitDefinition, catalog: Catalog): readonly string[] => [
  ...new Set(keysOfTraits(traitsInSelection(event), catalog)),
]
