/** Calls that came and are not shown yet, the newest of them, and how many there were. */
export type Waiting<T> = {
  readonly add: (call: T) => void
  /** How many came since they were last taken, also those that are too old to be shown. */
  readonly count: () => number
  /** The newest first, once each. */
  readonly take: () => readonly T[]
}

/**
 * Keeps at most so many calls, however long nobody takes them, and knows twice as many of those that came: a stream that broke begins again with
 * the newest, most of which were there before.
 */
export const waitingFor = <T extends { readonly id: string }>(most: number): Waiting<T> => {
  const heard = new Set<string>()
  let waiting: T[] = []
  let count = 0
  return {
    add: (call) => {
      if (heard.has(call.id)) return
      heard.add(call.id)
      for (const id of heard) {
        if (heard.size <= 2 * most) break
        heard.delete(id)
      }
      waiting.push(call)
      count++
      if (waiting.length > 2 * most) waiting = waiting.slice(-most)
    },
    count: () => count,
    take: () => {
      const came = waiting.slice(-most).toReversed()
      waiting = []
      count = 0
      return came
    },
  }
}
