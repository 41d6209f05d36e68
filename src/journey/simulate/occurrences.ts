import type { JsonObject } from '../../base/json.ts'

/**
 * What happened to one profile: instants in milliseconds, oldest first, and beside each the identifier that it carries and its properties,
 * where these are asked for.
 */
export type Occurrences = {
  readonly at: readonly number[]
  readonly identifier: readonly (string | null)[]
  readonly properties: readonly JsonObject[]
}

/** By profile: one event that a journey waits for, filtered already. */
export type Happened = ReadonlyMap<string, Occurrences>

const firstAfter = (at: readonly number[], instant: number): number => {
  let low = 0
  let high = at.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) > instant) high = middle
    else low = middle + 1
  }
  return low
}

export type Next = { readonly at: number; readonly properties: JsonObject | undefined }

const NEVER: Next = { at: Number.POSITIVE_INFINITY, properties: undefined }

/** The first occurrence strictly after an instant, with this identifier where one is given; at Infinity when there is none. */
export const nextOf = (happened: Happened, profile: string, after: number, identifier: string | null): Next => {
  const list = happened.get(profile)
  if (list === undefined) return NEVER
  for (let i = firstAfter(list.at, after); i < list.at.length; i++) {
    if (identifier === null || list.identifier[i] === identifier)
      return { at: list.at[i] ?? Number.POSITIVE_INFINITY, properties: list.properties[i] }
  }
  return NEVER
}
