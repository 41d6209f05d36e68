import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../base/json.ts'

/** Traits while they are worked on: values, and per key the epoch milliseconds of the call that wrote (or removed) it. */
export type Traits = { readonly values: Map<string, Json>; readonly times: Map<string, number> }

const same = (a: Json | undefined, b: Json): boolean => a === b || (typeof b === 'object' && isDeepStrictEqual(a, b))

const put = (traits: Traits, key: string, value: Json | undefined, at: number): boolean => {
  traits.times.set(key, at)
  if (value === undefined || value === null) return traits.values.delete(key)
  if (same(traits.values.get(key), value)) return false
  traits.values.set(key, value)
  return true
}

/**
 * Writes one trait unless a later call already wrote it; null removes it, and the removal is remembered, so that an older call does not
 * bring it back. An object replaces the whole object before it. Answers whether the value changed (spec/audiences §5.4, §6).
 */
export const writeTrait = (traits: Traits, key: string, value: Json, at: number): boolean =>
  at < (traits.times.get(key) ?? -Infinity) ? false : put(traits, key, value, at)

/** Takes over from `other` what is newer there: the union of both, newest value per key. Answers the keys whose value changed. */
export const uniteTraits = (traits: Traits, other: Traits): readonly string[] => {
  const keys = new Set([...other.values.keys(), ...other.times.keys()])
  return [...keys].filter((key) => {
    const theirs = other.times.get(key) ?? 0
    const ours = traits.times.get(key) ?? (traits.values.has(key) ? 0 : -Infinity)
    return theirs > ours && put(traits, key, other.values.get(key), theirs)
  })
}
