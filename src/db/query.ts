import type { Compilable, CompiledQuery, RawBuilder } from 'kysely'
import { Unavailable } from '../base/errors.ts'
import { shareCodeReach } from './code-reach.ts'
import type { Db } from './database.ts'
import { shareHashKey } from './hash-key.ts'
import { prepareAs } from './wire.ts'

/** A statement with a name: the name is its golden text's file, its label in logs and metrics, and how `explain` finds it. */
export type Query<Row> = { readonly name: string; readonly build: RawBuilder<Row> | Compilable<Row>; readonly prepared?: true }

export const query = <Row>(name: string, build: RawBuilder<Row> | Compilable<Row>): Query<Row> => ({ name, build })

/** A statement that is prepared once a connection: see `prepareAs` for which may be. */
export const preparedQuery = <Row>(name: string, build: RawBuilder<Row> | Compilable<Row>): Query<Row> => ({
  name,
  build,
  prepared: true,
})

/** Sees every statement before it runs. Tests put the rules of `distribution` and the golden texts here; production puts nothing. */
export type Inspect = (name: string, compiled: CompiledQuery) => void | Promise<void>
let inspect: Inspect | undefined
export const inspectQueries = (inspector: Inspect | undefined): void => {
  inspect = inspector
}

const compile = <Row>(db: Db, build: RawBuilder<Row> | Compilable<Row>): CompiledQuery<Row> => build.compile(db as never)

// Class 08 is "connection", 57P0x "the server is going away", 53300 "too many connections".
const AWAY = /^(08...|57P0[1-5]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT)$/
const isAway = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  return (
    AWAY.test(code ?? '') ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(message ?? '')
  )
}

/**
 * Runs a query and answers its rows: the only way to the database. Writes are counted by what they return (distribution R9), so no row
 * count is answered. @throws Unavailable when the database is away.
 */
export const run = async <Row>(db: Db, q: Query<Row>): Promise<readonly Row[]> => {
  const compiled = compile(db, q.build)
  if (inspect) await inspect(q.name, compiled)
  if (q.prepared) prepareAs(q.name, compiled.sql)
  try {
    return (await db.executeQuery(compiled)).rows
  } catch (error) {
    if (isAway(error)) throw new Unavailable('database_away', 'The database does not answer; try again.', { cause: error })
    throw error
  }
}

/** Asks two things: beside each other where there are connections for both, one after the other in a transaction, which has one. */
export const both = async <A, B>(db: Db, first: () => Promise<A>, second: () => Promise<B>): Promise<readonly [A, B]> => {
  if (!db.isTransaction) return Promise.all([first(), second()])
  const before = await first()
  return [before, await second()]
}

/** The first row, or undefined. */
export const runOne = async <Row>(db: Db, q: Query<Row>): Promise<Row | undefined> => (await run(db, q))[0]

// Two that wait for each other, or two that wrote what the other read: trying again is the documented answer (distribution R10).
const RETRIED = new Set(['40P01', '40001'])

const begin = (db: Db, isolation: 'read committed' | 'repeatable read') =>
  isolation === 'read committed' ? db.transaction() : db.transaction().setIsolationLevel(isolation)

/** One transaction around `work`; a deadlock is retried, up to five times. `work` may run more than once, so it touches only `tx`. */
export const transact = async <T>(
  db: Db,
  work: (tx: Db) => Promise<T>,
  isolation: 'read committed' | 'repeatable read' = 'read committed',
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return db.isTransaction
        ? await work(db)
        : await begin(db, isolation).execute((tx) => {
            shareHashKey(db, tx)
            shareCodeReach(db, tx)
            return work(tx)
          })
    } catch (error) {
      if (isAway(error)) throw new Unavailable('database_away', 'The database does not answer; try again.', { cause: error })
      if (db.isTransaction || attempt === 5 || !RETRIED.has((error as { code?: string }).code ?? '')) throw error
    }
  }
}
