import { referencesIn } from './compare.ts'
import type { Comparison, Condition, EventSelection, Filter, Leaf } from './condition.ts'
import { leavesIn } from './windows.ts'

/* Going through conditions: what stands anywhere in them, whatever its depth. */

export type Compared = Extract<Filter, { type: 'property' | 'context' | 'trait' }>

/** The leaves of a condition, left to right. */
export const leavesOf = (condition: Condition): readonly Leaf[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(leavesOf)
    case 'not':
    case 'any':
    case 'all':
      return leavesOf(condition.condition)
    default:
      return [condition]
  }
}

/**
 * The comparisons in a filter, left to right, of the event that it is about: in the entries of an array the path goes on from the array's.
 * What is asked of a child of a funnel is not among them.
 */
export const comparisonsOf = (filter: Filter): readonly Compared[] =>
  leavesIn(filter).flatMap((leaf) => {
    if (leaf.type === 'event') return []
    if (leaf.type !== 'any_element') return [leaf]
    return comparisonsOf(leaf.filter).map((inner) =>
      inner.type === 'property' ? { ...inner, path: inEntry(leaf.path, inner.path) } : inner,
    )
  })

/** The path of what lies at a path inside the entries of an array; either may be empty. */
export const inEntry = (array: string, path: string): string => [array, '$', path].filter((part) => part !== '').join('.')

/** Every comparison that stands anywhere in a filter, children of a funnel included. */
export const allComparesIn = (filter: Filter): readonly Comparison[] =>
  leavesIn(filter).flatMap((leaf) => {
    if (leaf.type === 'any_element') return allComparesIn(leaf.filter)
    return leaf.type === 'event' ? [leaf.compare, ...comparesInSelection(leaf.event)] : [leaf.compare]
  })

const comparesInSelection = ({ where }: EventSelection): readonly Comparison[] => (where ? allComparesIn(where) : [])

/** Every comparison that stands anywhere in a leaf of a condition. */
export const comparesOf = (leaf: Leaf): readonly Comparison[] => {
  switch (leaf.type) {
    case 'audience':
      return []
    case 'any_element':
      return allComparesIn(leaf.filter)
    case 'event':
      return [leaf.compare, ...comparesInSelection(leaf.event)]
    default:
      return [leaf.compare]
  }
}

const traitsInFilter = (filter: Filter): readonly string[] =>
  leavesIn(filter).flatMap((leaf) => {
    if (leaf.type === 'any_element') return traitsInFilter(leaf.filter)
    if (leaf.type === 'event') return [...traitsInCompare(leaf.compare), ...traitsInSelection(leaf.event)]
    return [...(leaf.type === 'trait' ? [leaf.path] : []), ...traitsInCompare(leaf.compare)]
  })

const traitsInCompare = (compare: Comparison): readonly string[] =>
  referencesIn(compare).flatMap(({ reference, path }) => (reference === 'trait' ? [path] : []))

/** Paths of the traits that are asked for in what an event must hold, on either side of a comparison. */
export const traitsInSelection = ({ where }: EventSelection): readonly string[] => (where ? traitsInFilter(where) : [])

/** Paths of the traits that a leaf of a condition asks for, on either side of a comparison and at any depth. */
export const traitsOf = (leaf: Leaf): readonly string[] => {
  switch (leaf.type) {
    case 'audience':
      return []
    case 'any_element':
      return [leaf.path, ...traitsInFilter(leaf.filter)]
    case 'event':
      return [...traitsInCompare(leaf.compare), ...traitsInSelection(leaf.event)]
    default:
      return [leaf.path, ...traitsInCompare(leaf.compare)]
  }
}
