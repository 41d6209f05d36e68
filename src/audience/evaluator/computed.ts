import type { ComputedTraitDefinition } from '../condition.ts'
import { measured } from './measure.ts'
import { type Happened, usersOf } from './person.ts'
import type { Place } from './place.ts'
import { selected } from './selection.ts'
import type { Value } from './value.ts'

type Selection = ComputedTraitDefinition['event']

/** The selected events; of an account those of each of its users, of whom what must hold is asked (spec/audiences §7.1, §12). */
const selectedOf = (event: Selection, place: Place, ofUser: boolean): readonly Happened[] => {
  if (place.person.collection !== 'accounts') return selected(event, place)
  return usersOf(place.person, place.world).flatMap((person) => {
    const events = selected(event, { ...place, person })
    // A measure of the user reads the trait of whoever did the event.
    return ofUser ? events.map((each) => ({ ...each, properties: person.traits })) : events
  })
}

/**
 * The value of a computed trait. A counter falls to 0 with the window, and is nothing for those who never did it by now; a session that
 * closed has no value.
 */
export const computedValue = ({ event, measure }: ComputedTraitDefinition, place: Place): Value | undefined => {
  const ofUser = 'of' in measure && measure.of === 'user'
  const events = selectedOf(event, place, ofUser)
  if (event.expiresAfter !== undefined && events.length === 0) return undefined
  const value = measured(events, measure)
  if (measure.kind !== 'count' && measure.kind !== 'unique_count') return value
  const { within, between, ...always } = event
  const windowed = within !== undefined || between !== undefined
  const ever = selectedOf(always, place, ofUser).filter((each) => !windowed || each.timestamp <= place.now)
  return ever.length === 0 ? undefined : value
}
