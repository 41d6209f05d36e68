import type { Condition } from '../condition.ts'
import { compares } from './comparison.ts'
import { measured } from './measure.ts'
import { isEligible, type Person, usersOf, type World } from './person.ts'
import { isPartOf, type Place, traitJsons, traitValues } from './place.ts'
import { passes, selected } from './selection.ts'

/*
 * The condition language a second time, over plain objects, written from spec/audiences §11 and §12 alone. The compiler must agree with it
 * (guarantee G2), so nothing in this folder may be taken from the compiler; it is for tests and for what `explain` shows.
 */

/**
 * Whether all users of an account satisfy a condition. Nobody is not everybody: an account without users satisfies nothing of all its
 * users; but "all not" is "none", and that is true of it (spec/audiences §12).
 */
const holdsForAll = (condition: Condition, { person, ...place }: Place): boolean => {
  const users = usersOf(person, place.world)
  return users.length === 0 ? condition.type === 'not' : users.every((user) => holds(condition, { ...place, person: user }))
}

/** Whether a condition is true of a person, eligible or not. */
export const holds = (condition: Condition, place: Place): boolean => {
  switch (condition.type) {
    case 'and':
      return condition.conditions.every((each) => holds(each, place))
    case 'or':
      return condition.conditions.some((each) => holds(each, place))
    case 'not':
      return !holds(condition.condition, place)
    case 'trait':
      return compares(traitValues(place, condition.path), condition.compare, place)
    case 'any_element':
      return traitJsons(place, condition.path)
        .flatMap((json) => (Array.isArray(json) ? json : []))
        .some((json) => passes(condition.filter, { ...place, entry: { json } }))
    case 'event': {
      const value = measured(selected(condition.event, place), condition.measure)
      return compares(value === undefined ? [] : [value], condition.compare, place)
    }
    case 'audience':
      return isPartOf(place.person, condition.audience, place.world)
    case 'any':
      return usersOf(place.person, place.world).some((person) => holds(condition.condition, { ...place, person }))
    case 'all':
      return holdsForAll(condition.condition, place)
  }
}

/** Whether a person belongs to the audience of a condition at an instant. */
export const matches = (condition: Condition, person: Person, world: World, now: Date): boolean =>
  isEligible(person, world) && holds(condition, { person, world, now })
