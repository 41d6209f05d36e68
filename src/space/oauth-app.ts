import { createPublicKey } from 'node:crypto'
import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { OAuthAppRow, OAuthKeyRow, OAuthScope } from '../db/rows/oauth.ts'

/** How long a token may live, in days (spec/connections §2.8). */
export const TOKEN_DAYS = [1, 2, 3, 7, 14, 21, 30] as const
export const SCOPES = ['tracking_api:write', 'functions:write', 'public_api:read_write'] as const satisfies readonly OAuthScope[]
const MOST_KEYS = 2
const LEAST_BITS = 2_048

export type OAuthApp = OAuthAppRow & { readonly keys: readonly OAuthKeyRow[] }
type NewApp = Omit<OAuthAppRow, 'created_at'>
type Of = { readonly spaceId: string; readonly id: string }

/** An RSA public key as PEM, in its one form. @throws Invalid for anything else, a private key among it, and for short keys. */
export const readPublicKey = (pem: string): string => {
  const wrong = (message: string, remedy: string): Invalid => new Invalid('public_key', [{ field: 'publicKey', message, remedy }])
  if (pem.includes('PRIVATE KEY'))
    throw wrong(
      'is a private key, which nobody but its owner may have',
      'throw it away, make a new pair, and send the public one',
    )
  let key: ReturnType<typeof createPublicKey>
  try {
    key = createPublicKey(pem)
  } catch {
    throw wrong('is no public key in PEM', 'write -----BEGIN PUBLIC KEY----- …, made by openssl rsa -in key.pem -pubout')
  }
  if (key.asymmetricKeyType !== 'rsa') throw wrong('is no RSA key', 'make one by openssl genrsa -out key.pem 2048')
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS)
    throw wrong(`has fewer than ${LEAST_BITS} bits`, 'make one by openssl genrsa -out key.pem 2048')
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

// The same key of the same app has the same id: who sends it twice has it once.
const keyIdOf = (appId: string, pem: string): string => `kid_${sha256(`${appId} ${pem}`).slice(0, 24)}`

const addKey = async (tx: Db, { spaceId, id }: Of, pem: string, now: Date): Promise<string> => {
  const keyId = keyIdOf(id, pem)
  await run(
    tx,
    query(
      'oauth_key.add',
      sql`insert into oauth_key (id, space_id, app_id, public_key, created_at)
        values (${keyId}, ${spaceId}, ${id}, ${pem}, ${now}::timestamptz) on conflict do nothing`,
    ),
  )
  return keyId
}

/** The apps of a space with their keys, by name. */
export const appsOf = async (db: Db, spaceId: string): Promise<readonly OAuthApp[]> => {
  const apps = await run(
    db,
    query('oauth_app.all', sql<OAuthAppRow>`select * from oauth_app where space_id = ${spaceId} order by name, id`),
  )
  const keys = await run(
    db,
    query('oauth_key.all', sql<OAuthKeyRow>`select * from oauth_key where space_id = ${spaceId} order by created_at, id`),
  )
  return apps.map((app) => ({ ...app, keys: keys.filter((key) => key.app_id === app.id) }))
}

/** @throws Refused 404. */
export const appOf = async (db: Db, { spaceId, id }: Of): Promise<OAuthApp> => {
  const found = (await appsOf(db, spaceId)).find((app) => app.id === id)
  if (!found) throw notFound('OAuth app', id)
  return found
}

/** Makes an app with its first public key, PEM. @throws Invalid for a key that is none. */
export const createApp = (db: Db, app: NewApp, pem: string, now: Date): Promise<OAuthApp> => {
  const key = readPublicKey(pem)
  return transact(db, async (tx) => {
    const { id, space_id: spaceId, name, token_days, scopes, created_by } = app
    await run(
      tx,
      query(
        'oauth_app.create',
        sql`insert into oauth_app (id, space_id, name, token_days, scopes, created_by, created_at)
          values (${id}, ${spaceId}, ${name}, ${token_days}, ${[...scopes]}::text[], ${created_by}, ${now}::timestamptz)`,
      ),
    )
    await addKey(tx, { spaceId, id }, key, now)
    return appOf(tx, { spaceId, id })
  })
}

export type AppChange = {
  readonly name?: string | undefined
  readonly tokenDays?: number | undefined
  readonly scopes?: readonly OAuthScope[] | undefined
}

/** Changes an app; tokens that were handed out keep what they have. @throws Refused 404. */
export const changeApp = async (db: Db, of: Of, { name, tokenDays, scopes }: AppChange): Promise<OAuthApp> => {
  await run(
    db,
    query(
      'oauth_app.change',
      sql`update oauth_app set name = coalesce(${name ?? null}::text, name), token_days = coalesce(${tokenDays ?? null}::integer, token_days),
          scopes = coalesce(${scopes ? [...scopes] : null}::text[], scopes)
        where space_id = ${of.spaceId} and id = ${of.id}`,
    ),
  )
  return appOf(db, of)
}

