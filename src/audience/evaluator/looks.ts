import type { Condition, EventSelection } from '../condition.ts'
import { directChildren } from './selection.ts'

/*
 * How often the evaluator looks at an event to answer a condition once: each of those that are asked about, in a funnel each with every other. 1,000
 * events of a funnel take a second, and for that long whoever asks answers nobody else.
 */

const depthOf = ({ where }: EventSelection): number =>
  where === undefined ? 1 : 1 + Math.max(0, ...directChildren(where).map((child) => depthOf(child.event)))

// For each question about events how many of them are in one another.
const depthsOf = (condition: Condition): readonly number[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(depthsOf)
    case 'not':
    case 'any':
    case 'all':
      return depthsOf(condition.condition)
    case 'event':
      return [depthOf(condition.event)]
    default:
      return []
  }
}

/** How many looks a condition takes of somebody with so many events, at most. */
export const looksAt = (condition: Condition, events: number): number =>
  depthsOf(condition).reduce((sum, depth) => sum + events ** depth, 0)

/** How many events somebody may have so that a condition takes no more than so many looks. */
export const eventsWithin = (condition: Condition, looks: number): number => {
  const depths = depthsOf(condition)
  return Math.floor((looks / Math.max(1, depths.length)) ** (1 / Math.max(1, ...depths)))
}
