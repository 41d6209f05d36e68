import type { Json } from '../base/json.ts'
import type { SeenPath } from '../base/paths.ts'
import type { KnownEvent, KnownPath } from './known.ts'

export type JoinedPath = SeenPath & { readonly frequent: KnownPath['frequent'] }

// Conditions are about leaves; a list is one by itself.
const isLeaf = ({ path, kind }: KnownPath): boolean => kind !== 'object' && !path.split('.').includes('$')

/** What a sample of the stored shows, with what was counted as it came in: the counted values first, as they are of all calls, and paths that the sample missed. */
export const joinPaths = (sampled: readonly SeenPath[], known: readonly KnownPath[]): readonly JoinedPath[] => {
  const counted = new Map(known.map((one) => [one.path, one]))
  const there = new Set(sampled.map(({ path }) => path))
  const valuesOf = (one: KnownPath | undefined): readonly Json[] => one?.frequent.map(({ value }) => value) ?? []
  return [
    ...sampled.map((one) => {
      const own = counted.get(one.path)
      return { ...one, values: [...new Set([...valuesOf(own), ...one.values])].slice(0, 5), frequent: own?.frequent ?? [] }
    }),
    ...known
      .filter((one) => !there.has(one.path) && isLeaf(one))
      .map((one) => ({ path: one.path, type: one.kind, values: valuesOf(one), frequent: one.frequent })),
  ]
}

/** Events that the sample missed because they are rare. */
export const restOf = (known: readonly KnownEvent[], sampled: readonly { readonly name: string }[]): readonly KnownEvent[] => {
  const there = new Set(sampled.map(({ name }) => name))
  return known.filter(({ name }) => !there.has(name)).toSorted((a, b) => b.count - a.count)
}
