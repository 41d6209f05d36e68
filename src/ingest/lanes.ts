import { identifierKey } from '../profile/identifier.ts'
import type { Owners } from '../profile/load.ts'
import type { Identified } from './attach.ts'
import { namedBy } from './ingest.ts'

/*
 * Calls that have nobody in common can be stored in any order, so in two transactions at once. Which have is decided by what they name: whoever
 * is named together belongs together, and so does who is one person already, over any number of calls (`a` and `b`, `b` and `c`).
 */

// A profile's id is no identifier's key. Of a message that is there twice the first counts.
const keysOf = (one: Identified, owners: Owners): readonly string[] => {
  const keys = namedBy(one).map((named) => identifierKey(named.collection, named))
  return [...keys.map((key) => owners.get(key) ?? key), `message ${one.call.messageId}`]
}

const rootOf = (parents: number[], at: number): number => {
  let root = at
  for (let parent = parents[root] ?? root; parent !== root; parent = parents[root] ?? root) root = parent
  parents[at] = root
  return root
}

/** For each call the first one that it belongs together with. */
const rootsOf = (calls: readonly Identified[], owners: Owners): readonly number[] => {
  const parents = calls.map((_, at) => at)
  const first = new Map<string, number>()
  for (const [at, call] of calls.entries())
    for (const key of keysOf(call, owners)) {
      const there = first.get(key)
      if (there === undefined) first.set(key, at)
      else {
        const [a, b] = [rootOf(parents, there), rootOf(parents, at)]
        parents[Math.max(a, b)] = Math.min(a, b)
      }
    }
  return calls.map((_, at) => rootOf(parents, at))
}

/** Shares calls out to so many lanes; within each they keep their order, and no two lanes name anybody in common. */
export const lanesOf = (calls: readonly Identified[], owners: Owners, count: number): readonly (readonly Identified[])[] => {
  const groups = [...Map.groupBy(rootsOf(calls, owners).entries(), ([, root]) => root).values()]
  const lanes: number[][] = Array.from({ length: count }, () => [])
  for (const group of groups) {
    const lane = lanes.reduce((least, one) => (one.length < least.length ? one : least))
    for (const [at] of group) lane.push(at)
  }
  return lanes.filter((lane) => lane.length > 0).map((lane) => lane.toSorted((a, b) => a - b).flatMap((at) => calls[at] ?? []))
}
