import { milliseconds } from '../../base/duration.ts'
import type { EventSelection, Filter } from '../condition.ts'
import { compares } from './comparison.ts'
import { inTime, measured } from './measure.ts'
import { keysOf, valuesAt } from './path.ts'
import { eventsOf, type Happened } from './person.ts'
import { type Place, propertyJsons, propertyValues, traitValues } from './place.ts'

const CONDITIONS = new Set(['track', 'page', 'screen'])

type Child = Extract<Filter, { type: 'event' }>

/** What must be true of the event, or of the entry of an array, that is looked at. */
export const passes = (filter: Filter, place: Place): boolean => {
  switch (filter.type) {
    case 'and':
      return filter.filters.every((each) => passes(each, place))
    case 'or':
      return filter.filters.some((each) => passes(each, place))
    case 'not':
      return !passes(filter.filter, place)
    case 'property':
      return compares(propertyValues(place, filter.path), filter.compare, place)
    case 'context':
      return compares(valuesAt(place.event?.context, keysOf(filter.path)), filter.compare, place)
    case 'trait':
      return compares(traitValues(place, filter.path), filter.compare, place)
    case 'any_element':
      return propertyJsons(place, filter.path)
        .flatMap((json) => (Array.isArray(json) ? json : []))
        .some((json) => passes(filter.filter, { ...place, entry: { json } }))
    case 'event': {
      const value = place.event && measured(childrenOf(filter, place), filter.measure)
      return compares(value === undefined ? [] : [value], filter.compare, place)
    }
  }
}

/** The events of a child of a funnel: what is selected of those after the event that is looked at (spec/audiences §11.6). */
export const childrenOf = ({ event: selection }: Child, { entry: _, event: parent, ...place }: Place): readonly Happened[] =>
  parent === undefined ? [] : selected(selection, { ...place, parent }).filter((child) => follows(child, parent, selection))

/** Strictly later than its parent, and as much later as is asked: `withinParent` at most so long, `betweenParent` a < delay ≤ b. */
const follows = (child: Happened, parent: Happened, { withinParent, betweenParent }: EventSelection): boolean => {
  const delay = child.timestamp.getTime() - parent.timestamp.getTime()
  if (delay <= 0 || (withinParent !== undefined && delay > milliseconds(withinParent))) return false
  if (betweenParent === undefined) return true
  return delay > milliseconds(betweenParent[0]) && delay <= milliseconds(betweenParent[1])
}

/** The children that a filter asks about the event itself, not about one of its children. */
export const directChildren = (filter: Filter): readonly Child[] => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(directChildren)
    case 'not':
    case 'any_element':
      return directChildren(filter.filter)
    case 'event':
      return [filter]
    default:
      return []
  }
}

/** How long after its parent a child may still come, in milliseconds. */
export const patienceOf = ({ withinParent, betweenParent }: EventSelection): number | undefined => {
  const ends = [withinParent, betweenParent?.[1]].filter((each) => each !== undefined).map(milliseconds)
  return ends.length === 0 ? undefined : Math.min(...ends)
}

/** Only parents older than their children's time count, where one of these is `settled` (spec/audiences §11.6). */
const isSettled = (event: Happened, where: Filter, now: Date): boolean =>
  directChildren(where)
    .filter((child) => child.event.settled === true)
    .every((child) => now.getTime() - event.timestamp.getTime() > (patienceOf(child.event) ?? 0))

/** `within(a)` is 0 ≤ age ≤ a and `between(a, b)` is a < age ≤ b; an event of the future waits for its time (spec/audiences §11.5, §3.1). */
const isInWindow = (event: Happened, { within, between }: EventSelection, now: Date): boolean => {
  const age = now.getTime() - event.timestamp.getTime()
  if (within !== undefined && (age < 0 || age > milliseconds(within))) return false
  if (between === undefined) return true
  return age >= 0 && age > milliseconds(between[0]) && age <= milliseconds(between[1])
}

/** Why an event of the name that is asked for does not count. */
export type Missing = 'source' | 'filter' | 'window' | 'unsettled'

/** Nothing where an event counts, whatever its session; else the first thing that keeps it out. */
export const keptOut = (event: Happened, selection: EventSelection, place: Place): Missing | undefined => {
  const { where, excludeSources } = selection
  if (event.sourceId !== undefined && excludeSources?.includes(event.sourceId)) return 'source'
  if (!isInWindow(event, selection, place.now)) return 'window'
  if (where === undefined) return undefined
  if (!isSettled(event, where, place.now)) return 'unsettled'
  return passes(where, { ...place, event }) ? undefined : 'filter'
}

/** The calls that are conditions and have the name (spec/audiences §11.4). */
export const named = (name: string, { person, world }: Place): readonly Happened[] =>
  eventsOf(person, world).filter((event) => CONDITIONS.has(event.type) && event.name === name)

/** Those since the last pause that was longer; none once such a pause is on. What is still to come is in no session (spec/audiences §7.3). */
const session = (events: readonly Happened[], pause: number, now: Date): readonly Happened[] => {
  const reached = inTime(events.filter((event) => event.timestamp <= now))
  const begins = reached.findLastIndex((event, at) => {
    const before = reached[at - 1]
    return before === undefined || event.timestamp.getTime() - before.timestamp.getTime() > pause
  })
  const last = reached.at(-1)
  return last === undefined || now.getTime() - last.timestamp.getTime() > pause ? [] : reached.slice(begins)
}

/** The events that a selection speaks of, of all those of a person. */
export const selected = (selection: EventSelection, place: Place): readonly Happened[] => {
  const events = named(selection.name, place).filter((event) => keptOut(event, selection, place) === undefined)
  return selection.expiresAfter === undefined ? events : session(events, milliseconds(selection.expiresAfter), place.now)
}
