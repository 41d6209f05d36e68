import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { deliveriesOf } from '../../destination/deliveries.ts'
import { DESTINATIONS } from '../../destination/destinations/index.ts'
import {
  changeDestination,
  createDestination,
  deleteDestination,
  destinationOf,
  listDestinations,
  toolNamed,
} from '../../destination/instances.ts'
import { removeConnectionsTo } from '../../sync/connection.ts'
import { fromCursor, ListQuery, Pagination, paginationOf } from '../audience/pagination.ts'
import { Deleted, OneParams, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import {
  Delivery,
  Destination,
  deliveryFrom,
  destinationFrom,
  JsonMap,
  Metadata,
  metadataOf,
  STATUSES,
} from '../destination/shapes.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['destination']
const Id = z.string().min(1).max(255)
const One = z.object({ data: z.object({ destination: Destination }) })
const Name = z.string().trim().min(1).max(255)
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const catalogue = (app: App): void => {
  app.get(
    '/spaces/:space/catalog/destinations',
    {
      schema: {
        tags,
        summary: 'The tools that calls can be sent to, with their settings, actions, fields and presets',
        params: SpaceParams,
        response: { 200: z.object({ data: z.object({ destinationsCatalog: z.array(Metadata) }) }) },
      },
    },
    async () => ({ data: { destinationsCatalog: Object.values(DESTINATIONS).map(metadataOf) } }),
  )
  app.get(
    '/spaces/:space/catalog/destinations/:slug',
    {
      schema: {
        tags,
        summary: 'One tool',
        params: SpaceParams.extend({ slug: Id }),
        response: { 200: z.object({ data: z.object({ destinationMetadata: Metadata }) }) },
      },
    },
    async ({ params }) => ({ data: { destinationMetadata: metadataOf(toolNamed(params.slug)) } }),
  )
}

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/destinations',
    {
      schema: {
        tags,
        summary: 'Destinations by source',
        params: SpaceParams,
        querystring: z.object({ sourceId: Id.optional() }),
        response: { 200: z.object({ data: z.object({ destinations: z.array(Destination) }) }) },
      },
    },
    async ({ caller, query }) => ({
      data: { destinations: (await listDestinations(db, caller.spaceId, query.sourceId)).map(destinationFrom) },
    }),
  )
  app.get(
    '/spaces/:space/destinations/:id',
    { schema: { tags, summary: 'One destination', params: OneParams, response: { 200: One } } },
    async ({ caller, params }) => ({
      data: { destination: destinationFrom(await destinationOf(db, caller.spaceId, params.id)) },
    }),
  )
}

const Rate = z.int().min(1).max(10_000)
const RetryMinutes = z.int().min(0).max(10_080)
const New = z.strictObject({
  sourceId: Id,
  metadataId: Id.meta({ description: 'A tool of the catalogue' }),
  name: Name.optional().meta({ description: 'Of one source each destination has another; without it the tool’s' }),
  enabled: z.boolean().default(true),
  settings: JsonMap.default({}),
})
const Change = z.strictObject({
  name: Name.optional(),
  enabled: z.boolean().optional(),
  settings: JsonMap.optional().meta({
    description: 'Laid over the old ones: a secret need not be repeated, an empty text takes one away',
  }),
  ratePerSecond: Rate.nullable().optional(),
  retryMinutes: RetryMinutes.optional(),
  sourceId: z.undefined('does not change: make a destination at the other source').optional(),
  metadataId: z.undefined('does not change: make another destination').optional(),
})

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/destinations',
    {
      schema: {
        tags,
        summary: 'Make a destination; its tool’s presets become mappings that are switched off',
        params: SpaceParams,
        body: New,
        response: { 201: One },
      },
    },
    async ({ caller, body: { metadataId: tool, settings, ...body } }, reply) => {
      const newMappingId = () => prefixedId('map', door.random(12))
      const name = body.name ?? toolNamed(tool).name
      const made = { ...body, id: prefixedId('dst', door.random(12)), tool, name, settings: settings as JsonObject, newMappingId }
      const row = await createDestination(door.db, actOf(door, caller), made)
      return reply.status(201).send({ data: { destination: destinationFrom(row) } })
    },
  )
  app.patch(
    '/spaces/:space/destinations/:id',
    {
      schema: {
        tags,
        summary: 'Rename it, switch it on or off, change settings, rate, and for how long it is tried',
        params: OneParams,
        body: Change,
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { sourceId: _, metadataId: __, settings, ...change } }) => {
      const given = { ...change, settings: settings as JsonObject | undefined }
      const row = await changeDestination(door.db, actOf(door, caller), params.id, given)
      return { data: { destination: destinationFrom(row) } }
    },
  )
  app.delete(
    '/spaces/:space/destinations/:id',
    { schema: { tags, summary: 'Delete it, and what waits for it', params: OneParams, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await deleteDestination(door.db, actOf(door, caller), params.id, removeConnectionsTo)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const Place = z.object({ receivedAt: z.coerce.date(), id: z.uuid() })

const delivering = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/destinations/:id/deliveries',
    {
      schema: {
        tags,
        summary: 'Calls on their way to it, or what became of them, newest first, each with its attempts; kept 28 days',
        params: OneParams,
        querystring: ListQuery.omit({ search: true }).extend({
          messageId: z.string().min(1).max(255).optional(),
          status: z.enum(STATUSES).optional(),
        }),
        response: { 200: z.object({ data: z.object({ deliveries: z.array(Delivery) }), pagination: Pagination }) },
      },
    },
    async ({ caller, params, query: { messageId, status, count, cursor } }) => {
      await destinationOf(db, caller.spaceId, params.id)
      const before = fromCursor(Place, cursor)
      const found = await deliveriesOf(db, caller.spaceId, params.id, { messageId, status, before, count: count + 1 })
      const shown = found.slice(0, count)
      const last = found.length > count ? shown.at(-1) : undefined
      const next = last && { receivedAt: last.received_at, id: last.id }
      return { data: { deliveries: shown.map(deliveryFrom) }, pagination: paginationOf(cursor, next) }
    },
  )
}

/** `/spaces/:space/destinations`: where the calls of a source go (spec/connections §3). */
export const destinationRoutes: Route = (app, door) => {
  catalogue(app)
  reading(app, door)
  writing(app, door)
  delivering(app, door)
}
