import type { FastifyRequest } from 'fastify'
import { createLookUp } from '../../base/look-up.ts'
import { isAlive, type KnownToken, tokenOf } from '../../space/oauth-token.ts'
import type { Source } from '../../space/source.ts'
import { bearerOf } from '../auth.ts'
import type { Door } from '../door.ts'
import { DISCARDED, type Refusal } from './answer.ts'

const KEPT_MS = 2_000

/** What a sender proves to be, and whether the source asks for that (spec/connections §2.8). */
export type Identity = (request: FastifyRequest, source: Source) => Promise<Refusal | undefined>

const wrongWith = (token: KnownToken | undefined, source: Source, now: Date): Refusal | undefined => {
  if (!token || !isAlive(token, now)) return DISCARDED.token_refused
  const fits =
    token.space_id === source.spaceId && token.app_id === source.oauthAppId && token.scopes.includes('tracking_api:write')
  return fits ? undefined : DISCARDED.token_of_another
}

/** Asks of a source that is connected to an app whether its sender is that app; elsewhere the write key says it all. */
export const createIdentity = ({ db, now }: Door): Identity => {
  const lookUp = createLookUp((secret) => tokenOf(db, secret), now, KEPT_MS)
  return async (request, source) => {
    if (source.oauthAppId === null) return undefined
    const bearer = bearerOf(request.headers.authorization)
    if (bearer === undefined) return source.oauthEnforced ? DISCARDED.token_missing : undefined
    return wrongWith(await lookUp(bearer), source, now())
  }
}
