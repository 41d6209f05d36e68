import type { ComputedTraitDefinition, Measure } from '../../src/audience/condition.ts'
import { byCodePoint } from './comparison.ts'
import { compareExact, dividedBy, type Exact, plus, whole } from './exact.ts'
import { keysOf, valuesAt } from './path.ts'
import type { Happened } from './person.ts'
import { chosen, selected } from './selection.ts'
import { numberOf, textOf, type Value } from './value.ts'

/** The earliest first; of those at one instant the smaller messageId (spec/audiences §11.2). */
const inTime = (events: readonly Happened[]): readonly Happened[] =>
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

/** Distinct values in alphabetical order; 5 and "5" are one value (spec/audiences §7.1, §11.2). */
const distinct = (values: readonly Value[]): readonly string[] => [...new Set(values.map(textOf))].toSorted(byCodePoint)

/** The most common value as a string, if it is there so often; of several the first alphabetically (spec/audiences §7.1). */
const mostFrequent = (values: readonly Value[], minimum: number): string | undefined => {
  const times = (text: string): number => values.filter((value) => textOf(value) === text).length
  const [first, ...rest] = distinct(values)
  if (first === undefined) return undefined
  const winner = rest.reduce((best, each) => (times(each) > times(best) ? each : best), first)
  return times(winner) >= minimum ? winner : undefined
}

const number = (exact: Exact | undefined): Value | undefined =>
  exact === undefined ? undefined : { kind: 'number', number: exact }

const aggregated = (numbers: readonly Exact[], kind: 'sum' | 'average' | 'min' | 'max'): Exact | undefined => {
  const [first, ...rest] = numbers
  if (first === undefined) return undefined
  switch (kind) {
    case 'sum':
      return rest.reduce(plus, first)
    case 'average':
      return dividedBy(rest.reduce(plus, first), numbers.length)
    case 'min':
      return rest.reduce((least, each) => (compareExact(each, least) < 0 ? each : least), first)
    case 'max':
      return rest.reduce((most, each) => (compareExact(each, most) > 0 ? each : most), first)
  }
}

/** What a measure makes of the selected events: exact, and nothing where there is nothing to measure (spec/audiences §11.2). */
export const measured = (events: readonly Happened[], measure: Measure): Value | undefined => {
  switch (measure.kind) {
    case 'count':
      return number(whole(events.length))
    case 'unique_count':
      return number(whole(distinct(scalarsOf(events, measure.property)).length))
    case 'first':
      return scalarsOf(events, measure.property)[0]
    case 'last':
      return scalarsOf(events, measure.property).at(-1)
    case 'most_frequent': {
      const text = mostFrequent(scalarsOf(events, measure.property), measure.minimum)
      return text === undefined ? undefined : { kind: 'text', text }
    }
    case 'unique': {
      const tree = distinct(scalarsOf(events, measure.property))
      return tree.length === 0 ? undefined : { kind: 'tree', tree }
    }
    default:
      return number(aggregated(numbersOf(events, measure.property), measure.kind))
  }
}

/** The value of a computed trait. A counter falls to 0 with the window, and is nothing for those who never did it by now. */
export const computedValue = (
  events: readonly Happened[],
  { event, measure }: ComputedTraitDefinition,
  now: Date,
): Value | undefined => {
  const value = measured(selected(events, event, now), measure)
  if (measure.kind !== 'count' && measure.kind !== 'unique_count') return value
  const windowed = event.within !== undefined || event.between !== undefined
  const ever = chosen(events, event, now).filter((each) => !windowed || each.timestamp <= now)
  return ever.length === 0 ? undefined : value
}
