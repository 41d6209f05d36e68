import { Misconfigured } from '../base/errors.ts'
import type { Db } from './database.ts'

/** What code of customers may reach of this installation: the private hosts that the operator lets it. */
export type CodeReach = { readonly hosts: ReadonlySet<string> }

// It belongs to the connection, like the key of hashed identifiers: every door that takes calls in judges them, and none has to hand it on.
const reaches = new WeakMap<Db, CodeReach>()

/** Gives it to a connection. */
export const giveCodeReach = (db: Db, reach: CodeReach): void => {
  reaches.set(db, reach)
}

/** A transaction has that of its connection. */
export const shareCodeReach = (from: Db, to: Db): void => {
  const reach = reaches.get(from)
  if (reach) reaches.set(to, reach)
}

/** What was given. @throws Misconfigured where nothing was. */
export const codeReachOf = (db: Db): CodeReach => {
  const reach = reaches.get(db)
  if (!reach) throw new Misconfigured('config', 'USHER_SECRET is missing: functions cannot run without it.')
  return reach
}
