import type { ComputedTraitDefinition, Measure } from '../../src/audience/condition.ts'
import { compareExact, dividedBy, type Exact, plus, whole } from './exact.ts'
import { keysOf, valuesAt } from './path.ts'
import type { Happened } from './person.ts'
import { chosen, selected } from './selection.ts'
import { numberOf } from './value.ts'

/** The numbers of a property; what is no number is left out (spec/audiences §7.1). */
const numbersOf = (events: readonly Happened[], property: string): readonly Exact[] =>
  events
    .flatMap((event) => valuesAt(event.properties, keysOf(property)))
    .map(numberOf)
    .filter((number) => number !== undefined)

/** What a measure makes of the selected events: exact, and nothing where there is nothing to sum (spec/audiences §11.2). */
export const measured = (events: readonly Happened[], measure: Measure): Exact | undefined => {
  if (measure.kind === 'count') return whole(events.length)
  const [first, ...rest] = numbersOf(events, measure.property)
  if (first === undefined) return undefined
  switch (measure.kind) {
    case 'sum':
      return rest.reduce(plus, first)
    case 'average':
      return dividedBy(rest.reduce(plus, first), rest.length + 1)
    case 'min':
      return rest.reduce((least, each) => (compareExact(each, least) < 0 ? each : least), first)
    case 'max':
      return rest.reduce((most, each) => (compareExact(each, most) > 0 ? each : most), first)
  }
}

/** The value of a computed trait. A counter falls to 0 with the window, and is nothing for those who never did it by now. */
export const computedValue = (
  events: readonly Happened[],
  { event, measure }: ComputedTraitDefinition,
  now: Date,
): Exact | undefined => {
  const inWindow = selected(events, event, now)
  if (measure.kind !== 'count') return measured(inWindow, measure)
  const windowed = event.within !== undefined || event.between !== undefined
  const ever = chosen(events, event, now).filter((each) => !windowed || each.timestamp <= now)
  return ever.length === 0 ? undefined : whole(inWindow.length)
}
