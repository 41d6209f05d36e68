import { Invalid } from '../base/errors.ts'

const DAY = 1_440
const MINUTE_MS = 60_000

/** Twice a day, where nothing else is said (spec/audiences §8). */
export const DEFAULT_TIMES: readonly number[] = [0, 720]

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/

/**
 * Times of the day in UTC, written `06:30`, as minutes of it, each once, in order. @throws Invalid for another form, or where two of them, the
 * last and the first included, lie nearer than `apart` minutes: hourly at most.
 */
export const parseTimes = (times: readonly string[], apart: number): readonly number[] => {
  const minutes = times.map((time) => {
    const [, hours, rest] = TIME.exec(time) ?? []
    if (hours === undefined)
      throw new Invalid('times', [
        { field: 'times', message: `"${time}" is no time of the day`, remedy: 'write it as 06:30, in UTC' },
      ])
    return Number(hours) * 60 + Number(rest)
  })
  const sorted = [...new Set(minutes)].toSorted((a, b) => a - b)
  const near = sorted.find((minute, place) => {
    const next = sorted[place + 1] ?? (sorted[0] ?? 0) + DAY
    return next - minute < apart
  })
  if (sorted.length === 0 || near !== undefined)
    throw new Invalid('times', [
      {
        field: 'times',
        message: sorted.length === 0 ? 'there is none' : `two times lie nearer than ${apart} minutes`,
        remedy: `write at least one, and leave ${apart} minutes between two`,
      },
    ])
  return sorted
}

export const showTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** The first of these times after `now`. */
export const nextTime = (times: readonly number[], now: Date): Date => {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
  const moments = times.flatMap((minute) => [minute, minute + DAY]).map((minute) => today + minute * MINUTE_MS)
  return new Date(Math.min(...moments.filter((moment) => moment > now.getTime())))
}
