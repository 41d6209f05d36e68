import { isCounter } from '../../audience/aggregate.ts'
import { flipsOf, holdsForNothing } from '../../audience/compare.ts'
import type { Comparison, ComputedTraitDefinition, Condition, Leaf } from '../../audience/condition.ts'
import { keysOf, rootOf } from '../../audience/path.ts'
import { comparesOf, leavesOf, traitsOf } from '../../audience/walk.ts'
import { edgesOf, selectionsIn } from '../../audience/windows.ts'
import { Invalid, type Problem } from '../../base/errors.ts'
import { unreachable } from '../../base/must.ts'
import { asCondition, type BranchCondition, profileLeavesOf, withLeaves } from '../branch-condition.ts'

/*
 * A condition that asks about events and traits only. What a space keeps evaluated (memberships, computed values) is as it is today; at an
 * instant in the past it follows from the events, so references are replaced by what they stand for.
 */

/** What stands behind the keys of a space. */
export type Library = {
  readonly audiences: ReadonlyMap<string, Condition>
  readonly computed: ReadonlyMap<string, ComputedTraitDefinition>
}

const ever = ({ event }: ComputedTraitDefinition): PlainCondition => ({
  type: 'event',
  event: { name: event.name, ...(event.where ? { where: event.where } : {}) },
  measure: { kind: 'count' },
  compare: { operator: 'at_least', value: 1 },
})

// A counter is nothing for somebody who never did it, and 0 once all has aged out (spec/audiences §7); the other measures of nothing are
// nothing by themselves.
const notSimulated = (message: string, remedy: string): Invalid =>
  new Invalid('not_simulated', [{ field: 'condition', message, remedy }])

const plainComputed = (computed: ComputedTraitDefinition, compare: Comparison, library: Library): PlainCondition => {
  if (computed.event.expiresAfter !== undefined)
    throw notSimulated('a simulation cannot ask about sessions', 'Ask about events within a window instead.')
  const measured = withoutReferences({ type: 'event', ...computed, compare }, library)
  if (!isCounter(computed.measure)) return measured
  const did: PlainCondition = { type: 'and', conditions: [ever(computed), measured] }
  return holdsForNothing(compare) ? { type: 'or', conditions: [{ type: 'not', condition: ever(computed) }, did] } : did
}

// What is computed is known as of today only, and stands here for its definition; beside a comparison, or inside an event, it cannot.
const withoutReferences = (leaf: Leaf, library: Library): Leaf => {
  const own = leaf.type === 'trait' ? [leaf.path] : []
  const computed = traitsOf(leaf)
    .slice(own.length)
    .find((path) => library.computed.has(rootOf(path)) || library.audiences.has(rootOf(path)))
  if (computed === undefined) return leaf
  throw notSimulated(`a simulation cannot read "${computed}" there`, 'Compare with a custom trait or a literal.')
}

const plainTrait = (condition: Extract<Condition, { type: 'trait' }>, library: Library): PlainCondition => {
  const keys = keysOf(condition.path)
  const [key = ''] = keys
  if (keys.length > 1) return withoutReferences(condition, library)
  const computed = library.computed.get(key)
  if (computed) return plainComputed(computed, condition.compare, library)
  if (!library.audiences.has(key)) return withoutReferences(condition, library)
  const { compare } = condition
  if (compare.operator === 'equals' && (compare.value === true || compare.value === 'true') && !compare.ignoreCase)
    return plain({ type: 'audience', audience: key }, library)
  throw notSimulated(
    `a simulation cannot ask "${compare.operator}" of the audience "${key}" as a trait`,
    'Write {"type": "audience"} instead, with "not" around it where it shall not be in.',
  )
}

/** A condition that a simulation can ask. */
export type PlainCondition =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly PlainCondition[] }
  | { readonly type: 'not'; readonly condition: PlainCondition }
  | Leaf

/** The condition with every audience and computed trait replaced by its definition. @throws Invalid for an audience that is not there. */
export const plain = (condition: Condition, library: Library): PlainCondition => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return { type: condition.type, conditions: condition.conditions.map((each) => plain(each, library)) }
    case 'not':
      return { type: 'not', condition: plain(condition.condition, library) }
    case 'audience': {
      const referred = library.audiences.get(condition.audience)
      if (!referred)
        throw new Invalid('unknown_audience', [{ field: 'audience', message: `there is no audience "${condition.audience}"` }])
      return plain(referred, library)
    }
    case 'trait':
      return plainTrait(condition, library)
    case 'any':
    case 'all':
      throw notSimulated('a simulation cannot ask about the users of an account', 'Take ANY and ALL out.')
    case 'event':
    case 'any_element':
      return withoutReferences(condition, library)
    default:
      return unreachable(condition)
  }
}

/** A branch's condition with what it asks about the profile made plain; the run's context is as the run has met it. */
export const plainBranch = (condition: BranchCondition, library: Library): BranchCondition =>
  withLeaves(condition, (leaf) => (leaf.type === 'journey_context' ? leaf : plain(leaf, library)))

/** What a plain condition looks at: events of which names, and after which times (ms) one changes the answer by growing old. */
export type Sight = { readonly names: readonly string[]; readonly ages: readonly number[] }

export const sightOf = (conditions: readonly BranchCondition[]): Sight => {
  const events = conditions.flatMap(profileLeavesOf).flatMap((leaf) => (leaf.type === 'event' ? selectionsIn(leaf.event) : []))
  return {
    names: [...new Set(events.map(({ name }) => name))].toSorted(),
    ages: [...new Set(events.flatMap(edgesOf))].filter((age) => age > 0).toSorted((a, b) => a - b),
  }
}

/** Comparisons of stored dates with now: a simulation moves the events and not the dates, so it must not be asked about them. */
export const datedProblems = (field: string, condition: BranchCondition): readonly Problem[] =>
  leavesOf(asCondition(condition))
    .flatMap(comparesOf)
    .filter((compare) => flipsOf(compare).length > 0)
    .map((compare) => ({
      field,
      message: `a simulation cannot ask "${compare.operator.replaceAll('_', ' ')}" of a stored date`,
      remedy: 'Simulate a copy of the journey without it, or compare with a fixed date (before_date, after_date).',
    }))
