import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { FunctionInstanceRow } from '../../db/rows/function.ts'
import { functionOf, listFunctions } from '../../function/function.ts'
import { changeInstance, createInstance, deleteInstance, instanceOf, listInstances } from '../../function/instance.ts'
import { secretNamesOf } from '../../function/setting.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import { Instance, shownInstance } from '../function/shapes.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['function']
const Id = z.string().min(1).max(255)
const Params = SpaceParams.extend({ id: Id })
const One = z.object({ data: z.object({ insertFunctionInstance: Instance }) })
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })
// Segment's clients leave the prefix out.
const functionIdOf = (id: string): string => (id.startsWith('fn_') ? id : `fn_${id}`)

const secretNames = (db: Door['db'], row: FunctionInstanceRow): readonly string[] => secretNamesOf(db, row)

const one = async ({ db }: Door, spaceId: string, row: FunctionInstanceRow) => {
  const { settings } = await functionOf(db, spaceId, row.function_id)
  return { data: { insertFunctionInstance: shownInstance(row, settings, secretNames(db, row)) } }
}

const reading = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/insert-function-instances',
    {
      schema: {
        tags,
        summary: 'Where insert functions are connected',
        params: SpaceParams,
        querystring: z.object({ functionId: Id.optional() }),
        response: { 200: z.object({ data: z.object({ instances: z.array(Instance) }) }) },
      },
    },
    async ({ caller: { spaceId }, query: { functionId } }) => {
      const functions = await listFunctions(door.db, spaceId)
      const rows = await listInstances(door.db, spaceId, functionId === undefined ? undefined : functionIdOf(functionId))
      const definitionsOf = (id: string) => functions.find((each) => each.id === id)?.settings ?? []
      return {
        data: { instances: rows.map((row) => shownInstance(row, definitionsOf(row.function_id), secretNames(door.db, row))) },
      }
    },
  )
  app.get(
    '/spaces/:space/insert-function-instances/:id',
    { schema: { tags, summary: 'One connection of an insert function', params: Params, response: { 200: One } } },
    async ({ caller, params }) => one(door, caller.spaceId, await instanceOf(door.db, caller.spaceId, params.id)),
  )
}

const Fields = z.strictObject({
  name: z.string().trim().min(1).max(120),
  enabled: z.boolean(),
  settings: z.record(z.string(), z.json()).meta({ description: 'Laid over those that are there; null takes one away' }),
  executionSeconds: z.number().int().min(1).max(60).meta({ description: 'How long one event may take' }),
})
const New = Fields.partial().extend({ name: Fields.shape.name, functionId: Id, integrationId: Id })

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/insert-function-instances',
    {
      schema: {
        tags,
        summary: 'Connect an insert function to a source: one at most',
        params: SpaceParams,
        body: New,
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) => {
      const { functionId, integrationId, name, enabled = false, settings = {}, executionSeconds: limitSeconds = 5 } = body
      const id = prefixedId('ifi', door.random(12))
      const made = {
        id,
        functionId: functionIdOf(functionId),
        integrationId,
        name,
        enabled,
        settings: settings as JsonObject,
        limitSeconds,
      }
      const row = await createInstance(door.db, actOf(door, caller), made)
      return reply.status(201).send(await one(door, caller.spaceId, row))
    },
  )
  app.patch(
    '/spaces/:space/insert-function-instances/:id',
    {
      schema: {
        tags,
        summary: 'Switch it on or off, rename it, change its settings',
        params: Params,
        body: Fields.partial(),
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { name, enabled, settings, executionSeconds: limitSeconds } }) => {
      const change = { name, enabled, settings: settings as JsonObject | undefined, limitSeconds }
      const row = await changeInstance(door.db, actOf(door, caller), params.id, change)
      return one(door, caller.spaceId, row)
    },
  )
  app.delete(
    '/spaces/:space/insert-function-instances/:id',
    { schema: { tags, summary: 'Take a function from its source', params: Params, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await deleteInstance(door.db, caller.spaceId, params.id)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** `/spaces/:space/insert-function-instances` (spec/connections §4.5). */
export const functionInstanceRoutes: Route = (app, door) => {
  reading(app, door)
  writing(app, door)
}
