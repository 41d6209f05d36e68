import type { Condition } from '../../src/audience/condition.ts'
import type { Json } from '../../src/base/json.ts'
import { compares } from './comparison.ts'
import { measured } from './measure.ts'
import { keysOf, valuesAt } from './path.ts'
import { isEligible, type Person, type World } from './person.ts'
import { selected } from './selection.ts'
import type { Value } from './value.ts'

/*
 * The condition language a second time, over plain objects, written from spec/audiences §11 alone. The compiler must agree with it
 * (guarantee G2); nothing here may be taken from the compiler.
 */

/**
 * A key of a computation is what was computed, whatever custom trait had this name before. An audience is true, false after exit, else
 * nothing; it is one boolean, so a path that goes on is about a custom trait.
 */
const traitOf = (person: Person, key: string, goesOn: boolean, world: World): Json | undefined => {
  const own = <Of>(of: { readonly [key: string]: Of }): Of | undefined => (Object.hasOwn(of, key) ? of[key] : undefined)
  if (world.computedTraits.includes(key)) return own(person.computed)
  if (goesOn || !world.audiences.includes(key)) return own(person.traits)
  const membership = own(person.memberships)
  return membership === undefined ? undefined : membership === 'member'
}

const traitValues = (person: Person, path: string, world: World): readonly Value[] => {
  const [root = '', ...rest] = keysOf(path)
  return root === '$' ? [] : valuesAt(traitOf(person, root, rest.length > 0, world), rest)
}

const measuredValues = (
  person: Person,
  { event, measure }: Extract<Condition, { type: 'event' }>,
  now: Date,
): readonly Value[] => {
  const value = measured(selected(person.events, event, now), measure)
  return value === undefined ? [] : [value]
}

const holds = (condition: Condition, person: Person, world: World, now: Date): boolean => {
  switch (condition.type) {
    case 'and':
      return condition.conditions.every((each) => holds(each, person, world, now))
    case 'or':
      return condition.conditions.some((each) => holds(each, person, world, now))
    case 'not':
      return !holds(condition.condition, person, world, now)
    case 'trait':
      return compares(traitValues(person, condition.path, world), condition.compare, now)
    case 'event':
      return compares(measuredValues(person, condition, now), condition.compare, now)
    case 'any_element':
    case 'any':
    case 'all':
      throw new Error(`the oracle does not know ${condition.type}`)
    case 'audience':
      return Object.hasOwn(person.memberships, condition.audience) && person.memberships[condition.audience] === 'member'
  }
}

/** Whether a person belongs to the audience of a condition at an instant. */
export const matches = (condition: Condition, person: Person, world: World, now: Date): boolean =>
  isEligible(person, world) && holds(condition, person, world, now)
