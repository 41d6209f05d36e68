import type { Measure } from '../condition.ts'
import { byCodePoint } from './comparison.ts'
import { compareExact, dividedBy, type Exact, plus, textOfExact, whole } from './exact.ts'
import { jsonsAt, keysOf, valuesAt } from './path.ts'
import type { Happened } from './person.ts'
import { numberOf, textOf, type Value } from './value.ts'

/** The earliest first; of those at one instant the smaller messageId (spec/audiences §11.2). */
export const inTime = (events: readonly Happened[]): readonly Happened[] =>
  events.toSorted((a, b) => a.timestamp.getTime() - b.timestamp.getTime() || byCodePoint(a.messageId, b.messageId))

/** The values of a property, the earliest first; an event without it is skipped (spec/audiences §11.2). */
const valuesOf = (events: readonly Happened[], property: string): readonly Value[] =>
  inTime(events).flatMap((event) => valuesAt(event.properties, keysOf(property)))

/** What is one value and no tree: first and last are scalars, and what is counted and listed are values, not lists (§7.1). */
const scalarsOf = (events: readonly Happened[], property: string): readonly Value[] =>
  valuesOf(events, property).filter((value) => value.kind !== 'tree')

/** The numbers of a property; what is no number is left out (spec/audiences §7.1). */
const numbersOf = (events: readonly Happened[], property: string): readonly Exact[] =>
  valuesOf(events, property)
    .map(numberOf)
    .filter((number) => number !== undefined)

/**
 * The lists that a path with `$` leads to, each one value (spec/audiences §7.1): null stands for an entry that has nothing there. Where an array
 * has no entries, nothing is listed.
 */
const listsOf = (events: readonly Happened[], property: string): readonly Value[] => {
  const keys = keysOf(property)
  const last = keys.lastIndexOf('$')
  return inTime(events)
    .map((event) => jsonsAt(event.properties, keys.slice(0, last + 1)))
    .filter((entries) => entries.length > 0)
    .map((entries) => entries.map((each) => jsonsAt(each, keys.slice(last + 1))[0] ?? null))
    .map((tree): Value => ({ kind: 'tree', tree }))
}

/** Distinct values in alphabetical order; 5 and "5" are one value (spec/audiences §7.1, §11.2). */
const distinct = (values: readonly Value[]): readonly string[] => [...new Set(values.map(textOf))].toSorted(byCodePoint)

/** Of values that are there so often, the most common; of several the first (spec/audiences §7.1). */
const mostCommon = <Of>(
  values: readonly Of[],
  minimum: number,
  keyOf: (value: Of) => string,
  before: (a: Of, b: Of) => number,
): Of | undefined => {
  const groups = [...Map.groupBy(values, keyOf).values()].filter((group) => group.length >= minimum)
  const most = Math.max(0, ...groups.map((group) => group.length))
  return groups
    .filter((group) => group.length === most)
    .flatMap((group) => group.slice(0, 1))
    .toSorted(before)[0]
}

type MostFrequent = Extract<Measure, { kind: 'most_frequent' }>

const mostFrequent = (events: readonly Happened[], { property, minimum, as = 'string' }: MostFrequent): Value | undefined => {
  const alphabetical = (a: Value, b: Value): number => byCodePoint(textOf(a), textOf(b))
  // Only a path with `$` leads to a list.
  switch (as === 'array' && !keysOf(property).includes('$') ? 'string' : as) {
    case 'string': {
      const winner = mostCommon(scalarsOf(events, property), minimum, textOf, alphabetical)
      return winner && { kind: 'text', text: textOf(winner) }
    }
    case 'number':
      return number(mostCommon(numbersOf(events, property), minimum, textOfExact, compareExact))
    case 'array':
      return mostCommon(listsOf(events, property), minimum, textOf, alphabetical)
  }
}

const number = (exact: Exact | undefined): Value | undefined =>
  exact === undefined ? undefined : { kind: 'number', number: exact }

/** The least of some by an order. */
const least = <Of>(values: readonly Of[], order: (a: Of, b: Of) => number): Of | undefined => values.toSorted(order)[0]

const extreme = (
  events: readonly Happened[],
  { kind, property, as }: Extract<Measure, { kind: 'min' | 'max' }>,
): Value | undefined => {
  const sign = kind === 'min' ? 1 : -1
  if (as !== 'string') return number(least(numbersOf(events, property), (a, b) => sign * compareExact(a, b)))
  const text = least(scalarsOf(events, property).map(textOf), (a, b) => sign * byCodePoint(a, b))
  return text === undefined ? undefined : { kind: 'text', text }
}

const total = (numbers: readonly Exact[]): Exact | undefined => {
  const [first, ...rest] = numbers
  return first && rest.reduce(plus, first)
}

/** What a measure makes of the selected events: exact, and nothing where there is nothing to measure (spec/audiences §11.2). */
export const measured = (happened: readonly Happened[], measure: Measure): Value | undefined => {
  const inContext = measure.kind !== 'count' && measure.of === 'context'
  const events = inContext ? happened.map((event) => ({ ...event, properties: event.context })) : happened
  switch (measure.kind) {
    case 'count':
      return number(whole(events.length))
    case 'unique_count':
      return number(whole(distinct(scalarsOf(events, measure.property)).length))
    case 'first':
      return scalarsOf(events, measure.property)[0]
    case 'last':
      return scalarsOf(events, measure.property).at(-1)
    case 'most_frequent':
      return mostFrequent(events, measure)
    case 'unique': {
      const tree = distinct(scalarsOf(events, measure.property))
      return tree.length === 0 ? undefined : { kind: 'tree', tree }
    }
    case 'min':
    case 'max':
      return extreme(events, measure)
    case 'sum':
      return number(total(numbersOf(events, measure.property)))
    case 'average': {
      const numbers = numbersOf(events, measure.property)
      const sum = total(numbers)
      return number(sum && dividedBy(sum, numbers.length))
    }
  }
}
