import type { Literal } from './condition.ts'

// What counts as a number in text: " 5", "007", "1e3" and "" do not (spec/audiences §11.2). `decimal_of` in SQL says the same.
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/

/** The number that a literal is or writes out, as text for Postgres' exact `numeric`; undefined where it is none. */
export const decimalOf = (literal: Literal): string | undefined => {
  if (typeof literal === 'number') return String(literal)
  return typeof literal === 'string' && DECIMAL.test(literal) ? literal : undefined
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?$/

const isDay = (text: string): boolean => {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
}

/** The instant that a literal writes, as text for `timestamptz`; one without a zone is UTC. Undefined where it is none. */
export const instantOf = (literal: Literal): string | undefined => {
  if (typeof literal !== 'string' || !isDay(literal)) return undefined
  if (DATE.test(literal)) return `${literal}T00:00:00Z`
  const [whole, , , zone] = TIME.exec(literal) ?? []
  if (whole === undefined || Number.isNaN(Date.parse(`1970-01-01T${literal.slice(11, 16)}:00Z`))) return undefined
  return zone === undefined ? `${literal}Z` : literal
}

/**
 * Every stored JSON value that is equal to the literal by its form: a string literal is interchangeable with a number or boolean that it
 * writes out, and the stored words true and false are booleans. Numbers in stored strings are compared as numbers, apart from this.
 */
export const equalForms = (literal: Literal): readonly string[] => {
  if (typeof literal === 'boolean') return [String(literal), `"${literal}"`]
  if (typeof literal === 'number') return [String(literal)]
  const word = literal === 'true' || literal === 'false' || DECIMAL.test(literal)
  return word ? [JSON.stringify(literal), literal] : [JSON.stringify(literal)]
}
