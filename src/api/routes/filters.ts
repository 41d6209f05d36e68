import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { changeFilter, createFilter, deleteFilter, filterOf, listFilters, orderFilters } from '../../filter/filter.ts'
import { askFilter, filtersAt } from '../../filter/gate.ts'
import { parseFql } from '../../fql/parse.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door, Inside } from '../door.ts'
import { Asked, Call, Condition, Filter, Name, shown } from '../filter/shapes.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['filter']
const Params = SpaceParams.extend({ id: z.string().min(1).max(255) })
const Integration = z.string().min(1).max(255).meta({ description: 'A source, or the space itself for all its sources' })
const One = z.object({ data: z.object({ filter: Filter }) })
const Many = z.object({ data: z.object({ filters: z.array(Filter) }) })
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const reading = (app: App, { db, now, counter }: Inside): void => {
  app.get(
    '/spaces/:space/filters',
    {
      schema: {
        tags,
        summary: 'Event filters in the order in which they are asked',
        params: SpaceParams,
        querystring: z.object({ integrationId: Integration.optional() }),
        response: { 200: Many },
      },
    },
    async ({ caller, query }) => {
      await counter.flush()
      return { data: { filters: (await listFilters(db, caller.spaceId, now(), query.integrationId)).map(shown) } }
    },
  )
  app.get(
    '/spaces/:space/filters/:id',
    { schema: { tags, summary: 'One event filter', params: Params, response: { 200: One } } },
    async ({ caller, params }) => {
      await counter.flush()
      return { data: { filter: shown(await filterOf(db, caller.spaceId, params.id, now())) } }
    },
  )
}

const New = z.strictObject({
  integrationId: Integration,
  name: Name,
  description: z.string().max(2_000).default(''),
  if: Condition,
  drop: z.literal(true).default(true),
  enabled: z.boolean().default(false),
})
const Change = z.strictObject({
  name: Name.optional(),
  description: z.string().max(2_000).optional(),
  enabled: z.boolean().optional(),
  if: z.undefined('does not change: delete this filter and make another').optional(),
})

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/filters',
    { schema: { tags, summary: 'Make an event filter', params: SpaceParams, body: New, response: { 201: One } } },
    async ({ caller, body }, reply) => {
      const { integrationId, if: condition, name, description, enabled } = body
      const id = prefixedId('fil', door.random(12))
      const filter = { id, integration_id: integrationId, name, description, condition, enabled }
      return reply.status(201).send({ data: { filter: shown(await createFilter(door.db, actOf(door, caller), filter)) } })
    },
  )
  app.patch(
    '/spaces/:space/filters/:id',
    {
      schema: {
        tags,
        summary: 'Rename, describe, switch on or off; what it asks does not change',
        params: Params,
        body: Change,
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { if: _, ...change } }) => ({
      data: { filter: shown(await changeFilter(door.db, actOf(door, caller), params.id, change)) },
    }),
  )
  app.delete(
    '/spaces/:space/filters/:id',
    { schema: { tags, summary: 'Delete an event filter', params: Params, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await deleteFilter(door.db, caller.spaceId, params.id, door.now())
      return { data: { status: 'SUCCESS' as const } }
    },
  )
  app.put(
    '/spaces/:space/filters/order',
    {
      schema: {
        tags,
        summary: 'In which order the filters of a source, or of the space, are asked',
        params: SpaceParams,
        body: z.strictObject({ integrationId: Integration, filterIds: z.array(z.string()).max(10) }),
        response: { 200: Many },
      },
    },
    async ({ caller, body }) => ({
      data: { filters: (await orderFilters(door.db, actOf(door, caller), body.integrationId, body.filterIds)).map(shown) },
    }),
  )
}

const Preview = z.object({
  data: z.object({
    dropped: z.boolean(),
    answers: z.array(Asked).meta({ description: 'What each answered, in their order, up to the first that drops the call' }),
  }),
})

const trying = (app: App, { db }: Door): void => {
  app.post(
    '/spaces/:space/filters/previews',
    {
      schema: {
        tags,
        summary: 'What a condition, or the filters of a source, would do to a call; nothing is stored or counted',
        params: SpaceParams,
        body: z.strictObject({ if: Condition.optional(), sourceId: z.string().max(255).optional(), call: Call }),
        response: { 200: Preview },
      },
    },
    async ({ caller, body: { if: condition, sourceId, call } }) => {
      if (condition !== undefined) parseFql(condition)
      const asked = condition === undefined ? await filtersAt(db, caller.spaceId, sourceId ?? '') : []
      const conditions = condition === undefined ? asked : [{ id: null, name: '', condition }]
      const answers: z.infer<typeof Asked>[] = []
      for (const { id, name, condition: text } of conditions) {
        const answer = askFilter(text)(call as JsonObject)
        answers.push({ filterId: id, name, answer: answer.kind, ...(answer.kind === 'failed' ? { reason: answer.reason } : {}) })
        if (answer.kind !== 'false') break
      }
      return { data: { dropped: answers.some(({ answer }) => answer !== 'false'), answers } }
    },
  )
}

/** `/spaces/:space/filters`: calls that are dropped at the door by conditions in FQL (spec/audiences §4). */
export const filterRoutes: Route = (app, door) => {
  reading(app, door)
  writing(app, door)
  trying(app, door)
}
