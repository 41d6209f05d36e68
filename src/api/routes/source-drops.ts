import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import { NO_SPACE } from '../../ingest/drop.ts'
import { type CountedDrop, dropsByHour, dropsOfSource } from '../../ingest/read-drops.ts'
import { sourceById } from '../../space/source.ts'
import type { Route } from './index.ts'

const HOUR_MS = 3_600_000
const Asked = z.object({ hours: z.coerce.number().int().min(1).max(720).default(24) })
const Drop = z.object({
  code: z.string().describe('why, for programs'),
  subject: z.string().describe('the field, identifier type, rule or event it is about'),
  reason: z.string().describe('why, for people, with what to do'),
  count: z.number(),
  firstAt: z.string(),
  lastAt: z.string(),
  sample: z.string().describe('the first such call of the last hour that has one, as JSON text, cut at 8,192 characters'),
  messageId: z.string().nullable(),
})
const Drops = z.object({
  total: z.number(),
  drops: z.array(Drop),
  hours: z.array(z.object({ hour: z.string(), count: z.number() })),
})

const wireDrop = ({
  code,
  subject,
  reason,
  count,
  first_at,
  last_at,
  sample,
  message_id,
}: CountedDrop): z.infer<typeof Drop> => ({
  code,
  subject,
  reason,
  count,
  firstAt: first_at.toISOString(),
  lastAt: last_at.toISOString(),
  sample,
  messageId: message_id,
})

const read = async (db: Db, spaceId: string, sourceId: string, now: Date, hours: number): Promise<z.infer<typeof Drops>> => {
  const since = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - (hours - 1) * HOUR_MS)
  const byHour = await dropsByHour(db, spaceId, sourceId, since)
  return {
    total: byHour.reduce((sum, { count }) => sum + count, 0),
    drops: (await dropsOfSource(db, spaceId, sourceId, since)).map(wireDrop),
    hours: byHour.map(({ hour, count }) => ({ hour: hour.toISOString(), count })),
  }
}

/** `GET /sources/:source/drops`: what was not taken and why, and `GET /unknown-keys`: what came with a write key of nobody. */
export const sourceDropRoutes: Route = (app, { db, now, counter }) => {
  const response = { 200: z.object({ data: Drops }) }
  app.get(
    '/spaces/:space/sources/:source/drops',
    {
      schema: {
        tags: ['source'],
        summary: 'What of its calls was not taken in the last hours: code, reason, count and an example each',
        params: z.object({ space: z.string(), source: z.string() }),
        querystring: Asked,
        response,
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const source = await sourceById(db, spaceId, request.params.source)
      if (!source) throw notFound('source', request.params.source)
      await counter.flush()
      return { data: await read(db, spaceId, source.id, now(), request.query.hours) }
    },
  )
  app.get(
    '/spaces/:space/unknown-keys',
    {
      schema: {
        tags: ['source'],
        summary: 'Requests of this installation with a write key that no source has; of the key only its beginning is kept',
        params: z.object({ space: z.string() }),
        querystring: Asked,
        response,
      },
    },
    async (request) => {
      await counter.flush()
      return { data: await read(db, NO_SPACE, NO_SPACE, now(), request.query.hours) }
    },
  )
}
