const MOST_OF_A_KIND = 10
const HOUR_MS = 3_600_000

/** Says of which finished calls this process keeps the content: the first ten an hour of each destination that came to the same. */
export const createSample = (now: () => Date): ((kind: string) => boolean) => {
  let hour = 0
  let counts = new Map<string, number>()
  return (kind) => {
    const at = Math.floor(now().getTime() / HOUR_MS)
    if (at !== hour) {
      hour = at
      counts = new Map()
    }
    const count = counts.get(kind) ?? 0
    counts.set(kind, count + 1)
    return count < MOST_OF_A_KIND
  }
}
