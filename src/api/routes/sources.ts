import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import type { Db } from '../../db/database.ts'
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
  createdAt: z.string(),
})

type WireSource = z.infer<typeof Source>
const wireSource = ({ write_keys, created_at, ...source }: ListedSource): WireSource => ({
  ...source,
  writeKeys: [...write_keys],
  createdAt: created_at.toISOString(),
})

const oneOf = async (db: Db, spaceId: string, id: string): Promise<WireSource> => {
  const found = (await sourcesOf(db, spaceId)).find((source) => source.id === id)
  if (!found) throw notFound('source', id)
  return wireSource(found)
}

const oneSource = (app: App, db: Db): void => {
  const one = z.object({ space: z.string(), source: z.string() })
  const response = { 200: z.object({ data: z.object({ source: Source }) }) }
  app.get(
    '/spaces/:space/sources/:source',
    { schema: { tags: ['source'], summary: 'One source', params: one, response } },
    async (request) => ({ data: { source: await oneOf(db, request.caller.spaceId, request.params.source) } }),
  )
  app.patch(
    '/spaces/:space/sources/:source',
    {
      schema: {
        tags: ['source'],
        summary: 'Changes its name, switches it off or on, makes it strict or not',
        params: one,
        body: z.strictObject({
          name: z.string().min(1).max(200).optional(),
          enabled: z.boolean().optional(),
          strict: z.boolean().optional(),
        }),
        response,
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      if (!(await changeSource(db, spaceId, request.params.source, request.body))) throw notFound('source', request.params.source)
      return { data: { source: await oneOf(db, spaceId, request.params.source) } }
    },
  )
}

// None begins with a dash, which a command line would take for an option.
const newKey = (random: Inside['random']): string => Buffer.from(random(16)).toString('hex')

/** A source has as many write keys as it is given: a second one, and then the first goes, is how one is changed without loss (spec/connections §2.1). */
const writeKeys = (app: App, { db, random }: Inside): void => {
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
      await oneOf(db, caller.spaceId, params.source)
      const writeKey = newKey(random)
      await addWriteKey(db, caller.spaceId, params.source, writeKey)
      return reply.status(201).send({ data: { writeKey, source: await oneOf(db, caller.spaceId, params.source) } })
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
      const sources = await sourcesOf(db, request.caller.spaceId)
      return { data: { sources: sources.map(wireSource) } }
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
        data: { source: { id, name, kind, enabled: true, strict: false, writeKeys: [writeKey], createdAt: at.toISOString() } },
      })
    },
  )
  oneSource(app, db)
  writeKeys(app, door)
}
