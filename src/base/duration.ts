import * as z from 'zod'

const MILLISECONDS = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
} as const

const PATTERN = /^(\d{1,6}) (second|minute|hour|day|week)s?$/

/** A length of time as people write it: `30 days`, `1 hour`. The one form in JSON, text and code; months and years are not lengths. */
export const Duration = z
  .string()
  .regex(PATTERN, 'write a duration as a whole number and a unit, for example "30 days" (second, minute, hour, day, week)')

export type Duration = string

/** Milliseconds of a duration that was parsed at the door. */
export const milliseconds = (duration: Duration): number => {
  const [, amount, unit] = PATTERN.exec(duration) ?? []
  if (amount === undefined || unit === undefined) throw new Error(`not a duration: ${duration}`)
  return Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
}

/** A duration as people say it: what says `1 days` is `1 day`, and `30 day` is `30 days`. */
export const spokenDuration = (duration: Duration): string => {
  const [, amount, unit] = PATTERN.exec(duration) ?? []
  if (amount === undefined || unit === undefined) throw new Error(`not a duration: ${duration}`)
  return `${Number(amount)} ${unit}${Number(amount) === 1 ? '' : 's'}`
}

/** `now` plus (or, with a minus sign in front, minus) a duration. */
export const plus = (now: Date, duration: Duration): Date => new Date(now.getTime() + milliseconds(duration))
export const minus = (now: Date, duration: Duration): Date => new Date(now.getTime() - milliseconds(duration))
