import { createHmac } from 'node:crypto'
import type { Json, JsonObject } from '../base/json.ts'
import { seal, unseal } from '../base/seal.ts'
import type { Db } from './database.ts'
import { secretOf } from './hash-key.ts'

/*
 * What opens somebody else's door (a provider's key, what a post is signed with) lies encrypted in the database, so that a dump opens nothing.
 * The nonce follows from what is sealed: only the same value is ever sealed with the same one, and then it is the same text.
 */
const SEALED = 'sealed:'

/** A value as it is stored: encrypted with the installation's secret. */
export const sealed = (db: Db, value: Json): string => {
  const secret = secretOf(db)
  const text = JSON.stringify(value)
  const nonce = createHmac('sha256', secret).update(`nonce of ${text}`).digest().subarray(0, 12)
  return `${SEALED}${seal(secret, text, nonce)}`
}

export const isSealed = (stored: Json | undefined): stored is string => typeof stored === 'string' && stored.startsWith(SEALED)

/** The value again; one that older versions stored as it is, is answered as it is. @throws Misconfigured where it was sealed with another secret. */
export const opened = (db: Db, stored: Json): Json =>
  isSealed(stored) ? (JSON.parse(unseal(secretOf(db), stored.slice(SEALED.length))) as Json) : stored

/** An object with the values of these keys sealed. */
export const withSealed = (db: Db, object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, keys.includes(key) && !isSealed(value) ? sealed(db, value) : value]),
  )

/** An object with everything open that is sealed at its top. */
export const withOpened = (db: Db, object: JsonObject): JsonObject =>
  Object.values(object).some(isSealed)
    ? Object.fromEntries(Object.entries(object).map(([key, value]) => [key, opened(db, value)]))
    : object
