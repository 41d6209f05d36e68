import { milliseconds } from '../base/duration.ts'
import type { EventSelection, Filter } from './condition.ts'

/* How time alone moves what a selection takes in, without any SQL. */

type Leaf = Exclude<Filter, { type: 'and' | 'or' | 'not' }>

/** What a filter asks of its own event, entry or child, left to right; what is inside a child or an entry is not opened. */
export const leavesIn = (filter: Filter): readonly Leaf[] => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(leavesIn)
    case 'not':
      return leavesIn(filter.filter)
    default:
      return [filter]
  }
}

/** The children of a funnel that stand directly in what an event must hold. */
export const childrenIn = ({ where }: EventSelection): readonly Extract<Filter, { type: 'event' }>[] =>
  where === undefined ? [] : leavesIn(where).filter((leaf) => leaf.type === 'event')

/** The longest time after its parent at which a child still counts, in milliseconds; undefined where there is no end. */
export const longestDelay = ({ withinParent, betweenParent }: EventSelection): number | undefined => {
  const ends = [withinParent, betweenParent?.[1]].flatMap((each) => (each === undefined ? [] : [milliseconds(each)]))
  return ends.length === 0 ? undefined : Math.min(...ends)
}

/** The age, in milliseconds, that an event must have passed before it counts, because a child of it must be settled (spec/audiences §11.6). */
export const settledAfter = (selection: EventSelection): number | undefined => {
  const delays = childrenIn(selection).flatMap(({ event }) => (event.settled ? (longestDelay(event) ?? []) : []))
  return delays.length === 0 ? undefined : Math.max(...delays)
}

/** Ages, in milliseconds, at which an event enters or leaves the selection by time alone; 0 is an event in the future that is reached. */
export const edgesOf = (selection: EventSelection): readonly number[] => {
  const { within, between, expiresAfter } = selection
  const settled = settledAfter(selection)
  return [
    ...(within === undefined ? [] : [0, milliseconds(within)]),
    ...(between?.map((duration) => milliseconds(duration)) ?? []),
    ...(settled === undefined ? [] : [settled]),
    ...(expiresAfter === undefined ? [] : [0, milliseconds(expiresAfter)]),
  ]
}

/** A selection and every child of a funnel in it, the selection first. */
export const selectionsIn = (selection: EventSelection): readonly EventSelection[] => [
  selection,
  ...childrenIn(selection).flatMap(({ event }) => selectionsIn(event)),
]
