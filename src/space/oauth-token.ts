import { decodeJwt, decodeProtectedHeader, errors, importSPKI, type JWTPayload, jwtVerify } from 'jose'
import { sql } from 'kysely'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { OAuthAppRow, OAuthScope, OAuthTokenRow } from '../db/rows/oauth.ts'

const DAY_MS = 86_400_000
const LONGEST_ASSERTION_S = 60
const TOLERANCE_S = 5
const LONGEST_JTI = 200

/** Why nobody gets a token: the words of RFC 6749 §5.2, and what is wrong. */
export type Denied = {
  readonly error: 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type'
  readonly says: string
}
const denied = (error: Denied['error'], says: string): Denied => ({ error, says })
export const isDenied = (answer: object): answer is Denied => 'error' in answer

type Signer = OAuthAppRow & { readonly public_key: string }

const signerOf = (db: Db, appId: string, keyId: string): Promise<Signer | undefined> =>
  runOne(
    db,
    query(
      'oauth_app.signer',
      sql<Signer>`select a.*, k.public_key from oauth_app a join oauth_key k on k.app_id = a.id and k.space_id = a.space_id
        where a.id = ${appId} and k.id = ${keyId}`,
    ),
  )

/** Whether this is the first time that an app shows this id. */
const isFirst = async (db: Db, appId: string, jti: string, expiresAt: Date): Promise<boolean> => {
  const row = await runOne(
    db,
    query(
      'oauth_assertion.first',
      sql<{
        jti: string
      }>`insert into oauth_assertion (app_id, jti, expires_at) values (${appId}, ${jti}, ${expiresAt}::timestamptz)
        on conflict do nothing returning jti`,
    ),
  )
  return row !== undefined
}

const unverified = (assertion: string): { readonly kid: unknown; readonly sub: unknown } | undefined => {
  try {
    return { kid: decodeProtectedHeader(assertion).kid, sub: decodeJwt(assertion).sub }
  } catch {
    return undefined
  }
}

const WRONG: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'The assertion has expired: make a new one for each request.',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'The signature does not fit the public key of that kid.',
  ERR_JOSE_ALG_NOT_ALLOWED: 'The assertion must be signed with RS256.',
}

const verify = async (
  assertion: string,
  signer: Signer,
  audience: readonly string[],
  now: Date,
): Promise<JWTPayload | Denied> => {
  try {
    const { payload } = await jwtVerify(assertion, await importSPKI(signer.public_key, 'RS256'), {
      algorithms: ['RS256'],
      subject: signer.id,
      audience: [...audience],
      currentDate: now,
      clockTolerance: TOLERANCE_S,
      requiredClaims: ['sub', 'aud', 'iat', 'exp', 'jti'],
    })
    return payload
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    return denied('invalid_client', WRONG[error.code] ?? `The assertion is not valid: ${error.message}.`)
  }
}

const checked = ({ iat = 0, exp = 0, jti = '' }: JWTPayload, now: Date): Denied | undefined => {
  if (exp - iat > LONGEST_ASSERTION_S)
    return denied('invalid_client', `The assertion must expire at most ${LONGEST_ASSERTION_S} seconds after its iat.`)
  if (iat > now.getTime() / 1_000 + TOLERANCE_S)
    return denied('invalid_client', 'The assertion is of the future: check the clock.')
  if (jti === '' || jti.length > LONGEST_JTI)
    return denied('invalid_client', `The assertion needs a jti of at most ${LONGEST_JTI} characters.`)
  return undefined
}

const wantedScopes = (scope: string | undefined, { scopes }: Signer): readonly OAuthScope[] | Denied => {
  const wanted = scope === undefined || scope.trim() === '' ? [...scopes] : scope.trim().split(/\s+/)
  const refused = wanted.filter((each) => !(scopes as readonly string[]).includes(each))
  return refused.length === 0
    ? (wanted as OAuthScope[])
    : denied('invalid_scope', `The app may not ask for ${refused.join(', ')}.`)
}

