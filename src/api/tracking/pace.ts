import { Refused } from '../../base/errors.ts'

/** Counts calls of a space that came in. @throws Refused 429 beyond what may come in a second. */
export type Pace = (spaceId: string, calls: number) => void

const SECOND_MS = 1_000

/**
 * Lets `most` calls a second of each space in (null: as many as come). A batch that is larger than that alone is let in when nothing else came
 * in its second: else it never could be. Each process counts for itself: counting together would ask the database once more for every request.
 */
export const createPace = (most: number | null, now: () => Date): Pace => {
  const seconds = new Map<string, { readonly second: number; calls: number }>()
  return (spaceId, calls) => {
    if (most === null) return
    const second = Math.floor(now().getTime() / SECOND_MS)
    const there = seconds.get(spaceId)
    const counted = there?.second === second ? there : { second, calls: 0 }
    seconds.set(spaceId, counted)
    if (counted.calls > 0 && counted.calls + calls > most)
      throw new Refused('rate_limited', `At most ${most} calls a second may come in; send these again in a second.`, {
        status: 429,
      })
    counted.calls += calls
  }
}
