import { presenceOf } from './aggregate.ts'
import type { Condition } from './condition.ts'
import { leavesOf } from './walk.ts'
import { childrenIn } from './windows.ts'

/** Whether nobody can be in it who did not do something: then it is found from those events, and not by reading the profiles. */
const isOfSomeEvent = (condition: Condition): boolean => {
  switch (condition.type) {
    case 'and':
      return condition.conditions.some(isOfSomeEvent)
    case 'or':
      return condition.conditions.every(isOfSomeEvent)
    case 'event':
      return condition.measure.kind === 'count' && presenceOf(condition.compare) === 'some'
    default:
      return false
  }
}

/**
 * Whether everybody's answer is found by reading the profiles, with events looked for and not counted. Several processes halve the time of
 * that; where events are grouped, or come first, they take twice as long as one (two events; who bought in two months; 1 M profiles, 2 cores).
 */
export const isScan = (condition: Condition): boolean =>
  !isOfSomeEvent(condition) &&
  leavesOf(condition).every((leaf) => {
    if (leaf.type !== 'event') return leaf.type !== 'audience'
    const { event, measure, compare } = leaf
    return measure.kind === 'count' && presenceOf(compare) !== undefined && childrenIn(event).length === 0
  })
