import type { ComputedTraitDefinition } from '../condition.ts'
import { measured } from './measure.ts'
import type { Place } from './place.ts'
import { selected } from './selection.ts'
import type { Value } from './value.ts'

/**
 * The value of a computed trait. A counter falls to 0 with the window, and is nothing for those who never did it by now; a session that
 * closed has no value.
 */
export const computedValue = ({ event, measure }: ComputedTraitDefinition, place: Place): Value | undefined => {
  const events = selected(event, place)
  if (event.expiresAfter !== undefined && events.length === 0) return undefined
  const value = measured(events, measure)
  if (measure.kind !== 'count' && measure.kind !== 'unique_count') return value
  const { within, between, ...always } = event
  const windowed = within !== undefined || between !== undefined
  const ever = selected(always, place).filter((each) => !windowed || each.timestamp <= place.now)
  return ever.length === 0 ? undefined : value
}
