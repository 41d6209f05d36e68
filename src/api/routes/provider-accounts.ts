import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { type Account, accountOf, accountsOf, createAccount, maskSettings, updateAccount } from '../../message/account.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['provider account']
const Params = z.object({ space: z.string() })
const OneParams = Params.extend({ id: z.string() })
const Settings = z.record(z.string(), z.json())
const Policy = z
  .enum(['at-most-once', 'at-least-once'])
  .describe('for messages of which nobody knows whether the provider got them')
const Name = z.string().trim().min(1).max(200)
const Rate = z.number().int().min(1).max(100_000)

const Shape = z
  .object({
    id: z.string(),
    name: z.string(),
    channel: z.enum(['email', 'sms', 'whatsapp', 'push']),
    kind: z.enum(['smtp', 'sendgrid', 'twilio', 'fcm']),
    settings: z.record(z.string(), z.unknown()).describe('secrets are shown masked'),
    ratePerSecond: z.number(),
    policy: Policy,
    enabled: z.boolean(),
    status: z.enum(['working', 'stopped']),
    reason: z.string().optional(),
    retryAt: z.string().optional(),
    webhooks: z.record(z.string(), z.string()).describe('addresses to give to the provider'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'ProviderAccount' })
const One = z.object({ data: z.object({ providerAccount: Shape }) })

const webhooksOf = (publicUrl: string, { space_id, id, kind }: Account): Record<string, string> => {
  if (kind === 'fcm') return {}
  if (kind === 'twilio') return { inbound: `${publicUrl}/webhooks/twilio/${space_id}/${id}/inbound` }
  return { events: `${publicUrl}/webhooks/sendgrid/${space_id}/${id}` }
}

const shape = (publicUrl: string, account: Account): z.infer<typeof Shape> => ({
  id: account.id,
  name: account.name,
  channel: account.channel,
  kind: account.kind,
  settings: maskSettings(account.kind, account.settings),
  ratePerSecond: account.rate_per_second,
  policy: account.policy,
  enabled: account.enabled,
  status: account.status,
  webhooks: webhooksOf(publicUrl, account),
  createdAt: account.created_at.toISOString(),
  updatedAt: account.updated_at.toISOString(),
  ...(account.reason === null ? {} : { reason: account.reason }),
  ...(account.retry_at === null ? {} : { retryAt: account.retry_at.toISOString() }),
})

const one = (publicUrl: string, account: Account): z.infer<typeof One> => ({
  data: { providerAccount: shape(publicUrl, account) },
})

const readingRoutes = (app: App, { db, config }: Door): void => {
  app.get(
    '/spaces/:space/provider-accounts',
    {
      schema: {
        tags,
        summary: 'Provider accounts, oldest first: of a channel the first enabled one is used',
        params: Params,
        response: { 200: z.object({ data: z.object({ providerAccounts: z.array(Shape) }) }) },
      },
    },
    async (request) => ({
      data: { providerAccounts: (await accountsOf(db, request.caller.spaceId)).map((each) => shape(config.publicUrl, each)) },
    }),
  )
  app.get(
    '/spaces/:space/provider-accounts/:id',
    { schema: { tags, summary: 'One provider account', params: OneParams, response: { 200: One } } },
    async (request) => one(config.publicUrl, await accountOf(db, request.caller.spaceId, request.params.id)),
  )
}

const writingRoutes = (app: App, { db, config, now, random, notify }: Door): void => {
  app.post(
    '/spaces/:space/provider-accounts',
    {
      schema: {
        tags,
        summary: 'Make a provider account: smtp, sendgrid, twilio or fcm',
        params: Params,
        body: z.strictObject({
          name: Name,
          channel: Shape.shape.channel,
          kind: Shape.shape.kind,
          settings: Settings,
          ratePerSecond: Rate.optional(),
          policy: Policy.optional(),
        }),
        response: { 201: One },
      },
    },
    async (request, reply) => {
      const body = { ...request.body, settings: request.body.settings as JsonObject }
      const account = await createAccount(db, request.caller.spaceId, { id: prefixedId('acc', random(12)), ...body }, now())
      return reply.status(201).send(one(config.publicUrl, account))
    },
  )
  app.patch(
    '/spaces/:space/provider-accounts/:id',
    {
      schema: {
        tags,
        summary: 'Change a provider account and let it work again; settings that are left out stay',
        params: OneParams,
        body: z.strictObject({
          name: Name.optional(),
          settings: Settings.optional(),
          ratePerSecond: Rate.optional(),
          policy: Policy.optional(),
          enabled: z.boolean().optional(),
        }),
        response: { 200: One },
      },
    },
    async (request) => {
      const body = { ...request.body, settings: request.body.settings as JsonObject | undefined }
      const account = await updateAccount(db, request.caller.spaceId, request.params.id, body, now())
      notify('message')
      return one(config.publicUrl, account)
    },
  )
}

/** Provider accounts: who carries a channel's messages, with which keys, how fast. */
export const providerAccountRoutes: Route = (app, door) => {
  readingRoutes(app, door)
  writingRoutes(app, door)
}
