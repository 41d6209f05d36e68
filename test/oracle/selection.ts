import type { EventSelection, Filter } from '../../src/audience/condition.ts'
import { milliseconds } from '../../src/base/duration.ts'
import { compares } from './comparison.ts'
import { keysOf, valuesAt } from './path.ts'
import type { Happened } from './person.ts'

const CONDITIONS = new Set(['track', 'page', 'screen'])

export const passes = (filter: Filter, event: Happened, now: Date): boolean => {
  switch (filter.type) {
    case 'and':
      return filter.filters.every((each) => passes(each, event, now))
    case 'or':
      return filter.filters.some((each) => passes(each, event, now))
    case 'not':
      return !passes(filter.filter, event, now)
    case 'property':
      return compares(valuesAt(event.properties, keysOf(filter.path)), filter.compare, now)
    case 'context':
      return compares(valuesAt(event.context, keysOf(filter.path)), filter.compare, now)
    case 'trait':
    case 'event':
    case 'any_element':
      throw new Error(`the oracle does not know ${filter.type}`)
  }
}

/** The events a selection speaks of, whatever their age: calls that are conditions, by name and by what is in them. */
export const chosen = (events: readonly Happened[], { name, where }: EventSelection, now: Date): readonly Happened[] =>
  events.filter(
    (event) => CONDITIONS.has(event.type) && event.name === name && (where === undefined || passes(where, event, now)),
  )

/** `within(a)` is 0 ≤ age ≤ a and `between(a, b)` is a < age ≤ b; an event of the future waits for its time (spec/audiences §11.5, §3.1). */
export const isInWindow = (event: Happened, { within, between }: EventSelection, now: Date): boolean => {
  const age = now.getTime() - event.timestamp.getTime()
  if (within !== undefined && (age < 0 || age > milliseconds(within))) return false
  if (between === undefined) return true
  return age >= 0 && age > milliseconds(between[0]) && age <= milliseconds(between[1])
}

export const selected = (events: readonly Happened[], selection: EventSelection, now: Date): readonly Happened[] =>
  chosen(events, selection, now).filter((event) => isInWindow(event, selection, now))
