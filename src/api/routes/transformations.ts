import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import { isObject } from '../../base/json.ts'
import { toolNamed } from '../../destination/instances.ts'
import { PASS } from '../../event/verdict.ts'
import { subjectFrom } from '../../transformation/condition.ts'
import { Definition, EventName, Renames, refuseBad } from '../../transformation/definition.ts'
import { transformationGate } from '../../transformation/gate.ts'
import {
  changeTransformation,
  createTransformation,
  deleteTransformation,
  listTransformations,
  transformationOf,
} from '../../transformation/transformation.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { shown, Transformation } from '../transformation/shapes.ts'
import type { Route } from './index.ts'

const tags = ['transformation']
const Id = z.string().min(1).max(255)
const Params = SpaceParams.extend({ id: Id })
const One = z.object({ data: z.object({ transformation: Transformation }) })
const Name = z.string().trim().min(1).max(255)
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/transformations',
    {
      schema: {
        tags,
        summary: 'Transformations by source',
        params: SpaceParams,
        querystring: z.object({ sourceId: Id.optional() }),
        response: { 200: z.object({ data: z.object({ transformations: z.array(Transformation) }) }) },
      },
    },
    async ({ caller, query }) => ({
      data: { transformations: (await listTransformations(db, caller.spaceId, query.sourceId)).map(shown) },
    }),
  )
  app.get(
    '/spaces/:space/transformations/:id',
    { schema: { tags, summary: 'One transformation', params: Params, response: { 200: One } } },
    async ({ caller, params }) => ({ data: { transformation: shown(await transformationOf(db, caller.spaceId, params.id)) } }),
  )
}

const Condition = z.string().min(1).max(2_000).meta({ description: "event = 'X', type = 'identify' or type = 'group'" })
const New = Definition.extend({
  name: Name,
  sourceId: Id,
  destinationMetadataId: Id.optional().meta({
    description: 'A tool: only it gets the changed call. Without it the call itself is changed, for good',
  }),
  enabled: z.boolean().default(true),
  if: Condition,
})
const fixed = z.undefined('does not change: delete this transformation and make another').optional()
const Edit = z.strictObject({
  name: Name.optional(),
  enabled: z.boolean().optional(),
  newEventName: EventName.optional(),
  propertyRenames: Renames.optional(),
  sourceId: fixed,
  destinationMetadataId: fixed,
  if: fixed,
  drop: fixed,
  propertyValueTransformations: fixed,
  fqlDefinedProperties: fixed,
  allowProperties: fixed,
  hashPropertiesConfiguration: fixed,
})

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/transformations',
    { schema: { tags, summary: 'Make a transformation', params: SpaceParams, body: New, response: { 201: One } } },
    async ({ caller, body }, reply) => {
      const { name, sourceId, destinationMetadataId: destination = '', enabled, if: condition, ...definition } = body
      if (destination !== '') toolNamed(destination, 'destinationMetadataId')
      const made = { id: prefixedId('trn', door.random(12)), sourceId, destination, condition, name, enabled, definition }
      const row = await createTransformation(door.db, actOf(door, caller), made)
      return reply.status(201).send({ data: { transformation: shown(row) } })
    },
  )
  app.patch(
    '/spaces/:space/transformations/:id',
    {
      schema: {
        tags,
        summary: 'Label it, switch it on or off, change new names; the rest does not change',
        params: Params,
        body: Edit,
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { name, enabled, newEventName, propertyRenames } }) => {
      const edit = { name, enabled, newEventName, propertyRenames }
      return { data: { transformation: shown(await changeTransformation(door.db, actOf(door, caller), params.id, edit)) } }
    },
  )
  app.delete(
    '/spaces/:space/transformations/:id',
    {
      schema: { tags, summary: 'Delete a transformation; what it changed stays so', params: Params, response: { 200: Deleted } },
    },
    async ({ caller, params }) => {
      await deleteTransformation(door.db, caller.spaceId, params.id)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const Call = z.record(z.string(), z.json())
const trying = (app: App): void => {
  app.post(
    '/spaces/:space/transformations/previews',
    {
      schema: {
        tags,
        summary: 'What a transformation would make of a call; nothing is stored',
        params: SpaceParams,
        body: Definition.extend({ if: Condition, call: Call }),
        response: {
          200: z.object({
            data: z.object({ result: z.enum(['pass', 'change', 'drop']), changes: z.array(z.string()), call: Call.optional() }),
          }),
        },
      },
    },
    async ({ body: { if: condition, call, ...definition } }) => {
      const subject = subjectFrom(condition)
      refuseBad(definition, subject)
      const asked = { id: 'preview', name: 'preview', ...subject, definition: JSON.parse(JSON.stringify(definition)) }
      const verdict = isObject(call) ? transformationGate([asked])(call) : PASS
      if (verdict.kind !== 'change') return { data: { result: verdict.kind, changes: [] } }
      const changes = (verdict.did ?? []).map((one) => one.slice('preview: '.length))
      return { data: { result: verdict.kind, changes, call: verdict.call as z.infer<typeof Call> } }
    },
  )
}

/** `/spaces/:space/transformations` (spec/connections §1.7). */
export const transformationRoutes: Route = (app, door) => {
  reading(app, door)
  trying(app)
  writing(app, door)
}
