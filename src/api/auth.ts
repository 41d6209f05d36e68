import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { Refused } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import { isAlive, tokenOf } from '../space/oauth-token.ts'

/** The secret of `Authorization: Bearer x` or of Basic with the secret as user name (as Segment's Profile API has it). */
export const credentialOf = (authorization: string | undefined): string | undefined => {
  const [scheme, value] = authorization?.split(' ') ?? []
  if (value === undefined) return undefined
  if (scheme?.toLowerCase() === 'bearer') return value
  if (scheme?.toLowerCase() === 'basic') return Buffer.from(value, 'base64').toString('utf8').split(':')[0]
  return undefined
}

/** Who calls: a token belongs to one space. `seesPersonalData`: it is shown what a SQL trait's query answers (spec/audiences §8). */
export type Caller = { readonly spaceId: string; readonly name: string; readonly seesPersonalData: boolean }

/** The caller behind a token, if it is one. */
export const findCaller = (db: Db, token: string): Promise<Caller | undefined> =>
  runOne(
    db,
    query(
      'api_token.by_hash',
      sql<Caller>`select space_id as "spaceId", name, sees_personal_data as "seesPersonalData" from api_token where hash = ${sha256(token)}`,
    ),
  )

/** The caller behind an app's token that may use the API; it is not shown personal data. */
const findApp = async (db: Db, secret: string, now: Date): Promise<Caller | undefined> => {
  const token = await tokenOf(db, secret)
  const may = token !== undefined && isAlive(token, now) && token.scopes.includes('public_api:read_write')
  return may ? { spaceId: token.space_id, name: token.name, seesPersonalData: false } : undefined
}

/** The caller of a request. @throws Refused 401 without or with an unknown one, 403 when the address names another space. */
export const authenticate = async (db: Db, request: FastifyRequest, now: Date): Promise<Caller> => {
  const token = credentialOf(request.headers.authorization)
  if (!token)
    throw new Refused('authentication_error', 'Send a token of this space: "Authorization: Bearer <token>".', { status: 401 })
  const row = (await findCaller(db, token)) ?? (await findApp(db, token, now))
  if (!row)
    throw new Refused('authentication_error', 'This token is not known. Make a new one with `usher token create`.', {
      status: 401,
    })
  const named = (request.params as { space?: string } | undefined)?.space
  if (named !== undefined && named !== row.spaceId) {
    throw new Refused('forbidden', `This token belongs to another space than "${named}".`, { status: 403 })
  }
  return row
}
