import { isObject, type Json, type JsonObject } from '../base/json.ts'

/** What a schema says of names: the planned ones with what is planned inside each, or that any name is fine. */
export type Names = { readonly open: boolean; readonly of: ReadonlyMap<string, Names>; readonly items?: Names }

const ANYTHING: Names = { open: true, of: new Map() }
const NOTHING: Names = { open: false, of: new Map() }
const JOINED = ['allOf', 'anyOf', 'oneOf'] as const
const BRANCHES = ['then', 'else', 'if'] as const

const partsOf = (schema: JsonObject): readonly JsonObject[] => [
  schema,
  ...JOINED.flatMap((key) => {
    const list = schema[key]
    return Array.isArray(list) ? list.filter(isObject).flatMap(partsOf) : []
  }),
  ...BRANCHES.flatMap((key) => {
    const branch = schema[key]
    return isObject(branch) ? partsOf(branch) : []
  }),
]

const DEEPEST = 20

/**
 * The names that the schema of `properties` or `traits` plans. An object in it that plans no names inside may hold any; the objects of an array without `items` may hold none
 * (spec/connections §1.2), because nobody planned them.
 */
export const namesIn = (schema: Json | undefined, depth = 0): Names => {
  if (!isObject(schema) || depth > DEEPEST) return depth === 0 ? NOTHING : ANYTHING
  const parts = partsOf(schema)
  const of = new Map<string, Names>()
  for (const { properties } of parts)
    if (isObject(properties)) for (const [name, inside] of Object.entries(properties)) of.set(name, namesIn(inside, depth + 1))
  const items = parts.map((part) => part['items']).find(isObject)
  const isArray = [schema['type']].flat().includes('array')
  const declares = parts.some((part) => isObject(part['properties']))
  const open = (!declares && !isArray && depth > 0) || parts.some((part) => '$ref' in part || 'patternProperties' in part)
  return items ? { open, of, items: namesIn(items, depth + 1) } : { open, of }
}

type Without = { readonly value: Json; readonly omitted: readonly string[] }

const withoutItems = (list: readonly Json[], names: Names, at: string): Without => {
  const inside = names.items ?? { open: false, of: new Map<string, Names>() }
  const each = list.map((item) => withoutUnplanned(item, inside, `${at}.$`))
  return { value: each.map(({ value }) => value), omitted: each.flatMap(({ omitted }) => omitted) }
}

/** A value without the names that nobody planned, and which these were (`order.$.id`). The same value where there are none. */
export const withoutUnplanned = (value: Json, names: Names, at = ''): Without => {
  if (names.open && names.of.size === 0) return { value, omitted: [] }
  if (Array.isArray(value)) return withoutItems(value, names, at)
  if (!isObject(value)) return { value, omitted: [] }
  const omitted: string[] = []
  const kept = Object.entries(value).flatMap(([name, inside]): readonly (readonly [string, Json])[] => {
    const here = at === '' ? name : `${at}.${name}`
    const planned = names.of.get(name)
    if (!planned && !names.open) {
      omitted.push(here)
      return []
    }
    const without = planned ? withoutUnplanned(inside, planned, here) : { value: inside, omitted: [] }
    omitted.push(...without.omitted)
    return [[name, without.value]]
  })
  return omitted.length === 0 ? { value, omitted } : { value: Object.fromEntries(kept), omitted: [...new Set(omitted)] }
}

/** A place in a tree: whether what is there goes, and what is inside that does. */
type Place = { gone: boolean; readonly inside: Map<string, Place> }

const placeOf = (paths: readonly (readonly string[])[]): Place => {
  const root: Place = { gone: false, inside: new Map() }
  for (const path of paths) {
    let here = root
    for (const key of path) {
      const next: Place = here.inside.get(key) ?? { gone: false, inside: new Map() }
      here.inside.set(key, next)
      here = next
    }
    here.gone = true
  }
  return root
}

const without = (tree: Json, { inside }: Place): Json => {
  if (inside.size === 0) return tree
  const left = (key: string, value: Json): Json => {
    const place = inside.get(key)
    return place ? without(value, place) : value
  }
  if (Array.isArray(tree)) return tree.map((item: Json, at) => left(String(at), item))
  if (!isObject(tree)) return tree
  const kept = Object.entries(tree).filter(([key]) => !inside.get(key)?.gone)
  return Object.fromEntries(kept.map(([key, value]) => [key, left(key, value)]))
}

/** A tree without what is at these paths, in one walk. An item of an array is never taken out, only what is in it. */
export const withoutPaths = (tree: Json, paths: readonly (readonly string[])[]): Json => without(tree, placeOf(paths))
