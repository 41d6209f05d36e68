import { isObject, type Json, type JsonObject } from '../base/json.ts'

/** As deep may a path go inside properties, traits or context (spec/connections §1.7). */
export const DEEPEST = 4
/** Where a path from the top of a call may lead: everything else there is whose call it is, when, and what. */
export const BAGS: readonly string[] = ['properties', 'traits', 'context']
const KEPT: ReadonlySet<string> = new Set([
  ...[
    'type',
    'event',
    'userId',
    'anonymousId',
    'groupId',
    'previousId',
    'messageId',
    'writeKey',
    'integrations',
    'version',
    'channel',
  ],
  ...['timestamp', 'originalTimestamp', 'sentAt', 'receivedAt', ...BAGS],
])

/** The keys of a path: `a.b` is `b` inside `a`, a dot that belongs to a key is written `\.`. */
export const keysOf = (path: string): readonly string[] => path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))

/** What is wrong with a path inside properties or traits; undefined where nothing is. */
export const wrongInside = (path: string): string | undefined => {
  const keys = keysOf(path)
  if (keys.includes('')) return 'has an empty name in it'
  if (keys.includes('$')) return 'leads into an array: what lies in arrays cannot be changed'
  return keys.length > DEEPEST ? `is ${keys.length} levels deep, and at most ${DEEPEST} are looked into` : undefined
}

/** What is wrong with a path from the top of a call. */
export const wrongFromTop = (path: string): string | undefined => {
  const [first = '', ...rest] = keysOf(path)
  if (rest.length > 0 && BAGS.includes(first)) return wrongInside(path.slice(first.length + 1))
  if (rest.length > 0) return `begins with "${first}": write properties., traits. or context. before the name`
  if (KEPT.has(first)) return 'is what makes the call what it is, and stays'
  return wrongInside(path)
}

/** The value at a path, undefined where nothing is. */
export const valueAt = (tree: Json | undefined, keys: readonly string[]): Json | undefined => {
  let here = tree
  for (const key of keys) here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined
  return here
}

/** A tree with another value at a path, objects made on the way; undefined where something that is no object stands in the way. */
export const withValue = (tree: JsonObject, [first, ...rest]: readonly string[], value: Json): JsonObject | undefined => {
  if (first === undefined) return undefined
  if (rest.length === 0) return { ...tree, [first]: value }
  const there = Object.hasOwn(tree, first) ? tree[first] : undefined
  if (there !== undefined && !isObject(there)) return undefined
  const inside = withValue(there ?? {}, rest, value)
  return inside && { ...tree, [first]: inside }
}

/** A tree without what is at a path; the objects around it stay. */
export const withoutValue = (tree: JsonObject, [first, ...rest]: readonly string[]): JsonObject => {
  if (first === undefined || !Object.hasOwn(tree, first)) return tree
  if (rest.length === 0) return Object.fromEntries(Object.entries(tree).filter(([key]) => key !== first))
  const there = tree[first]
  return isObject(there) ? { ...tree, [first]: withoutValue(there, rest) } : tree
}
