import { isObject, type Json, type JsonObject, storable } from '../base/json.ts'
import type { CatalogType } from '../db/rows/catalog.ts'

/** What the catalogue speaks of: an event (no path), a property of one, or a trait (no name). */
export type Subject = { readonly type: CatalogType; readonly name: string; readonly path: string }

const TYPES: ReadonlySet<string> = new Set<CatalogType>(['track', 'page', 'screen', 'identify', 'group'])
const isCatalogType = (type: string): type is CatalogType => TYPES.has(type)

/** The event of a call: all pages are one, and all screens (spec/connections §2.4). Undefined where the catalogue has nothing to say of it. */
export const subjectOf = (call: { readonly [key: string]: unknown }): Pick<Subject, 'type' | 'name'> | undefined => {
  const type = String(call['type'])
  if (!isCatalogType(type)) return undefined
  if (type === 'page') return { type, name: 'Page Viewed' }
  if (type === 'screen') return { type, name: 'Screen Viewed' }
  const event = call['event']
  if (type !== 'track') return { type, name: '' }
  return typeof event === 'string' ? { type, name: storable(event) } : undefined
}

/** Where a call of this type carries what is known. */
export const bagOf = (type: CatalogType): 'properties' | 'traits' =>
  type === 'identify' || type === 'group' ? 'traits' : 'properties'

/** The keys of a path: a dot inside a key is written `\.`, the items of an array `$`. */
export const keysOf = (path: string): readonly string[] => path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))

/** A tree without what is at a path; the same tree where nothing is there. An item of an array is never taken out, only what is in it. */
export const withoutKeys = (tree: Json, [first, ...rest]: readonly string[]): Json => {
  if (Array.isArray(tree)) {
    if (first !== '$' || rest.length === 0) return tree
    const items = tree.map((item: Json) => withoutKeys(item, rest))
    return items.some((item, at) => item !== tree[at]) ? items : tree
  }
  if (first === undefined || !isObject(tree) || !Object.hasOwn(tree, first)) return tree
  if (rest.length === 0) return Object.fromEntries(Object.entries(tree).filter(([key]) => key !== first))
  const before: Json = tree[first] ?? null
  const inside = withoutKeys(before, rest)
  return inside === before ? tree : ({ ...tree, [first]: inside } satisfies JsonObject)
}
