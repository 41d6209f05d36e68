import { isObject, type Json } from '../../src/base/json.ts'
import type { Chance } from './chance.ts'
import { oddTexts, oddValues } from './values.ts'

type Spot = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number }

const spotsIn = (value: unknown, found: Spot[]): readonly Spot[] => {
  if (found.length > 2_000) return found
  if (Array.isArray(value))
    for (const [key, inner] of value.entries()) {
      found.push({ holder: value, key })
      spotsIn(inner, found)
    }
  else if (isObject(value))
    for (const key of Object.keys(value)) {
      found.push({ holder: value as Record<string, unknown>, key })
      spotsIn(value[key], found)
    }
  return found
}

const put = ({ holder, key }: Spot, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

const nested = (value: unknown, deep: number): unknown => {
  let inside = value
  for (let n = 0; n < deep; n++) inside = n % 2 === 0 ? { a: inside } : [inside]
  return inside
}

const valueAt = ({ holder, key }: Spot): unknown => (holder as Record<string | number, unknown>)[key]

const without = ({ holder, key }: Spot): void => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

const again = (chance: Chance, { holder, key }: Spot): void => {
  const there = valueAt({ holder, key })
  if (Array.isArray(holder)) holder.push(there)
  else put({ holder, key: chance.one(oddTexts) }, there)
}

// Something else of the same body: types change, and no circle arises because it is copied as text.
const another = (chance: Chance, all: readonly Spot[]): unknown => {
  const value = valueAt(chance.one(all))
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}

const asText = (chance: Chance, there: unknown): unknown => {
  if (typeof there === 'string') return there + chance.one(oddTexts)
  if (there === null) return 0
  // Its own `toString` may be anything.
  return typeof there === 'object' ? (JSON.stringify(there) ?? '') : String(there)
}

const spoilSpot = (chance: Chance, spot: Spot, all: readonly Spot[]): void => {
  const there = valueAt(spot)
  const ways: readonly (() => void)[] = [
    () => without(spot),
    () => again(chance, spot),
    () => put(spot, chance.one(oddTexts)),
    () => put(spot, chance.one(oddValues)),
    () => put(spot, nested(there, chance.one([1, 2, 70, 500]))),
    () => put(spot, chance.one(['ä', 'x', '\u{1f600}']).repeat(chance.one([600, 5_000, 40_000]))),
    () => put(spot, another(chance, all)),
    () => put(spot, typeof there === 'string' ? [there] : (JSON.stringify(there) ?? null)),
    () => put(spot, asText(chance, there)),
  ]
  chance.one(ways)()
}

/** A copy of a body in which `times` places are not what they were: dropped, of another type, nested, huge, odd, or somebody else's. */
export const spoil = (chance: Chance, body: Json, times: number): Json => {
  const copy = JSON.parse(JSON.stringify([body])) as Json[]
  for (let n = 0; n < times; n++) {
    const all = spotsIn(copy[0], [])
    if (all.length > 0) spoilSpot(chance, chance.one(all), all)
  }
  return copy[0] ?? null
}

/** Bytes of which some are not what they were: flipped, cut off, doubled, or with others among them. */
export const spoilBytes = (chance: Chance, bytes: Buffer): Buffer => {
  if (bytes.length === 0) return bytes
  const at = chance.below(bytes.length)
  const copy = Buffer.from(bytes)
  switch (chance.below(6)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      return Buffer.concat([copy.subarray(0, at), Buffer.from([chance.below(256)]), copy.subarray(at)])
    case 2:
      return Buffer.concat([copy, copy.subarray(at)])
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + 1 + chance.below(8)))])
    default: {
      for (let n = chance.below(8); n >= 0; n--) {
        const place = chance.below(copy.length)
        copy[place] = (copy[place] ?? 0) ^ (1 << chance.below(8))
      }
      return copy
    }
  }
}
