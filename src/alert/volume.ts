/** How one hour of an event compares with the same hour of the weeks before (spec/connections §1.8). */
export type Volume = {
  readonly count: number
  /** What was to be expected; undefined where nobody can say. */
  readonly expected: number | undefined
  readonly verdict: 'drop' | 'surge' | 'usual' | 'unknown'
}

/*
 * An hour is unusual when it is half of what was to be expected or less, or twice as much or more, and more than four standard deviations away:
 * the larger one of a Poisson process and of what the weeks before say. So a halving is seen from 64 calls an hour on, and of 1,000 events that
 * do as usual about one in two months is called unusual. It is usual again within a quarter below or a half above: what swings around the
 * limit is one incident.
 */
const DROPS_TO = 1 / 2
const SURGES_TO = 2
const DEVIATIONS = 4
const FEWEST = 20
const BACK_ABOVE = 3 / 4
const BACK_BELOW = 3 / 2

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length
const deviation = (numbers: readonly number[], around: number): number =>
  numbers.length < 2 ? 0 : Math.sqrt(numbers.reduce((sum, one) => sum + (one - around) ** 2, 0) / (numbers.length - 1))

// Weeks before an event was first sent say nothing of it.
const sinceFirst = (weeks: readonly number[]): readonly number[] => {
  const first = weeks.findIndex((count) => count > 0)
  return first < 0 ? [] : weeks.slice(first)
}

/** Judges an hour's count by the counts of the same hour in the weeks before, the oldest first. */
export const judgeVolume = (count: number, weeks: readonly number[]): Volume => {
  const known = sinceFirst(weeks)
  if (known.length === 0) return { count, expected: undefined, verdict: 'unknown' }
  const expected = mean(known)
  if (expected < FEWEST) return { count, expected, verdict: 'unknown' }
  const far = DEVIATIONS * Math.max(Math.sqrt(expected), deviation(known, expected))
  if (count <= expected * DROPS_TO && expected - count >= far) return { count, expected, verdict: 'drop' }
  if (count >= expected * SURGES_TO && count - expected >= far) return { count, expected, verdict: 'surge' }
  return { count, expected, verdict: 'usual' }
}

/** Whether what dropped or surged is what it used to be. */
export const isBack = ({ count, expected, verdict }: Volume, was: 'volume_drop' | 'volume_surge'): boolean =>
  expected !== undefined &&
  verdict !== 'unknown' &&
  (was === 'volume_drop' ? count > expected * BACK_ABOVE : count < expected * BACK_BELOW)
