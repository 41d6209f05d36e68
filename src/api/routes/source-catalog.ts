import { sql } from 'kysely'
import * as z from 'zod'
import { clearSeen } from '../../catalog/clear.ts'
import { entriesOf, type Part } from '../../catalog/read.ts'
import { query, runOne } from '../../db/query.ts'
import { refuseUnknownSource } from '../../tracking-plan/connect.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Inside } from '../door.ts'
import type { App } from '../server.ts'
import { csvName, schemaCsv } from '../source-schema/csv.ts'
import { Shown, shownEntry, Type } from '../source-schema/shapes.ts'
import type { Route } from './index.ts'

const tags = ['source']
const DAY_MS = 86_400_000
const Params = SpaceParams.extend({ source: z.string().min(1).max(255) })
const sinceOf = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS)
// Counts are kept by day of UTC: the last seven days begin with the whole day six days ago.
const dayOf = (now: Date, days: number): string =>
  sinceOf(now, days - 1)
    .toISOString()
    .slice(0, 10)

const reading = (app: App, { db, now, tally }: Inside): void => {
  app.get(
    '/spaces/:space/sources/:source/schema',
    {
      schema: {
        tags,
        summary:
          'What it sent, by event and trait: first and last seen, let in, blocked, planned; with `event` the properties of one',
        params: Params,
        querystring: z.object({
          type: Type.default('track'),
          event: z.string().max(500).optional(),
          days: z.coerce.number().int().min(1).max(30).default(7),
          archived: z.stringbool().default(false).meta({ description: 'Only what is archived' }),
        }),
        response: {
          200: z.object({
            data: z.object({ plan: z.object({ id: z.string(), name: z.string() }).nullable(), entries: z.array(Shown) }),
          }),
        },
      },
    },
    async ({ caller, params, query: { type, event, days, archived } }) => {
      await refuseUnknownSource(db, caller.spaceId, params.source)
      await tally.flush()
      const part: Part = event === undefined ? 'events' : { type, name: event }
      const { plan, entries } = await entriesOf(db, caller.spaceId, params.source, { part, since: dayOf(now(), days) })
      const wanted = entries.filter((entry) =>
        event !== undefined ? entry.path !== '' : (entry.archivedAt !== undefined) === archived,
      )
      return { data: { plan: plan ? { id: plan.id, name: plan.name } : null, entries: wanted.map(shownEntry) } }
    },
  )
}

const clearing = (app: App, { db, tally }: Inside): void => {
  app.post(
    '/spaces/:space/sources/:source/schema/clear',
    {
      schema: {
        tags,
        summary: 'Empty the page of events (all are unplanned without a plan) or traits; nothing stored changes',
        params: Params,
        body: z.strictObject({
          planned: z.boolean().default(false),
          unplanned: z.boolean().default(false),
          traits: z.boolean().default(false),
        }),
        response: { 200: Deleted },
      },
    },
    async ({ caller, params, body }) => {
      await refuseUnknownSource(db, caller.spaceId, params.source)
      await tally.flush()
      await clearSeen(db, caller.spaceId, params.source, body)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const downloading = (app: App, { db, now, tally }: Inside): void => {
  app.get(
    '/spaces/:space/sources/:source/schema.csv',
    {
      schema: {
        tags,
        summary: 'The names that it sent as CSV, without any value',
        params: Params,
        querystring: z.object({
          type: z.enum(['track', 'identify', 'group']).default('track'),
          days: z.enum(['7', '30']).default('7'),
        }),
        response: { 200: z.string() },
      },
    },
    async ({ caller: { spaceId }, params: { source }, query: asked }, reply) => {
      await refuseUnknownSource(db, spaceId, source)
      await tally.flush()
      const [at, days] = [now(), Number(asked.days)]
      const space = await runOne(db, query('space.slug', sql<{ slug: string }>`select slug from space where id = ${spaceId}`))
      const { entries } = await entriesOf(db, spaceId, source, { part: 'all', since: dayOf(at, days) })
      const name = csvName(space?.slug ?? spaceId, source, asked.type, at)
      reply.header('content-type', 'text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`)
      return reply.send(schemaCsv(entries, asked.type, sinceOf(at, days), days))
    },
  )
}

/** The schema page of a source (spec/connections §2.4). */
export const sourceCatalogRoutes: Route = (app, door) => {
  reading(app, door)
  clearing(app, door)
  downloading(app, door)
}
