import { isObject, type JsonObject } from '../../base/json.ts'
import type { Maker } from '../change.ts'
import { bagOf } from '../condition.ts'
import { keysOf } from '../path.ts'

type Kept = Map<string, Kept>

const treeOf = (paths: readonly string[]): Kept => {
  const root: Kept = new Map()
  for (const path of paths) {
    let here = root
    for (const key of keysOf(path)) {
      const inside: Kept = here.get(key) ?? new Map()
      here.set(key, inside)
      here = inside
    }
  }
  return root
}

const without = (from: JsonObject, kept: Kept, at: string, gone: string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(from).flatMap(([key, value]) => {
      const inside = kept.get(key)
      if (!inside) {
        gone.push(at + key)
        return []
      }
      return [[key, inside.size > 0 && isObject(value) ? without(value, inside, `${at}${key}.`, gone) : value]]
    }),
  )

/** `allowProperties`: only these properties or traits stay; of one that is named deeper only that stays in it. */
export const keepProperties: Maker = ({ allowProperties }, subject) => {
  if (!allowProperties) return undefined
  const [bag, kept] = [bagOf(subject), treeOf(allowProperties)]
  return (call, did) => {
    const inside = call[bag]
    if (!isObject(inside)) return call
    const gone: string[] = []
    const left = without(inside, kept, '', gone)
    did.push(...gone.map((path) => `left out ${path}`))
    return gone.length === 0 ? call : { ...call, [bag]: left }
  }
}
