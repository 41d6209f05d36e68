import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { giveCodeReach } from './code-reach.ts'
import type { Database, Db } from './database.ts'
import { giveHashKey } from './hash-key.ts'
import { instantFrom, jsonFrom, poolOverWire } from './wire.ts'

// Counts come as int8. They stay far below 2^53, so a number is exact and a string would only be in the way.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, instantFrom)
pg.types.setTypeParser(pg.types.builtins.JSON, jsonFrom)
pg.types.setTypeParser(pg.types.builtins.JSONB, jsonFrom)

export type Connection = { readonly db: Db; readonly pool: pg.Pool; readonly close: () => Promise<void> }

type Options = {
  readonly max?: number
  readonly application?: string
  /** The installation's, for those who ask for hashed identifiers. */
  readonly secret?: string
  /** The private hosts that code of customers may reach. */
  readonly functionHosts?: readonly string[]
}

/** A pool on `url`. A connection that breaks while idle is dropped and replaced; it must not end the process. */
export const connect = (url: string, options: Options = {}): Connection => {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: 5_000,
    // By default those of the last burst are gone after ten seconds, and each one that the next burst opens takes some 20 ms of processor.
    idleTimeoutMillis: 300_000,
    application_name: options.application ?? 'usher',
    // An operator may have dates written in another way, of which node-postgres reads none: then every instant would be null.
    onConnect: async (client) => void (await client.query('set datestyle = iso')),
  })
  pool.on('error', () => {})
  // The pool listens to idle connections only. One that breaks in the middle of a transaction fails its query, and must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: poolOverWire(pool) }) })
  if (options.secret !== undefined) {
    giveHashKey(db, options.secret)
    giveCodeReach(db, { hosts: new Set(options.functionHosts) })
  }
  return { db, pool, close: () => db.destroy() }
}
