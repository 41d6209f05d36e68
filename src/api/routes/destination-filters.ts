import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import { destinationFilterGate } from '../../destination/filter-gate.ts'
import {
  changeDestinationFilter,
  createDestinationFilter,
  deleteDestinationFilter,
  destinationFilterOf,
  FilterAction,
  listDestinationFilters,
  refuseBadCondition,
} from '../../destination/filters.ts'
import { destinationOf } from '../../destination/instances.ts'
import { Deleted, OneParams, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import { callFrom, Filter, filterFrom, JsonMap } from '../destination/shapes.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['destination']
const Params = OneParams.extend({ filterId: z.string().min(1).max(255) })
const One = z.object({ data: z.object({ filter: Filter }) })
const Condition = z.string().min(1).max(5_120).meta({ description: 'FQL, or "all"' })
const Actions = z.array(FilterAction).min(1).max(20)
const Title = z.string().trim().min(1).max(64)
const New = z.strictObject({
  sourceId: z.string().max(255).optional().meta({ description: 'The destination’s; said otherwise it is refused' }),
  title: Title,
  description: z.string().max(2_000).default(''),
  if: Condition,
  actions: Actions,
  enabled: z.boolean().default(true),
})
const Change = z.strictObject({
  title: Title.optional(),
  description: z.string().max(2_000).optional(),
  if: Condition.optional(),
  actions: Actions.optional(),
  enabled: z.boolean().optional(),
})

const atOf = (door: Door, { spaceId, name }: Caller, destinationId: string) => ({
  spaceId,
  destinationId,
  by: name,
  now: door.now(),
})

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/destination/:id/filters',
    {
      schema: {
        tags,
        summary: 'What a destination does not get, or gets without some properties',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ filters: z.array(Filter) }) }) },
      },
    },
    async ({ caller, params }) => {
      const { source_id } = await destinationOf(db, caller.spaceId, params.id)
      const filters = await listDestinationFilters(db, caller.spaceId, params.id)
      return { data: { filters: filters.map((filter) => filterFrom(filter, source_id)) } }
    },
  )
  app.get(
    '/spaces/:space/destination/:id/filters/:filterId',
    { schema: { tags, summary: 'One destination filter', params: Params, response: { 200: One } } },
    async ({ caller, params }) => {
      const { source_id } = await destinationOf(db, caller.spaceId, params.id)
      const filter = await destinationFilterOf(db, caller.spaceId, params.id, params.filterId)
      return { data: { filter: filterFrom(filter, source_id) } }
    },
  )
}

const sourceOf = async (door: Door, { spaceId }: Caller, id: string, said?: string): Promise<string> => {
  const { source_id } = await destinationOf(door.db, spaceId, id)
  if (said === undefined || said === source_id) return source_id
  throw new Invalid('wrong_source', [
    { field: 'sourceId', message: `is another source than the destination’s, ${source_id}`, remedy: 'leave it out' },
  ])
}

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/destination/:id/filters',
    { schema: { tags, summary: 'Make a destination filter', params: OneParams, body: New, response: { 201: One } } },
    async ({ caller, params, body: { sourceId: said, if: condition, ...body } }, reply) => {
      const sourceId = await sourceOf(door, caller, params.id, said)
      const made = { ...body, id: prefixedId('dfl', door.random(12)), condition }
      const filter = await createDestinationFilter(door.db, atOf(door, caller, params.id), made)
      return reply.status(201).send({ data: { filter: filterFrom(filter, sourceId) } })
    },
  )
  app.patch(
    '/spaces/:space/destination/:id/filters/:filterId',
    { schema: { tags, summary: 'Change a destination filter', params: Params, body: Change, response: { 200: One } } },
    async ({ caller, params, body: { if: condition, ...change } }) => {
      const sourceId = await sourceOf(door, caller, params.id)
      const given = { ...change, condition }
      const filter = await changeDestinationFilter(door.db, atOf(door, caller, params.id), params.filterId, given)
      return { data: { filter: filterFrom(filter, sourceId) } }
    },
  )
  app.delete(
    '/spaces/:space/destination/:id/filters/:filterId',
    { schema: { tags, summary: 'Delete a destination filter', params: Params, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await sourceOf(door, caller, params.id)
      await deleteDestinationFilter(door.db, atOf(door, caller, params.id), params.filterId)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const trying = (app: App): void => {
  app.post(
    '/spaces/:space/destination/filters/preview',
    {
      schema: {
        tags,
        summary: 'What a destination filter would make of a call: null where it is dropped',
        params: SpaceParams,
        body: z.strictObject({ filter: z.strictObject({ if: Condition, actions: Actions }), payload: JsonMap }),
        response: { 200: z.object({ data: z.object({ inputPayload: JsonMap, result: JsonMap.nullable() }) }) },
      },
    },
    async ({ body: { filter, payload } }) => {
      refuseBadCondition(filter.if)
      const asked = { id: 'preview', title: 'preview', condition: filter.if, actions: filter.actions }
      const verdict = destinationFilterGate([asked])(callFrom(payload))
      if (verdict.kind === 'drop') return { data: { inputPayload: payload, result: null } }
      const result = verdict.kind === 'change' ? (verdict.call as z.infer<typeof JsonMap>) : payload
      return { data: { inputPayload: payload, result } }
    },
  )
}

/** `/spaces/:space/destination/:id/filters`, with Segment's singular (spec/connections §3.3). */
export const destinationFilterRoutes: Route = (app, door) => {
  reading(app, door)
  trying(app)
  writing(app, door)
}
