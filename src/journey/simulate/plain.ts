import { isCounter } from '../../audience/aggregate.ts'
import { flipsOf, holdsForNothing } from '../../audience/compare.ts'
import type { Comparison, ComputedTraitDefinition, Condition, EventSelection } from '../../audience/condition.ts'
import { keysOf } from '../../audience/path.ts'
import { comparisonsOf, leavesOf } from '../../audience/references.ts'
import { milliseconds } from '../../base/duration.ts'
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

const ever = ({ event }: ComputedTraitDefinition): Condition => ({
  type: 'event',
  event: { name: event.name, ...(event.where ? { where: event.where } : {}) },
  measure: { kind: 'count' },
  compare: { operator: 'at_least', value: 1 },
})

// A counter is nothing for somebody who never did it, and 0 once all has aged out (spec/audiences §7); the other measures of nothing are
// nothing by themselves.
const plainComputed = (computed: ComputedTraitDefinition, compare: Comparison): Condition => {
  const measured: Condition = { type: 'event', ...computed, compare }
  if (!isCounter(computed.measure)) return measured
  const did: Condition = { type: 'and', conditions: [ever(computed), measured] }
  return holdsForNothing(compare) ? { type: 'or', conditions: [{ type: 'not', condition: ever(computed) }, did] } : did
}

const plainTrait = (condition: Extract<Condition, { type: 'trait' }>, library: Library): Condition => {
  const keys = keysOf(condition.path)
  const [key = ''] = keys
  if (keys.length > 1) return condition
  const computed = library.computed.get(key)
  if (computed) return plainComputed(computed, condition.compare)
  if (!library.audiences.has(key)) return condition
  const { compare } = condition
  if (compare.operator === 'equals' && String(compare.value) === 'true')
    return plain({ type: 'audience', audience: key }, library)
  throw new Invalid('not_simulated', [
    {
      field: 'condition',
      message: `a simulation cannot ask "${compare.operator}" of the audience "${key}" as a trait`,
      remedy: 'Write {"type": "audience"} instead, with "not" around it where it shall not be in.',
    },
  ])
}

/** The condition with every audience and computed trait replaced by its definition. @throws Invalid for an audience that is not there. */
export const plain = (condition: Condition, library: Library): Condition => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return { ...condition, conditions: condition.conditions.map((each) => plain(each, library)) }
    case 'not':
      return { ...condition, condition: plain(condition.condition, library) }
    case 'audience': {
      const referred = library.audiences.get(condition.audience)
      if (!referred)
        throw new Invalid('unknown_audience', [{ field: 'audience', message: `there is no audience "${condition.audience}"` }])
      return plain(referred, library)
    }
    case 'trait':
      return plainTrait(condition, library)
    case 'event':
      return condition
    default:
      return unreachable(condition)
  }
}

/** A branch's condition with what it asks about the profile made plain; the run's context is as the run has met it. */
export const plainBranch = (condition: BranchCondition, library: Library): BranchCondition =>
  withLeaves(condition, (leaf) => (leaf.type === 'journey_context' ? leaf : plain(leaf, library)))

/** What a plain condition looks at: events of which names, and after which times (ms) one changes the answer by growing old. */
export type Sight = { readonly names: readonly string[]; readonly ages: readonly number[] }

const agesOf = ({ within, between }: EventSelection): readonly number[] => [
  ...(within === undefined ? [] : [milliseconds(within)]),
  ...(between ?? []).map(milliseconds),
]

export const sightOf = (conditions: readonly BranchCondition[]): Sight => {
  const events = conditions.flatMap(profileLeavesOf).flatMap((leaf) => (leaf.type === 'event' ? [leaf.event] : []))
  return {
    names: [...new Set(events.map(({ name }) => name))].toSorted(),
    ages: [...new Set(events.flatMap(agesOf))].toSorted((a, b) => a - b),
  }
}

const comparedIn = (condition: Condition): readonly Comparison[] =>
  leavesOf(condition).flatMap((leaf) => {
    if (leaf.type === 'audience') return []
    const inside = leaf.type === 'event' && leaf.event.where ? comparisonsOf(leaf.event.where) : []
    return [leaf.compare, ...inside.map(({ compare }) => compare)]
  })

/** Comparisons of stored dates with now: a simulation moves the events and not the dates, so it must not be asked about them. */
export const datedProblems = (field: string, condition: BranchCondition): readonly Problem[] =>
  comparedIn(asCondition(condition))
    .filter((compare) => flipsOf(compare).length > 0)
    .map((compare) => ({
      field,
      message: `a simulation cannot ask "${compare.operator.replaceAll('_', ' ')}" of a stored date`,
      remedy: 'Simulate a copy of the journey without it, or compare with a fixed date (before_date, after_date).',
    }))
