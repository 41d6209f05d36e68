import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import { sourcesOf } from '../../space/source.ts'
import { createSource } from '../../space/space.ts'
import type { Route } from './index.ts'

const Source = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  enabled: z.boolean(),
  writeKeys: z.array(z.string()),
  createdAt: z.string(),
})

/** `GET /sources`, and `POST /sources {name, kind}`, which answers the write key that an SDK is configured with. */
export const sourceRoutes: Route = (app, { db, now, random }) => {
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
      return {
        data: {
          sources: sources.map(({ write_keys, created_at, ...source }) => ({
            ...source,
            writeKeys: [...write_keys],
            createdAt: created_at.toISOString(),
          })),
        },
      }
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
      const [id, writeKey, at] = [prefixedId('src', random(12)), Buffer.from(random(24)).toString('base64url'), now()]
      await createSource(db, { spaceId: request.caller.spaceId, id, name, kind, writeKey }, at)
      return reply
        .status(201)
        .send({ data: { source: { id, name, kind, enabled: true, writeKeys: [writeKey], createdAt: at.toISOString() } } })
    },
  )
}
