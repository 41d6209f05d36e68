import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import { transact } from '../../db/query.ts'
import { isIdle, lastSeenOf } from '../../ingest/source-overview.ts'
import { changeSourceOAuth } from '../../space/oauth-app.ts'
import { addWriteKey, changeSource, deleteWriteKey, type ListedSource, sourcesOf } from '../../space/source.ts'
import { createSource } from '../../space/space.ts'
import type { Inside } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const Source = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  enabled: z.boolean(),
  strict: z.boolean().describe('every request is answered as with ?strict=1: what is not taken is a 4xx'),
  writeKeys: z.array(z.string()),
  oauth: z.object({
    appId: z.string().nullable().describe('as which app its senders prove themselves'),
    enforced: z.boolean().describe('the bare write key lets nothing in'),
  }),
  createdAt: z.string(),
  lastSeenAt: z
    .string()
    .nullable()
    .describe('when something last came in, to ten minutes; null: never, or longer than 30 days ago'),
  idle: z.boolean().describe('it is switched on, and nothing came in for 14 days'),
})

type WireSource = z.infer<typeof Source>
const wireSource = (source: ListedSource, lastSeen: Date | undefined, now: Date): WireSource => {
  const { write_keys, created_at, oauth_app_id, oauth_enforced, ...rest } = source
  return {
    ...rest,
    writeKeys: [...write_keys],
    oauth: { appId: oauth_app_id, enforced: oauth_enforced },
    createdAt: created_at.toISOString(),
    lastSeenAt: lastSeen?.toISOString() ?? null,
    idle: isIdle(source, lastSeen, now),
  }
}

const allOf = async ({ db, now, counter }: Inside, spaceId: string): Promise<readonly WireSource[]> => {
  await counter.flush()
  const lastSeen = await lastSeenOf(db, spaceId)
  return (await sourcesOf(db, spaceId)).map((source) => wireSource(source, lastSeen.get(source.id), now()))
}

const oneOf = async (door: Inside, spaceId: string, id: string): Promise<WireSource> => {
  const found = (await allOf(door, spaceId)).find((source) => source.id === id)
  if (!found) throw notFound('source', id)
  return found
}

const oneSource = (app: App, door: Inside): void => {
  const { db } = door
  const one = z.object({ space: z.string(), source: z.string() })
  const response = { 200: z.object({ data: z.object({ source: Source }) }) }
  app.get(
    '/spaces/:space/sources/:source',
    { schema: { tags: ['source'], summary: 'One source', params: one, response } },
    async (request) => ({ data: { source: await oneOf(door, request.caller.spaceId, request.params.source) } }),
  )
  app.patch(
    '/spaces/:space/sources/:source',
    {
      schema: {
        tags: ['source'],
        summary: 'Changes its name, switches it off or on, makes it strict or not, connects an OAuth app',
        params: one,
        body: z.strictObject({
          name: z.string().min(1).max(200).optional(),
          enabled: z.boolean().optional(),
          strict: z.boolean().optional(),
          oauth: z.strictObject({ appId: z.string().nullable().optional(), enforced: z.boolean().optional() }).optional(),
        }),
        response,
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const id = request.params.source
      const { oauth, ...change } = request.body
      await transact(db, async (tx) => {
        if (!(await changeSource(tx, spaceId, id, change))) throw notFound('source', id)
        if (oauth) await changeSourceOAuth(tx, { spaceId, id }, oauth)
      })
      return { data: { source: await oneOf(door, spaceId, request.params.source) } }
    },
  )
}

// None begins with a dash, which a command line would take for an option.
const newKey = (random: Inside['random']): string => Buffer.from(random(16)).toString('hex')

/** A source has as many write keys as it is given: a second one, and then the first goes, is how one is changed without loss (spec/connections §2.1). */
const writeKeys = (app: App, door: Inside): void => {
  const { db, random } = door
  const one = z.object({ space: z.string(), source: z.string() })
  app.post(
    '/spaces/:space/sources/:source/writekey',
    {
      schema: {
        tags: ['source'],
        summary: 'Makes one more write key',
        params: one,
        response: { 201: z.object({ data: z.object({ writeKey: z.string(), source: Source }) }) },
      },
    },
    async (request, reply) => {
      const { caller, params } = request
      await oneOf(door, caller.spaceId, params.source)
      const writeKey = newKey(random)
      await addWriteKey(db, caller.spaceId, params.source, writeKey)
      return reply.status(201).send({ data: { writeKey, source: await oneOf(door, caller.spaceId, params.source) } })
    },
  )
  app.delete(
    '/spaces/:space/sources/:source/writekey/:key',
    {
      schema: {
        tags: ['source'],
        summary: 'Deletes a write key: within seconds it lets nothing in any more. The only one is not deleted',
        params: one.extend({ key: z.string() }),
        response: { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) },
      },
    },
    async ({ caller, params }) => {
      if (!(await deleteWriteKey(db, caller.spaceId, params.source, params.key))) throw notFound('write key', params.key)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** `GET /sources`, and `POST /sources {name, kind}`, which answers the write key that an SDK is configured with. */
export const sourceRoutes: Route = (app, door) => {
  const { db, now, random } = door
  const params = z.object({ space: z.string() })
  app.get(
    '/spaces/:space/sources',
    {
      schema: {
        tags: ['source'],
        summary: 'Where events come from, with write keys',
        params,
        response: { 200: z.object({ data: z.object({ sources: z.array(Source) }) }) },
      },
    },
    async (request) => {
      return { data: { sources: [...(await allOf(door, request.caller.spaceId))] } }
    },
  )
  app.post(
    '/spaces/:space/sources',
    {
      schema: {
        tags: ['source'],
        summary: 'Makes a source with its write key',
        params,
        body: z.strictObject({
          name: z.string().min(1).max(200),
          kind: z.enum(['web', 'mobile', 'server', 'cloud']).default('server'),
        }),
        response: { 201: z.object({ data: z.object({ source: Source }) }) },
      },
    },
    async (request, reply) => {
      const { name, kind } = request.body
      const [id, writeKey, at] = [prefixedId('src', random(12)), newKey(random), now()]
      await createSource(db, { spaceId: request.caller.spaceId, id, name, kind, writeKey }, at)
      return reply.status(201).send({
        data: { source: await oneOf(door, request.caller.spaceId, id) },
      })
    },
  )
  oneSource(app, door)
  writeKeys(app, door)
}
