import * as z from 'zod'
import { definitionOf, type Kind } from '../../audience/store.ts'
import { prefixedId } from '../../base/ids.ts'
import {
  changeConnection,
  connectionOf,
  createConnection,
  deleteConnection,
  listConnections,
  type Of,
} from '../../sync/connection.ts'
import { Deleted, OneParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import { connectionFrom, DestinationConnection, Settings, sendingFrom } from '../connection/shapes.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const Params = OneParams.extend({ connectionId: z.string().min(1).max(255) })
const One = z.object({ data: z.object({ destinationConnection: DestinationConnection }) })
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const New = z.strictObject({
  destination: z.strictObject({ id: z.string().min(1).max(255), type: z.string().max(255).optional() }),
  enabled: z.boolean().default(true),
  includeExisting: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether those are told of, too, who are in, or have a value, already' }),
  connectionSettings: Settings.optional(),
})
const Change = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .meta({ description: 'false: paused, and kept as it is; what changes meanwhile is told when it is on again' }),
  connectionSettings: Settings.optional(),
  performResync: z.literal(true).optional().meta({ description: 'Tells all of it anew' }),
})

type Words = { readonly kind: Kind; readonly noun: 'audiences' | 'computed-traits'; readonly said: string }

const finder =
  ({ db }: Door, kind: Kind) =>
  async (spaceId: string, id: string): Promise<Of> => {
    const { name, collection, id: found } = await definitionOf(db, kind, spaceId, id)
    return { kind, id: found, name, collection }
  }

const reading = (app: App, door: Door, { kind, noun, said }: Words): void => {
  const find = finder(door, kind)
  const tags = [kind.replace('_', ' ')]
  app.get(
    `/spaces/:space/${noun}/:id/destination-connections`,
    {
      schema: {
        tags,
        summary: `The destinations that are told of ${said}, with their status`,
        params: OneParams,
        response: { 200: z.object({ data: z.object({ destinationConnections: z.array(DestinationConnection) }) }) },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      const rows = await listConnections(door.db, spaceId, await find(spaceId, params.id))
      return { data: { destinationConnections: rows.map(connectionFrom) } }
    },
  )
  app.get(
    `/spaces/:space/${noun}/:id/destination-connections/:connectionId`,
    { schema: { tags, summary: `One destination that is told of ${said}`, params: Params, response: { 200: One } } },
    async ({ caller: { spaceId }, params }) => {
      const row = await connectionOf(door.db, spaceId, await find(spaceId, params.id), params.connectionId)
      return { data: { destinationConnection: connectionFrom(row) } }
    },
  )
}

const writing = (app: App, door: Door, { kind, noun, said }: Words): void => {
  const find = finder(door, kind)
  const tags = [kind.replace('_', ' ')]
  app.post(
    `/spaces/:space/${noun}/:id/destination-connections`,
    { schema: { tags, summary: `Have a destination told of ${said}`, params: OneParams, body: New, response: { 201: One } } },
    async ({ caller, params, body: { destination, enabled, includeExisting, connectionSettings } }, reply) => {
      const { sendTrack = true, sendIdentify = true, names, extras = {} } = sendingFrom(connectionSettings)
      const made = { enabled, sendTrack, sendIdentify, names, extras, existing: includeExisting, destinationId: destination.id }
      const id = prefixedId('con', door.random(12))
      const row = await createConnection(door.db, actOf(door, caller), await find(caller.spaceId, params.id), { ...made, id })
      return reply.status(201).send({ data: { destinationConnection: connectionFrom(row) } })
    },
  )
  app.patch(
    `/spaces/:space/${noun}/:id/destination-connections/:connectionId`,
    {
      schema: {
        tags,
        summary: 'Pause it, change what is sent, tell all anew',
        params: Params,
        body: Change,
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { enabled, connectionSettings, performResync: resync } }) => {
      const change = { ...(connectionSettings && sendingFrom(connectionSettings)), enabled, resync }
      const of = await find(caller.spaceId, params.id)
      const row = await changeConnection(door.db, actOf(door, caller), of, params.connectionId, change)
      return { data: { destinationConnection: connectionFrom(row) } }
    },
  )
  app.delete(
    `/spaces/:space/${noun}/:id/destination-connections/:connectionId`,
    {
      schema: {
        tags,
        summary: 'Remove it; what the destination was told stays there',
        params: Params,
        response: { 200: Deleted },
      },
    },
    async ({ caller: { spaceId }, params }) => {
      await deleteConnection(door.db, spaceId, await find(spaceId, params.id), params.connectionId)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** `…/destination-connections` of audiences and computed traits: the destinations that are told of them (spec/audiences §18, §24). */
export const connectionRoutes: Route = (app, door) => {
  const all: readonly Words[] = [
    { kind: 'audience', noun: 'audiences', said: 'who enters and exits' },
    { kind: 'computed_trait', noun: 'computed-traits', said: 'its values' },
  ]
  for (const words of all) {
    reading(app, door, words)
    writing(app, door, words)
  }
}
