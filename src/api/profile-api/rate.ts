/** Lets `most` through in each second and space; answers whether this one may. */
export const createRate = (most: number): ((spaceId: string, now: Date) => boolean) => {
  let second = 0
  let used = new Map<string, number>()
  return (spaceId, now) => {
    const current = Math.floor(now.getTime() / 1_000)
    if (current !== second) {
      second = current
      used = new Map()
    }
    const count = (used.get(spaceId) ?? 0) + 1
    used.set(spaceId, count)
    return count <= most
  }
}
