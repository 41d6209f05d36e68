import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import { createToken } from '../../space/space.ts'
import { revokeToken, type Token, tokenOf, tokensOf } from '../../space/token.ts'
import type { Route } from './index.ts'

const tags = ['space']
const Params = z.object({ space: z.string() })

const WireToken = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['profile_api', 'management']).describe('what it opens: the Profile API, or all that manages the space'),
  createdBy: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().optional().describe('to the minute'),
  revokedAt: z.string().optional().describe('since when it opens nothing'),
  revokedBy: z.string().optional(),
  seesPersonalData: z.boolean().describe('whether it is shown what SQL traits read'),
  current: z.boolean().describe('whether this request was made with it'),
})

const wire = (token: Token, current: string): z.infer<typeof WireToken> => ({
  id: token.id,
  name: token.name,
  kind: token.kind,
  createdBy: token.created_by,
  createdAt: token.created_at.toISOString(),
  ...(token.last_used_at ? { lastUsedAt: token.last_used_at.toISOString() } : {}),
  ...(token.revoked_at ? { revokedAt: token.revoked_at.toISOString() } : {}),
  ...(token.revoked_by === null ? {} : { revokedBy: token.revoked_by }),
  seesPersonalData: token.sees_personal_data,
  current: token.id === current,
})

const Body = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('what it is for'),
  kind: WireToken.shape.kind.default('profile_api'),
  seesPersonalData: z.boolean().optional().describe('as the token that makes it, unless it is said to see less'),
})

/** Tokens of a space: made, listed, revoked. What a token opens with is in the answer that made it, and nowhere else (spec/audiences §23). */
export const tokenRoutes: Route = (app, { db, now, random }) => {
  app.get(
    '/spaces/:space/tokens',
    {
      schema: {
        tags,
        summary: 'The tokens of the space: who made them, when they were used last',
        params: Params,
        response: { 200: z.object({ data: z.object({ tokens: z.array(WireToken) }) }) },
      },
    },
    async ({ caller }) => ({
      data: { tokens: (await tokensOf(db, caller.spaceId)).map((token) => wire(token, caller.tokenId)) },
    }),
  )
  app.post(
    '/spaces/:space/tokens',
    {
      schema: {
        tags,
        summary: 'Make a token; the secret is in this answer only',
        params: Params,
        body: Body,
        response: { 201: z.object({ data: z.object({ token: WireToken, secret: z.string() }) }) },
      },
    },
    async ({ caller, body }, reply) => {
      if (body.seesPersonalData && !caller.seesPersonalData)
        throw new Refused('forbidden', 'This token is not shown what SQL traits read, so it makes none that is.', { status: 403 })
      const secret = Buffer.from(random(24)).toString('base64url')
      const { name, kind, seesPersonalData = caller.seesPersonalData } = body
      const { spaceId } = caller
      const id = await createToken(db, { spaceId, name, secret, kind, by: caller.name, seesPersonalData }, now())
      reply.status(201).header('cache-control', 'no-store')
      return { data: { token: wire(await tokenOf(db, spaceId, id), caller.tokenId), secret } }
    },
  )
  app.delete(
    '/spaces/:space/tokens/:token',
    {
      schema: {
        tags,
        summary: 'Revoke a token: it opens nothing from now on',
        params: Params.extend({ token: z.string() }),
        response: { 200: z.object({ data: z.object({ token: WireToken }) }) },
      },
    },
    async ({ caller, params }) => {
      await revokeToken(db, caller.spaceId, params.token, { tokenId: caller.tokenId, name: caller.name, now: now() })
      return { data: { token: wire(await tokenOf(db, caller.spaceId, params.token), caller.tokenId) } }
    },
  )
}
