import { milliseconds, spokenDuration } from '../../base/duration.ts'
import { unreachable } from '../../base/must.ts'
import type { Comparison, Condition, EventSelection, Filter, Measure } from '../condition.ts'
import { type Instant, writtenInstant } from './instant.ts'
import { keysOf, valuesAt } from './path.ts'
import { type Happened, usersOf } from './person.ts'
import { type Place, propertyJsons, propertyValues, traitJsons, traitValues } from './place.ts'
import { directChildren, named, patienceOf } from './selection.ts'
import { instantOf, type Value } from './value.ts'

/** An instant (milliseconds) from which on a comparison may have another answer though nothing happened, and what time does then. */
export type Moment = { readonly at: number; readonly because: string }

/* These are all instants that may matter, and some that don't: which of them change an answer is found by asking again at each. */

const day = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ')
const spoken = ({ name, timestamp }: Happened): string => `“${name}” of ${day(timestamp)}`
const reached = (event: Happened, text = spoken(event)): Moment => ({
  at: event.timestamp.getTime(),
  because: `${text} is reached`,
})
// An event is older than a duration one millisecond after it is as old as that.
const older = (event: Happened, duration: string): Moment => ({
  at: event.timestamp.getTime() + milliseconds(duration) + 1,
  because: `${spoken(event)} becomes older than ${spokenDuration(duration)}`,
})

const ofWindow = (event: Happened, { within, between }: EventSelection): readonly Moment[] => [
  ...(within === undefined ? [] : [reached(event), older(event, within)]),
  ...(between === undefined ? [] : [reached(event), ...between.map((edge) => older(event, edge))]),
]

const ofSettling = (event: Happened, where: Filter): readonly Moment[] =>
  directChildren(where)
    .filter((child) => child.event.settled === true)
    .map((child) => ({
      at: event.timestamp.getTime() + (patienceOf(child.event) ?? 0) + 1,
      because: `the time for “${child.event.name}” after ${spoken(event)} is over`,
    }))

// The first milliseconds at which it is as late as an instant, and later.
const from = (instant: Instant): number => Number((instant + 999n) / 1000n)
const after = (instant: Instant): number => Number(instant / 1000n) + 1

/** What passing time does to a date that is compared with now. */
const ofDate = (value: Value, compare: Comparison, what: string): readonly Moment[] => {
  const instant = instantOf(value)
  if (instant === undefined || !('duration' in compare)) return []
  const span = BigInt(milliseconds(compare.duration)) * 1000n
  const said = spokenDuration(compare.duration)
  const named = `${what} (${writtenInstant(instant)})`
  switch (compare.operator) {
    case 'within_last':
      return [
        { at: from(instant), because: `${named} is reached` },
        { at: after(instant + span), because: `${named} becomes older than ${said}` },
      ]
    case 'within_next':
      return [
        { at: from(instant - span), because: `${named} comes within ${said}` },
        { at: after(instant), because: `${named} is over` },
      ]
    case 'before_last':
      return [{ at: from(instant + span), because: `${named} becomes ${said} old` }]
    case 'after_next':
      return [{ at: after(instant - span), because: `${named} comes closer than ${said}` }]
    default:
      return unreachable(compare)
  }
}

const ofFilter = (filter: Filter, place: Place): readonly Moment[] => {
  const dated = (values: readonly Value[], what: string): readonly Moment[] =>
    'compare' in filter ? values.flatMap((value) => ofDate(value, filter.compare, what)) : []
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.filters.flatMap((each) => ofFilter(each, place))
    case 'not':
      return ofFilter(filter.filter, place)
    case 'property':
      return dated(propertyValues(place, filter.path), `“${filter.path}”${place.event ? ` of ${spoken(place.event)}` : ''}`)
    case 'context':
      return dated(valuesAt(place.event?.context, keysOf(filter.path)), `context “${filter.path}”`)
    case 'trait':
      return dated(traitValues(place, filter.path), `“${filter.path}”`)
    case 'any_element':
      return propertyJsons(place, filter.path)
        .flatMap((json) => (Array.isArray(json) ? json : []))
        .flatMap((json) => ofFilter(filter.filter, { ...place, entry: { json } }))
    case 'event':
      return ofSelection(filter, place)
    default:
      return unreachable(filter)
  }
}

type Selected = { readonly event: EventSelection; readonly measure: Measure; readonly compare: Comparison }

/** A measured value that is a date: any of the property may become the one that counts. */
const ofMeasured = (event: Happened, { measure, compare }: Selected): readonly Moment[] =>
  measure.kind === 'count'
    ? []
    : valuesAt(measure.of === 'context' ? event.context : event.properties, keysOf(measure.property)).flatMap((value) =>
        ofDate(value, compare, `“${measure.property}” of ${spoken(event)}`),
      )

const ofSelection = (of: Selected, { entry: _, event: parent, ...place }: Place): readonly Moment[] =>
  named(of.event.name, place).flatMap((event) => [
    ...ofWindow(event, of.event),
    ...(of.event.expiresAfter === undefined ? [] : [reached(event), older(event, of.event.expiresAfter)]),
    ...ofMeasured(event, of),
    ...(of.event.where === undefined ? [] : ofSettling(event, of.event.where)),
    ...(of.event.where === undefined ? [] : ofFilter(of.event.where, { ...place, event, ...(parent ? { parent } : {}) })),
  ])

/** All instants at which time alone may change whether a condition is true of a person; in no order. */
export const momentsOf = (condition: Condition, place: Place): readonly Moment[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap((each) => momentsOf(each, place))
    case 'not':
      return momentsOf(condition.condition, place)
    case 'trait':
      return traitValues(place, condition.path).flatMap((value) => ofDate(value, condition.compare, `“${condition.path}”`))
    case 'any_element':
      return traitJsons(place, condition.path)
        .flatMap((json) => (Array.isArray(json) ? json : []))
        .flatMap((json) => ofFilter(condition.filter, { ...place, entry: { json } }))
    case 'event':
      return ofSelection(condition, place)
    case 'audience':
      return []
    case 'any':
    case 'all':
      return usersOf(place.person, place.world).flatMap((person) => momentsOf(condition.condition, { ...place, person }))
    default:
      return unreachable(condition)
  }
}
