import { sql } from 'kysely'
import { notFound, Refused } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/database.ts'
import { preparedQuery, query, run, runOne } from '../db/query.ts'
import type { ApiTokenRow } from '../db/rows/space.ts'

/** A token without what it opens with. */
export type Token = Omit<ApiTokenRow, 'hash' | 'space_id'>

const columns = sql`id, kind, name, created_by, created_at, sees_personal_data, last_used_at, revoked_at, revoked_by`

/** The tokens of a space, newest first; those that were revoked are among them. */
export const tokensOf = (db: Db, spaceId: string): Promise<readonly Token[]> =>
  run(
    db,
    query(
      'api_token.of_space',
      sql<Token>`select ${columns} from api_token where space_id = ${spaceId} order by revoked_at is not null, created_at desc, id limit 1000`,
    ),
  )

/** One token. @throws Refused 404. */
export const tokenOf = async (db: Db, spaceId: string, id: string): Promise<Token> => {
  const row = await runOne(
    db,
    query('api_token.one', sql<Token>`select ${columns} from api_token where space_id = ${spaceId} and id = ${id}`),
  )
  if (!row) throw notFound('token', id)
  return row
}

/** A token opens nothing any more, from the next request on. @throws Refused 404, and 409 for the token by which it is asked. */
export const revokeToken = async (
  db: Db,
  spaceId: string,
  id: string,
  by: { readonly tokenId: string; readonly name: string; readonly now: Date },
): Promise<void> => {
  await tokenOf(db, spaceId, id)
  if (id === by.tokenId)
    throw new Refused('token_in_use', 'This is the token that you are using. Revoke it with another one.', { status: 409 })
  await run(
    db,
    query(
      'api_token.revoke',
      sql`update api_token set revoked_at = ${by.now}::timestamptz, revoked_by = ${by.name}
        where space_id = ${spaceId} and id = ${id} and revoked_at is null`,
    ),
  )
}

/** Who a secret belongs to, while it is not revoked. */
export const tokenBySecret = (db: Db, secret: string): Promise<ApiTokenRow | undefined> =>
  runOne(
    db,
    preparedQuery(
      'api_token.by_hash',
      sql<ApiTokenRow>`select * from api_token where hash = ${sha256(secret)} and revoked_at is null`,
    ),
  )

// When it was used last is told to the minute: not every request writes.
const MINUTE_MS = 60_000

/** Says that a token is used. */
export const noteUse = async (db: Db, { space_id, id, last_used_at }: ApiTokenRow, now: Date): Promise<void> => {
  if (last_used_at !== null && now.getTime() - last_used_at.getTime() < MINUTE_MS) return
  await run(
    db,
    query(
      'api_token.note_use',
      sql`update api_token set last_used_at = ${now}::timestamptz
        where space_id = ${space_id} and id = ${id} and (last_used_at is null or last_used_at < ${now}::timestamptz)`,
    ),
  )
}
