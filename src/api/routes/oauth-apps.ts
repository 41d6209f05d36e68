import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import {
  addAppKey,
  appOf,
  appsOf,
  changeApp,
  createApp,
  deleteApp,
  deleteAppKey,
  type OAuthApp,
  SCOPES,
  TOKEN_DAYS,
} from '../../space/oauth-app.ts'
import { revokeToken } from '../../space/oauth-token.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Inside } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['oauth']
const Params = SpaceParams.extend({ id: z.string().min(1).max(255) })
const Name = z.string().trim().min(1).max(200)
const Days = z.literal(TOKEN_DAYS).meta({ description: 'How long a token lives' })
const Scopes = z.array(z.enum(SCOPES)).min(1)
const Pem = z.string().max(10_000).meta({ description: 'An RSA public key in PEM' })

const Shown = z
  .object({
    id: z.string().meta({ description: 'The sub of its assertions' }),
    name: z.string(),
    tokenDays: z.number(),
    scopes: Scopes,
    keys: z.array(
      z.object({
        id: z.string().meta({ description: 'The kid of its assertions' }),
        publicKey: z.string(),
        createdAt: z.string(),
      }),
    ),
    createdBy: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'OAuthApp' })
const One = z.object({ data: z.object({ app: Shown }) })

const shown = ({ id, name, token_days, scopes, keys, created_by, created_at }: OAuthApp): z.infer<typeof Shown> => ({
  id,
  name,
  tokenDays: token_days,
  scopes: [...scopes],
  keys: keys.map((key) => ({ id: key.id, publicKey: key.public_key, createdAt: key.created_at.toISOString() })),
  createdBy: created_by,
  createdAt: created_at.toISOString(),
})

const making = (app: App, { db, now, random }: Inside): void => {
  app.get(
    '/spaces/:space/oauth-apps',
    {
      schema: {
        tags,
        summary: 'Programs that prove themselves with a key pair',
        params: SpaceParams,
        response: { 200: z.object({ data: z.object({ apps: z.array(Shown) }) }) },
      },
    },
    async ({ caller }) => ({ data: { apps: (await appsOf(db, caller.spaceId)).map(shown) } }),
  )
  app.post(
    '/spaces/:space/oauth-apps',
    {
      schema: {
        tags,
        summary: 'Makes one, with its public key',
        params: SpaceParams,
        body: z.strictObject({
          name: Name,
          publicKey: Pem,
          tokenDays: Days.default(1),
          scopes: Scopes.default(['tracking_api:write']),
        }),
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) => {
      const { name, publicKey, tokenDays, scopes } = body
      const id = prefixedId('app', random(12))
      const row = { id, space_id: caller.spaceId, name, token_days: tokenDays, scopes, created_by: caller.name }
      return reply.status(201).send({ data: { app: shown(await createApp(db, row, publicKey, now())) } })
    },
  )
}

const changing = (app: App, { db }: Inside): void => {
  app.get(
    '/spaces/:space/oauth-apps/:id',
    { schema: { tags, summary: 'One app', params: Params, response: { 200: One } } },
    async ({ caller: { spaceId }, params: { id } }) => ({ data: { app: shown(await appOf(db, { spaceId, id })) } }),
  )
  app.patch(
    '/spaces/:space/oauth-apps/:id',
    {
      schema: {
        tags,
        summary: 'Changes its name, how long its next tokens live, or what they may',
        params: Params,
        body: z.strictObject({ name: Name.optional(), tokenDays: Days.optional(), scopes: Scopes.optional() }),
        response: { 200: One },
      },
    },
    async ({ caller: { spaceId }, params: { id }, body }) => ({
      data: { app: shown(await changeApp(db, { spaceId, id }, body)) },
    }),
  )
  app.delete(
    '/spaces/:space/oauth-apps/:id',
    {
      schema: {
        tags,
        summary: 'Deletes an app and its tokens; not while a source is connected to it',
        params: Params,
        response: { 200: Deleted },
      },
    },
    async ({ caller: { spaceId }, params: { id } }) => {
      await deleteApp(db, { spaceId, id })
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const keys = (app: App, { db, now }: Inside): void => {
  app.post(
    '/spaces/:space/oauth-apps/:id/keys',
    {
      schema: {
        tags,
        summary: 'Adds a second public key, so that the first may go without loss',
        params: Params,
        body: z.strictObject({ publicKey: Pem }),
        response: { 201: One },
      },
    },
    async ({ caller: { spaceId }, params: { id }, body }, reply) =>
      reply.status(201).send({ data: { app: shown(await addAppKey(db, { spaceId, id }, body.publicKey, now())) } }),
  )
  app.delete(
    '/spaces/:space/oauth-apps/:id/keys/:key',
    {
      schema: {
        tags,
        summary: 'Deletes a key: no token is given for it any more. The only one is not deleted',
        params: Params.extend({ key: z.string() }),
        response: { 200: One },
      },
    },
    async ({ caller: { spaceId }, params: { id, key } }) => ({
      data: { app: shown(await deleteAppKey(db, { spaceId, id }, key)) },
    }),
  )
  app.post(
    '/spaces/:space/oauth-apps/revoke',
    {
      schema: {
        tags,
        summary: 'Takes a token back, by its value: within seconds it lets nothing in',
        params: SpaceParams,
        body: z.strictObject({ token: z.string().min(1).max(500) }),
        response: { 200: Deleted },
      },
    },
    async ({ caller, body }) => {
      if (!(await revokeToken(db, caller.spaceId, body.token, now()))) throw notFound('token', `${body.token.slice(0, 4)}…`)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** OAuth apps: programs that prove themselves with a key pair instead of a key that everybody can read (spec/connections §2.8). */
export const oauthAppRoutes: Route = (app, door) => {
  making(app, door)
  changing(app, door)
  keys(app, door)
}
