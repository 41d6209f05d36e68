import { sql } from 'kysely'
import type { Sql } from './operator.ts'

// The text of each value that is read where it lies, and so may be read several times.
const TEXTS = new WeakMap<Sql, Sql>()

const stored = (value: Sql, text: Sql): Sql => {
  TEXTS.set(value, text)
  return value
}

const underKey = (column: Sql, key: string): Sql => stored(sql`(${column} -> ${key}::text)`, sql`(${column} ->> ${key}::text)`)

/** The value under `keys` of a jsonb value. Key by key: a path in one step would take a number for a place in an array. */
export const valueAt = (column: Sql, keys: readonly string[]): Sql => keys.reduce<Sql>(underKey, column)

/** A value that is a column by itself; with its text, where that is a column too. */
export const columnOf = (value: Sql, text: Sql = sql`(${value} #>> '{}')`): Sql => stored(value, text)

/** Whether to mention a value once more costs little: it is stored, and not computed where it is mentioned. */
export const isStored = (value: Sql): boolean => TEXTS.has(value)

/**
 * The text of a stored value: a string without its quotes, a list or an object as jsonb writes it, null where there is nothing or JSON's null. What
 * lies under a key is taken out as text in one step: a value first and its text then costs a third more.
 */
export const rawText = (value: Sql): Sql => TEXTS.get(value) ?? sql`(${value} #>> '{}')`
