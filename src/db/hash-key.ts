import { createHmac, hkdfSync } from 'node:crypto'
import { Misconfigured } from '../base/errors.ts'
import type { Db } from './database.ts'

/*
 * Of people who were erased, hashes stay. A plain hash of an address is no secret: whoever has a dump tries all addresses. So they are keyed with
 * the installation's secret, which is not in the database. The key belongs to the connection, like the password that opened it: whoever may read
 * the rows through it can ask for an address, and nobody else.
 */
type HashKey = { readonly key: Buffer; readonly name: string; readonly secret: string }
const keys = new WeakMap<Db, HashKey>()

const mac = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('hex')

/** Gives a connection the key of hashed identifiers: it follows from the installation's secret. */
export const giveHashKey = (db: Db, secret: string): void => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'usher hashed identifiers', 32))
  keys.set(db, { key, name: mac(key, 'name').slice(0, 8), secret })
}

/** A transaction has the key of its connection. */
export const shareHashKey = (from: Db, to: Db): void => {
  const key = keys.get(from)
  if (key) keys.set(to, key)
}

const keyOf = (db: Db): HashKey => {
  const key = keys.get(db)
  if (!key) throw new Misconfigured('config', 'USHER_SECRET is missing: hashed identifiers cannot be asked without it.')
  return key
}

/** What a hash made with this connection's key begins with: of another key, or of none, it begins otherwise. @throws Misconfigured without a key. */
export const hashKeyName = (db: Db): string => `${keyOf(db).name}.`

/** A keyed hash of a text: the same for the same text and secret. @throws Misconfigured without a key. */
export const keyedHash = (db: Db, text: string): string => `${hashKeyName(db)}${mac(keyOf(db).key, text)}`

/** The installation's secret, as this connection has it. @throws Misconfigured without one. */
export const secretOf = (db: Db): string => keyOf(db).secret
