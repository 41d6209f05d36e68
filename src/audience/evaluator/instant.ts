/** Microseconds since 1970, UTC. */
export type Instant = bigint

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/

const DAY = 86_400_000

/** Midnight of a day that exists; the year 0000 is what some databases write for "none". */
const midnight = (text: string): number | undefined => {
  const [, year, month, day] = DATE.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined || year === 0) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? Math.floor(date.getTime() / DAY) * DAY : undefined
}

const offset = (zone: string): number | undefined => {
  if (zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || '0')]
  if (hours > 14 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

const micros = (fraction: string): bigint => (BigInt(fraction.padEnd(9, '0')) + 500n) / 1000n

const timed = (text: string, withoutZone: 'UTC' | 'none'): Instant | undefined => {
  const [, date = '', hour, minute, second = '0', fraction = '', zone] = TIME.exec(text) ?? []
  if (hour === undefined || minute === undefined || (zone === undefined && withoutZone === 'none')) return undefined
  const [start, shift] = [midnight(date), offset(zone ?? 'Z')]
  if (start === undefined || shift === undefined) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const milliseconds = start + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 - shift
  return BigInt(milliseconds) * 1000n + micros(fraction)
}

/** A stored text that is an instant: a full ISO timestamp with a zone. Without a zone it is none (spec/audiences §11.2). */
export const storedInstant = (text: string): Instant | undefined => timed(text, 'none')

/** A literal that is an instant: a date or a time, in UTC where it names no zone. */
export const literalInstant = (text: string): Instant | undefined => {
  const day = midnight(text)
  return day === undefined ? timed(text, 'UTC') : BigInt(day) * 1000n
}

export const instantOfDate = (date: Date): Instant => BigInt(date.getTime()) * 1000n

/** An instant as people read it, UTC: `2026-06-01 10:00:00`. */
export const writtenInstant = (instant: Instant): string => {
  const date = new Date(Number(instant / 1000n))
  return Number.isNaN(date.getTime()) ? `${instant} µs` : date.toISOString().slice(0, 19).replace('T', ' ')
}
