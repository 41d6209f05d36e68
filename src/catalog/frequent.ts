import { isObject, type Json, storable } from '../base/json.ts'

/** How often which value was met, by the value written as JSON: of the most frequent, at least so often. */
export type Frequent = Map<string, number>

/** So many values are kept of one property. Each count is too small by at most 1/33 of all values that were met. */
export const KEPT = 32
const MOST_COUNTED = 256
const LONGEST = 100

// What looks like an address or a number of somebody is nobody's frequent value, and is not kept where a person's deletion would not find it.
const isPersonal = (text: string): boolean => text.includes('@') || /\d{5}/.test(text)

/** A value as it is counted; undefined for what is not: long texts, addresses, lists and objects. */
export const valueText = (value: Json): string | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value !== 'string' || value.length > LONGEST || isPersonal(value)) return undefined
  return JSON.stringify(storable(value))
}

// Misra and Gries: what the first one too many has is taken from all. Summaries that are added and cut again keep the bound of one over all.
const cut = (counts: Frequent, to: number): Frequent => {
  if (counts.size <= to) return counts
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const less = sorted[to]?.[1] ?? 0
  return new Map(sorted.slice(0, to).flatMap(([text, count]) => (count > less ? [[text, count - less] as const] : [])))
}

/** Counts a value, `times` over. Answers the counts to go on with: cut where there were too many. */
export const countValue = (counts: Frequent, value: Json, times = 1): Frequent => {
  const text = valueText(value)
  if (text === undefined) return counts
  counts.set(text, (counts.get(text) ?? 0) + times)
  return counts.size > MOST_COUNTED ? cut(counts, KEPT) : counts
}

/** Two counts as one, of at most 32 values. */
export const addFrequent = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Frequent => {
  const sum = new Map(a)
  for (const [text, count] of b) sum.set(text, (sum.get(text) ?? 0) + count)
  return cut(sum, KEPT)
}

/** The five values met most often. */
export const topFive = (counts: Readonly<Record<string, number>>): readonly { readonly value: Json; readonly count: number }[] =>
  Object.entries(counts)
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 5)
    .map(([text, count]) => ({ value: JSON.parse(text) as Json, count }))

const DEEPEST = 4
/** So many items of a list are counted. */
export const MOST_ITEMS = 20
const typeOf = (value: Json): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)

/** Called with each path of a tree, its type and its value: a dot inside a key is written `\.`, the items of an array are `$`. */
export const eachPath = (tree: Json, visit: (path: string, type: string, value: Json) => void, path = '', depth = 0): void => {
  if (path !== '') visit(path, typeOf(tree), tree)
  if (depth >= DEEPEST) return
  const inside = path === '' ? '' : `${path}.`
  if (Array.isArray(tree)) for (const item of tree.slice(0, MOST_ITEMS)) eachPath(item as Json, visit, `${inside}$`, depth + 1)
  else if (isObject(tree))
    for (const key in tree)
      if (key !== '')
        eachPath(tree[key] ?? null, visit, inside + (key.includes('.') ? key.replaceAll('.', '\\.') : key), depth + 1)
}