const lockApp = (tx: Db, { spaceId, id }: Of) =>
  run(tx, query('oauth_app.lock', sql`select id from oauth_app where space_id = ${spaceId} and id = ${id} for update`))

/** Adds a second key, so that the first may go once nobody signs with it. @throws Refused 409 when there are two. */
export const addAppKey = (db: Db, of: Of, pem: string, now: Date): Promise<OAuthApp> => {
  const key = readPublicKey(pem)
  return transact(db, async (tx) => {
    await lockApp(tx, of)
    const { keys } = await appOf(tx, of)
    if (keys.length >= MOST_KEYS && !keys.some(({ id }) => id === keyIdOf(of.id, key)))
      throw new Refused('too_many_keys', 'An app has at most two keys: delete the old one first.')
    await addKey(tx, of, key, now)
    return appOf(tx, of)
  })
}

/** @throws Refused 404 for a key that is not the app's, 409 for its only one. */
export const deleteAppKey = (db: Db, of: Of, keyId: string): Promise<OAuthApp> =>
  transact(db, async (tx) => {
    await lockApp(tx, of)
    const { keys } = await appOf(tx, of)
    if (!keys.some(({ id }) => id === keyId)) throw notFound('key', keyId)
    if (keys.length === 1)
      throw new Refused('last_key', 'This is the only key of the app. Add another one first, or delete the app.')
    await run(
      tx,
      query(
        'oauth_key.delete',
        sql`delete from oauth_key where space_id = ${of.spaceId} and app_id = ${of.id} and id = ${keyId}`,
      ),
    )
    return appOf(tx, of)
  })

/** The names of the sources whose senders prove themselves as this app. */
const sourcesOfApp = (db: Db, { spaceId, id }: Of): Promise<readonly { readonly name: string }[]> =>
  run(
    db,
    query(
      'source.of_oauth_app',
      sql<{ name: string }>`select name from source where space_id = ${spaceId} and oauth_app_id = ${id} order by name limit 20`,
    ),
  )

/** Deletes an app and every token of it. @throws Refused 404; 409 while a source is connected to it. */
export const deleteApp = (db: Db, of: Of): Promise<void> =>
  transact(db, async (tx) => {
    await lockApp(tx, of)
    await appOf(tx, of)
    const sources = await sourcesOfApp(tx, of)
    if (sources.length > 0) {
      const names = sources.map(({ name }) => `"${name}"`).join(', ')
      throw new Refused('app_in_use', `The app is connected to ${names}. Disconnect it there first.`)
    }
    for (const table of ['oauth_key', 'oauth_token'] as const)
      await run(
        tx,
        query(
          `${table}.of_app_delete`,
          sql`delete from ${sql.table(table)} where space_id = ${of.spaceId} and app_id = ${of.id}`,
        ),
      )
    await run(tx, query('oauth_app.delete', sql`delete from oauth_app where space_id = ${of.spaceId} and id = ${of.id}`))
  })

export type SourceOAuth = { readonly appId?: string | null | undefined; readonly enforced?: boolean | undefined }

/**
 * Connects a source to an app, or to none, and says whether a bare write key still lets something in. @throws Refused 404; Invalid where
 * nothing would be let in at all.
 */
export const changeSourceOAuth = (db: Db, { spaceId, id }: Of, change: SourceOAuth): Promise<void> =>
  transact(db, async (tx) => {
    // Who deletes an app holds it: a source is connected to one that stays, or not at all.
    if (change.appId) {
      await lockApp(tx, { spaceId, id: change.appId })
      const { scopes } = await appOf(tx, { spaceId, id: change.appId })
      if (!scopes.includes('tracking_api:write'))
        throw new Invalid('oauth', [
          { field: 'oauth.appId', message: 'is an app that may not send calls', remedy: 'give it the scope tracking_api:write' },
        ])
    }
    const row = await runOne(
      tx,
      query(
        'source.change_oauth',
        sql<{ app: string | null; enforced: boolean }>`update source
          set oauth_app_id = case when ${change.appId !== undefined}::boolean then ${change.appId ?? null}::text else oauth_app_id end,
            oauth_enforced = coalesce(${change.enforced ?? null}::boolean, oauth_enforced)
          where space_id = ${spaceId} and id = ${id} returning oauth_app_id as app, oauth_enforced as enforced`,
      ),
    )
    if (!row) throw notFound('source', id)
    if (row.enforced && row.app === null)
      throw new Invalid('oauth', [
        {
          field: 'oauth.enforced',
          message: 'would let nothing in, for no app is connected',
          remedy: 'connect an app, or let the bare write key in again',
        },
      ])
  })
