/** What happened to one profile: instants in milliseconds, oldest first, and beside each the identifier that it carries, where one is asked for. */
export type Occurrences = { readonly at: readonly number[]; readonly identifier: readonly (string | null)[] }

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

/** The first occurrence strictly after an instant, with this identifier where one is given; Infinity when there is none. */
export const nextOf = (happened: Happened, profile: string, after: number, identifier: string | null): number => {
  const list = happened.get(profile)
  if (list === undefined) return Number.POSITIVE_INFINITY
  for (let i = firstAfter(list.at, after); i < list.at.length; i++) {
    if (identifier === null || list.identifier[i] === identifier) return list.at[i] ?? Number.POSITIVE_INFINITY
  }
  return Number.POSITIVE_INFINITY
}
