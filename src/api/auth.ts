import type { FastifyRequest } from 'fastify'
import { Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import type { TokenKind } from '../db/rows/space.ts'
import { isAlive, tokenOf } from '../space/oauth-token.ts'
import { noteUse, tokenBySecret } from '../space/token.ts'

const inScheme = (wanted: 'bearer' | 'basic', authorization: string | undefined): string | undefined => {
  const [scheme, value] = authorization?.trim().split(/\s+/) ?? []
  return scheme?.toLowerCase() === wanted ? value : undefined
}

/** The secret of `Authorization: Bearer x`. */
export const bearerOf = (authorization: string | undefined): string | undefined => inScheme('bearer', authorization)

/** The user name of `Authorization: Basic`: where Segment's Profile API has its token, and its libraries have the write key. */
export const userNameOf = (authorization: string | undefined): string | undefined => {
  const value = inScheme('basic', authorization)
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8').split(':')[0]
}

/** Who calls: a token belongs to one space. `seesPersonalData`: it is shown what a SQL trait's query answers (spec/audiences §8). */
export type Caller = {
  readonly spaceId: string
  readonly tokenId: string
  readonly kind: TokenKind
  readonly name: string
  readonly seesPersonalData: boolean
}

/** The caller behind a token, if it is one that was not revoked. */
const findCaller = async (db: Db, token: string, now: Date): Promise<Caller | undefined> => {
  const row = await tokenBySecret(db, token)
  if (!row) return undefined
  await noteUse(db, row, now)
  return {
    spaceId: row.space_id,
    tokenId: row.id,
    kind: row.kind,
    name: row.name,
    seesPersonalData: row.sees_personal_data,
  }
}

/** Who may do in the space of a token whatever is done there: for what is asked with a token of another space. */
export const findManager = async (db: Db, token: string, now: Date): Promise<Caller | undefined> => {
  const caller = await findCaller(db, token, now)
  return caller?.kind === 'management' ? caller : undefined
}

/** The caller behind an app's token that may use the API; it is not shown personal data. */
const findApp = async (db: Db, secret: string, now: Date): Promise<Caller | undefined> => {
  const token = await tokenOf(db, secret)
  const may = token !== undefined && isAlive(token, now) && token.scopes.includes('public_api:read_write')
  if (!may) return undefined
  return { spaceId: token.space_id, tokenId: token.app_id, kind: 'management', name: token.name, seesPersonalData: false }
}

// What a server that reads profiles carries about must not manage the space, and what manages it must not be carried about.
const WRONG_KIND: Readonly<Record<TokenKind, () => Refused>> = {
  management: () =>
    new Refused(
      'forbidden',
      'This token reads profiles by the Profile API and does nothing else. Use one that manages the space.',
      {
        status: 403,
      },
    ),
  profile_api: () =>
    new Refused(
      'authentication_error',
      'The Profile API takes tokens of its own. Make one in Settings, or with `usher token add <name>`.',
      { status: 401 },
    ),
}

/** The caller of a request. @throws Refused 401 without or with an unknown one, 403 when the address names another space or the token is of another kind. */
export const authenticate = async (
  db: Db,
  request: FastifyRequest,
  now: Date,
  kind: TokenKind = 'management',
): Promise<Caller> => {
  const { authorization } = request.headers
  const token = bearerOf(authorization) ?? userNameOf(authorization)
  if (!token)
    throw new Refused('authentication_error', 'Send a token of this space: "Authorization: Bearer <token>".', { status: 401 })
  const caller = (await findCaller(db, token, now)) ?? (await findApp(db, token, now))
  if (!caller)
    throw new Refused(
      'authentication_error',
      'This token is not known, or was revoked. Make a new one in Settings, or with `usher token`.',
      {
        status: 401,
      },
    )
  if (caller.kind !== kind) throw WRONG_KIND[kind]()
  const named = (request.params as { space?: string } | undefined)?.space
  if (named !== undefined && named !== caller.spaceId) {
    throw new Refused('forbidden', `This token belongs to another space than "${named}".`, { status: 403 })
  }
  return caller
}
