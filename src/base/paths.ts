import { isObject, type Json, type JsonObject } from './json.ts'

/** One dotted path met in JSON objects: the type it mostly has, and its most frequent short values, most frequent first. */
export type SeenPath = { readonly path: string; readonly type: string; readonly values: readonly Json[] }

const DEEPEST = 4
const MOST_DISTINCT = 1_000
const SHOWN = 5
const LONGEST = 100

/** Paths met in JSON objects, and those beyond the most that are kept, in the order in which they were met. */
export type SeenPaths = { readonly paths: readonly SeenPath[]; readonly dropped: readonly string[] }

type Tally = { readonly types: Map<string, number>; readonly values: Map<Json, number> }

const typeOf = (value: Json): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)
const count = <Key>(into: Map<Key, number>, key: Key): void => void into.set(key, (into.get(key) ?? 0) + 1)
const byCount = <Key>(counts: Map<Key, number>): Key[] => [...counts].toSorted((a, b) => b[1] - a[1]).map(([key]) => key)

// A path has no form for these: conditions take any run of backslashes before a dot for one plain dot, `$` for the entries of a list.
const isWritable = (key: string, goesOn: boolean): boolean =>
  key !== '' && key !== '$' && !key.includes('\\.') && !(goesOn && key.endsWith('\\'))

type Met = { readonly tallies: Map<string, Tally>; readonly dropped: Set<string>; readonly most: number }

const visit = (value: Json, path: string, depth: number, met: Met): void => {
  const { tallies, dropped, most } = met
  if (isObject(value) && depth < DEEPEST) {
    for (const [key, inner] of Object.entries(value)) {
      if (!isWritable(key, isObject(inner))) continue
      const escaped = key.replaceAll('.', '\\.')
      visit(inner, path === '' ? escaped : `${path}.${escaped}`, depth + 1, met)
    }
    return
  }
  if (path === '') return
  if (!tallies.has(path) && tallies.size >= most) return void dropped.add(path)
  const tally = tallies.get(path) ?? { types: new Map(), values: new Map() }
  tallies.set(path, tally)
  count(tally.types, typeOf(value))
  const short = typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.length <= LONGEST)
  if (short && (tally.values.has(value) || tally.values.size < MOST_DISTINCT)) count(tally.values, value)
}

/** The paths of many objects, those met most often first. A dot inside a key is written `\.`, as conditions
 * read it; what no path leads to is left out. Of more than `most` different ones those met later are dropped. */
export const pathsOf = (objects: Iterable<JsonObject>, most = Number.POSITIVE_INFINITY): SeenPaths => {
  const tallies = new Map<string, Tally>()
  const dropped = new Set<string>()
  for (const object of objects) visit(object, '', 0, { tallies, dropped, most })
  const met = (tally: Tally): number => [...tally.types.values()].reduce((sum, one) => sum + one, 0)
  const paths = [...tallies]
    .toSorted(([, a], [, b]) => met(b) - met(a))
    .map(([path, { types, values }]) => ({
      path,
      type: byCount(types).find((type) => type !== 'null') ?? 'null',
      values: byCount(values).slice(0, SHOWN),
    }))
  return { paths, dropped: [...dropped] }
}
