import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'

/*
 * How values go over the wire. Bulk statements carry their rows as arrays, and node-postgres writes those with two regular expressions a
 * value; asking `JSON.stringify` for the whole array takes a fifth of the time. Reading an instant is likewise done without one.
 */

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || value === null || typeof value === 'boolean' || Number.isFinite(value)

// What JSON writes as an escape other than `\"` and `\\` would be read as the bare letter. A text that merely looks so goes the slow way too.
const FOREIGN = /\\[bfnrtu]/

/** A flat array as Postgres reads it, or undefined where it must be written value by value. */
export const arrayText = (values: readonly unknown[]): string | undefined => {
  for (const value of values) if (!isPlain(value)) return undefined
  const json = JSON.stringify(values)
  return FOREIGN.test(json) ? undefined : `{${json.slice(1, -1)}}`
}

const encoded = (value: unknown): unknown => (Array.isArray(value) ? (arrayText(value) ?? value) : value)

const USUAL = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/
const readInstant = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => Date

/** An instant as Postgres writes it in UTC, to the millisecond; any other form is read by node-postgres. */
export const instantFrom = (text: string): Date =>
  USUAL.test(text) ? new Date(`${text.slice(0, 10)}T${text.slice(11, Math.min(23, text.length - 3))}Z`) : readInstant(text)

// Postgres writes a number of jsonb with all of its digits: one that JavaScript has none for has so many in a row.
const ENDLESS = /\d{309}/
const finite = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) : value

/**
 * JSON as it is stored. A number beyond what JavaScript has numbers for (a sum may be) is the greatest there is: infinite it would be written as
 * null, and be told to destinations again and again.
 */
export const jsonFrom = (text: string): unknown =>
  text.length > 308 && ENDLESS.test(text) ? JSON.parse(text, finite) : JSON.parse(text)

const prepared = new Map<string, string>()

/**
 * Has a statement be parsed and planned once a connection. Only for inserts of rows that are handed over, and for a row that is looked up by
 * its whole key: there is but one plan for them, so one that was made when the tables were empty is as good as any.
 */
export const prepareAs = (name: string, text: string): void => {
  prepared.set(text, name)
}

const overWire = (client: pg.PoolClient): PostgresPoolClient => {
  const send = (text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> => {
    const name = prepared.get(text)
    return client.query({ text, values: values.map(encoded), ...(name === undefined ? {} : { name }) })
  }
  // Kysely's other way to call it is with a cursor, which we have none of.
  return { query: send as unknown as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) }
}

/** The pool as Kysely uses it: the same clients, with values written by this file. */
export const poolOverWire = (pool: pg.Pool): PostgresPool => {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    connect: async () => {
      const client = await pool.connect()
      const ready = known.get(client) ?? overWire(client)
      known.set(client, ready)
      return ready
    },
    end: () => pool.end(),
    options: pool.options,
  }
}
