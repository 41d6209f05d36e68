import type { Json } from '../../base/json.ts'
import type { Reference } from '../condition.ts'
import { jsonsAt, keysOf, valuesAt } from './path.ts'
import type { Happened, Person, World } from './person.ts'
import type { Value } from './value.ts'

/** Where a comparison stands: whose it is, when it is asked, and what is around it. */
export type Place = {
  readonly person: Person
  readonly world: World
  readonly now: Date
  /** The event that is looked at. */
  readonly event?: Happened
  /** In a funnel: the event before it whose child it is. */
  readonly parent?: Happened
  /** In an array: the entry that is looked at. */
  readonly entry?: { readonly json: Json }
}

const own = <Of>(of: { readonly [key: string]: Of }, key: string): Of | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined

/**
 * A key of a computation is what was computed, whatever custom trait had this name before. An audience is true, false after exit, else
 * nothing; it is one boolean, so a path that goes on is about a custom trait.
 */
const traitOf = (person: Person, key: string, goesOn: boolean, world: World): Json | undefined => {
  if (world.computedTraits.includes(key)) return own(person.computed, key)
  if (goesOn || !world.audiences.includes(key)) return own(person.traits, key)
  if (isPartOf(person, key, world)) return true
  return stoodIn(person, key, world).length === 0 ? undefined : false
}

/** How somebody stands with an audience that is or was theirs; of one of accounts, how each of theirs does (spec/audiences §11.9, §12). */
const stoodIn = (person: Person, key: string, world: World): readonly ('member' | 'exited')[] => {
  const members = world.accountAudiences?.includes(key) ? 'accounts' : 'users'
  if (members !== person.collection) return (person.linked ?? []).flatMap((each) => stoodIn(each, key, world))
  const membership = own(person.memberships, key)
  return membership === undefined ? [] : [membership]
}

/** Part of an audience of one's own kind, or of one whose members one is linked to (spec/audiences §11.9, §12). */
export const isPartOf = (person: Person, key: string, world: World): boolean => stoodIn(person, key, world).includes('member')

const rootOf = (path: string): readonly [root: string, rest: readonly string[]] => {
  const [root = '', ...rest] = keysOf(path)
  return [root, rest]
}

/** What stands at the path of a trait: nothing, one, or with `$` one for each entry. */
export const traitJsons = ({ person, world }: Place, path: string): readonly Json[] => {
  const [root, rest] = rootOf(path)
  return root === '$' ? [] : jsonsAt(traitOf(person, root, rest.length > 0, world), rest)
}

export const traitValues = ({ person, world }: Place, path: string): readonly Value[] => {
  const [root, rest] = rootOf(path)
  if (root === '$') return []
  const number = rest.length === 0 && world.computedTraits.includes(root) ? own(person.exact ?? {}, root) : undefined
  return number ? [{ kind: 'number', number }] : valuesAt(traitOf(person, root, rest.length > 0, world), rest)
}

// In an entry the empty path is the entry itself.
const keysInEntry = (path: string): readonly string[] => (path === '' ? [] : keysOf(path))

/** What stands at a path of the event; in an array, of the entry. */
export const propertyJsons = ({ entry, event }: Place, path: string): readonly Json[] =>
  entry ? jsonsAt(entry.json, keysInEntry(path)) : jsonsAt(event?.properties, keysOf(path))

export const propertyValues = ({ entry, event }: Place, path: string): readonly Value[] =>
  entry ? valuesAt(entry.json, keysInEntry(path)) : valuesAt(event?.properties, keysOf(path))

/** What a reference on the right side comes to: nothing where it is missing (spec/audiences §11.7). */
export const referencedValues = (place: Place, { reference, path }: Reference): readonly Value[] => {
  switch (reference) {
    case 'property':
      return propertyValues(place, path)
    case 'context':
      return valuesAt(place.event?.context, keysOf(path))
    case 'parent':
      return valuesAt(place.parent?.properties, keysOf(path))
    case 'trait':
      return traitValues(place, path)
  }
}
