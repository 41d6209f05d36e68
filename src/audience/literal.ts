import type { Literal } from './condition.ts'

// What counts as a number in text: " 5", "007", "1e3" and "" do not (spec/audiences §11.2). `decimal_of` in SQL says the same.
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/

const LONGEST = 16_383
const isDecimal = (text: string): boolean => text.length <= LONGEST && DECIMAL.test(text)

/** The number that a literal is or writes out, as text for Postgres' exact `numeric`; undefined where it is none. */
export const decimalOf = (literal: Literal): string | undefined => {
  if (typeof literal === 'number') return String(literal)
  return typeof literal === 'string' && isDecimal(literal) ? literal : undefined
}

const DATE = /^(?!0000)\d{4}-\d{2}-\d{2}$/
// What `instant_of` takes, but the zone may be missing. Anything looser would fail in Postgres, and with it the whole audience.
const TIME =
  /^(?!0000)\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(?<zone>Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?$/

const isDay = (text: string): boolean => {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
}

/** The instant that a literal writes, as text for `timestamptz`; one without a zone is UTC. Undefined where it is none. */
export const instantOf = (literal: Literal): string | undefined => {
  if (typeof literal !== 'string' || !isDay(literal)) return undefined
  if (DATE.test(literal)) return `${literal}T00:00:00Z`
  const time = TIME.exec(literal)
  return time === null || time.groups?.['zone'] !== undefined ? time?.[0] : `${literal}Z`
}

/**
 * Every stored JSON value that is equal to the literal by its form: a string literal is interchangeable with a number or boolean that it
 * writes out, and the stored words true and false are booleans. Numbers in stored strings are compared as numbers, apart from this.
 */
export const equalForms = (literal: Literal): readonly string[] => {
  if (typeof literal === 'boolean') return [String(literal), `"${literal}"`]
  if (typeof literal === 'number') return [String(literal)]
  const word = literal === 'true' || literal === 'false' || isDecimal(literal)
  return word ? [JSON.stringify(literal), literal] : [JSON.stringify(literal)]
}
