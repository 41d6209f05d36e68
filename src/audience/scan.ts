import { presenceOf } from './aggregate.ts'
import type { Condition } from './condition.ts'
import { leavesOf } from './walk.ts'
import { childrenIn } from './windows.ts'

/**
 * Whether everybody's answer is found by reading the profiles, with events looked for and not counted. Several processes halve the time of
 * that; where events are grouped they take twice as long as one (two events, 1 M profiles, 2 cores).
 */
export const isScan = (condition: Condition): boolean =>
  leavesOf(condition).every((leaf) => {
    if (leaf.type !== 'event') return leaf.type !== 'audience'
    const { event, measure, compare } = leaf
    return measure.kind === 'count' && presenceOf(compare) !== undefined && childrenIn(event).length === 0
  })
