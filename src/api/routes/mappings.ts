import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { MappingRow } from '../../db/rows/destination.ts'
import { destinationOf } from '../../destination/instances.ts'
import {
  type At,
  changeMapping,
  copyMapping,
  createMapping,
  deleteMapping,
  listMappings,
  mappingOf,
} from '../../destination/mappings.ts'
import { Deleted, OneParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import { JsonMap, Mapping, mappingFrom } from '../destination/shapes.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['destination']
const Params = OneParams.extend({ mappingId: z.string().min(1).max(255) })
const Name = z.string().trim().min(1).max(255)
const Trigger = z.string().min(1).max(5_120)
const New = z.strictObject({
  name: Name,
  actionId: z.string().min(1).max(255),
  enabled: z.boolean().default(false),
  trigger: Trigger.optional().meta({ description: 'FQL; without it the action’s' }),
  settings: JsonMap.default({}),
})
const Change = z.strictObject({
  name: Name.optional(),
  enabled: z.boolean().optional(),
  trigger: Trigger.optional(),
  settings: JsonMap.optional().meta({ description: 'All fields: they take the place of the old ones' }),
  actionId: z.undefined('does not change: make another mapping').optional(),
})

const atOf = async (door: Door, { spaceId, name }: Caller, destinationId: string): Promise<At> => {
  const { tool } = await destinationOf(door.db, spaceId, destinationId)
  return { spaceId, destinationId, tool, by: name, now: door.now() }
}

/** The words of one path: ours, and Segment's, where a subscription is what here is called a mapping. */
type Words = { readonly path: string; readonly one: string; readonly many: string; readonly said: string }

const reading = (app: App, door: Door, { path, one, many, said }: Words): void => {
  app.get(
    `/spaces/:space/destinations/:id/${path}`,
    {
      schema: {
        tags,
        summary: `Mappings in the order in which they are asked${said}`,
        params: OneParams,
        response: { 200: z.object({ data: z.record(z.literal(many), z.array(Mapping)) }) },
      },
    },
    async ({ caller, params }) => {
      await destinationOf(door.db, caller.spaceId, params.id)
      return { data: { [many]: (await listMappings(door.db, caller.spaceId, params.id)).map(mappingFrom) } }
    },
  )
  app.get(
    `/spaces/:space/destinations/:id/${path}/:mappingId`,
    {
      schema: {
        tags,
        summary: `One mapping${said}`,
        params: Params,
        response: { 200: z.object({ data: z.record(z.literal(one), Mapping) }) },
      },
    },
    async ({ caller, params }) => ({
      data: { [one]: mappingFrom(await mappingOf(door.db, caller.spaceId, params.id, params.mappingId)) },
    }),
  )
}

const writing = (app: App, door: Door, { path, one, said }: Words): void => {
  const One = z.object({ data: z.record(z.literal(one), Mapping) })
  const shown = (row: MappingRow) => ({ data: { [one]: mappingFrom(row) } })
  app.post(
    `/spaces/:space/destinations/:id/${path}`,
    { schema: { tags, summary: `Make a mapping${said}`, params: OneParams, body: New, response: { 201: One } } },
    async ({ caller, params, body: { actionId: action, settings, ...body } }, reply) => {
      const made = { ...body, id: prefixedId('map', door.random(12)), action, fields: settings as JsonObject }
      return reply.status(201).send(shown(await createMapping(door.db, await atOf(door, caller, params.id), made)))
    },
  )
  app.post(
    `/spaces/:space/destinations/:id/${path}/:mappingId/copies`,
    { schema: { tags, summary: `Copy a mapping; the copy is switched off${said}`, params: Params, response: { 201: One } } },
    async ({ caller, params }, reply) => {
      const at = await atOf(door, caller, params.id)
      return reply.status(201).send(shown(await copyMapping(door.db, at, params.mappingId, prefixedId('map', door.random(12)))))
    },
  )
  app.patch(
    `/spaces/:space/destinations/:id/${path}/:mappingId`,
    { schema: { tags, summary: `Change a mapping${said}`, params: Params, body: Change, response: { 200: One } } },
    async ({ caller, params, body: { actionId: _, settings, ...change } }) => {
      const given = { ...change, fields: settings as JsonObject | undefined }
      return shown(await changeMapping(door.db, await atOf(door, caller, params.id), params.mappingId, given))
    },
  )
  app.delete(
    `/spaces/:space/destinations/:id/${path}/:mappingId`,
    { schema: { tags, summary: `Delete a mapping, for good${said}`, params: Params, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await deleteMapping(door.db, await atOf(door, caller, params.id), params.mappingId)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const OURS: Words = { path: 'mappings', one: 'mapping', many: 'mappings', said: '' }
const SEGMENTS: Words = {
  path: 'subscriptions',
  one: 'subscription',
  many: 'subscriptions',
  said: ', by the name that Segment has for it',
}

/**
 * `/spaces/:space/destinations/:id/mappings`. Segment calls a mapping a subscription, a word that here is the state of an address: what was written
 * for its Public API finds the same at `…/subscriptions`.
 */
export const mappingRoutes: Route = (app, door) => {
  for (const words of [OURS, SEGMENTS]) {
    reading(app, door, words)
    writing(app, door, words)
  }
}
