/** Chance that a seed decides: the same one draws the same. */
export type Chance = {
  /** A whole number from 0 up to but not including `n`. */
  readonly below: (n: number) => number
  readonly one: <T>(of: readonly T[]) => T
  /** Whether something happens that does `percent` times in a hundred. */
  readonly happens: (percent: number) => boolean
}

/** Mulberry32: small, fast, and good enough to shuffle bytes by. */
export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number): number => Math.floor(draw() * n)
  return { below, one: (of) => of[below(of.length)] as (typeof of)[number], happens: (percent) => below(100) < percent }
}