export type Asked = {
  readonly assertion: string
  readonly scope: string | undefined
  /** How we may be addressed. */
  readonly audience: readonly string[]
  /** The new token. */
  readonly secret: string
  readonly now: Date
}
export type Granted = { readonly expiresIn: number; readonly scopes: readonly OAuthScope[] }

const keep = async (db: Db, signer: Signer, scopes: readonly OAuthScope[], secret: string, now: Date): Promise<Granted> => {
  const expires = new Date(now.getTime() + signer.token_days * DAY_MS)
  await run(
    db,
    query(
      'oauth_token.create',
      sql`insert into oauth_token (hash, space_id, app_id, scopes, created_at, expires_at)
        values (${sha256(secret)}, ${signer.space_id}, ${signer.id}, ${[...scopes]}::text[], ${now}::timestamptz, ${expires}::timestamptz)`,
    ),
  )
  return { expiresIn: (signer.token_days * DAY_MS) / 1_000, scopes }
}

/** Hands out a token to whoever proves to be an app: an assertion that its key signed, shown once (spec/connections §2.8, RFC 7523). */
export const grantToken = async (db: Db, { assertion, scope, audience, secret, now }: Asked): Promise<Granted | Denied> => {
  const said = unverified(assertion)
  if (typeof said?.sub !== 'string' || typeof said.kid !== 'string')
    return denied('invalid_client', 'The client_assertion is no JWT with kid in its header and sub in its body.')
  const signer = await signerOf(db, said.sub, said.kid)
  if (!signer) return denied('invalid_client', 'No app has this sub and a key with this kid.')
  const payload = await verify(assertion, signer, audience, now)
  if (isDenied(payload)) return payload
  const wrong = checked(payload, now)
  if (wrong) return wrong
  const scopes = wantedScopes(scope, signer)
  if (isDenied(scopes)) return scopes
  const expires = new Date((payload.exp ?? 0) * 1_000 + TOLERANCE_S * 1_000)
  if (!(await isFirst(db, signer.id, payload.jti ?? '', expires)))
    return denied('invalid_client', 'This assertion was shown before: its jti must be new each time.')
  return keep(db, signer, scopes, secret, now)
}

export type KnownToken = Pick<OAuthTokenRow, 'space_id' | 'app_id' | 'scopes' | 'expires_at' | 'revoked_at'> & {
  readonly name: string
}

/** The token that was handed out, whatever became of it; undefined for anything else. */
export const tokenOf = (db: Db, secret: string): Promise<KnownToken | undefined> =>
  runOne(
    db,
    query(
      'oauth_token.by_hash',
      sql<KnownToken>`select t.space_id, t.app_id, t.scopes, t.expires_at, t.revoked_at, a.name
        from oauth_token t join oauth_app a on a.id = t.app_id and a.space_id = t.space_id where t.hash = ${sha256(secret)}`,
    ),
  )

/** Whether a token still says who somebody is. */
export const isAlive = ({ revoked_at, expires_at }: Pick<KnownToken, 'revoked_at' | 'expires_at'>, now: Date): boolean =>
  revoked_at === null && expires_at > now

/** Takes a token back, by its value: within seconds it lets nothing in. Answers whether the space has such a one. */
export const revokeToken = async (db: Db, spaceId: string, secret: string, now: Date): Promise<boolean> => {
  const row = await runOne(
    db,
    query(
      'oauth_token.revoke',
      sql<{ hash: string }>`update oauth_token set revoked_at = coalesce(revoked_at, ${now}::timestamptz)
        where space_id = ${spaceId} and hash = ${sha256(secret)} returning hash`,
    ),
  )
  return row !== undefined
}

/** Forgets tokens and assertions that expired. */
export const forgetExpired = async (db: Db, before: Date): Promise<void> => {
  for (const table of ['oauth_token', 'oauth_assertion'] as const)
    await run(db, query(`${table}.forget`, sql`delete from ${sql.table(table)} where expires_at < ${before}::timestamptz`))
}
