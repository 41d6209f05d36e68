import * as z from 'zod'
import { create, remove, update } from '../../audience/save.ts'
import { definitionOf } from '../../audience/store.ts'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { namesOfJourneysUsing } from '../../journey/interest.ts'
import { removeConnectionsOf } from '../../sync/connection.ts'
import { actOf } from '../audience/act.ts'
import { cloneRoutes } from '../audience/clones.ts'
import { exportRoutes } from '../audience/exports.ts'
import { listPage } from '../audience/list.ts'
import { Pagination, SearchQuery } from '../audience/pagination.ts'
import { pointing, traitFrom } from '../audience/query.ts'
import { referenceRoutes } from '../audience/references.ts'
import { versionRoutes } from '../audience/versions.ts'
import {
  ComputedTrait,
  ComputedTraitPatch,
  changedOptions,
  collectionFrom,
  computedTraitFrom,
  Deleted,
  NewComputedTrait,
  OneParams,
  SpaceParams,
  storedOptions,
  traitWords,
  typeOf,
} from '../audience/wire.ts'
import { figureRoutes } from '../computed-trait/figures.ts'
import { valueRoutes } from '../computed-trait/values.ts'
import type { Door } from '../door.ts'
import { guardPublicApi } from '../public-api/guard.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['computed trait']
const One = z.object({ data: z.object({ computedTrait: ComputedTrait }) })

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/computed-traits',
    {
      schema: {
        tags,
        summary: 'The computed traits of the space, newest first',
        params: SpaceParams,
        querystring: SearchQuery,
        response: { 200: z.object({ data: z.object({ computedTraits: z.array(ComputedTrait), pagination: Pagination }) }) },
      },
    },
    async ({ caller: { spaceId }, query }) => {
      const { definitions, pagination } = await listPage(db, 'computed_trait', spaceId, query, traitWords)
      return { data: { computedTraits: definitions.map((row) => computedTraitFrom(spaceId, row)), pagination } }
    },
  )
  app.get(
    '/spaces/:space/computed-traits/:id',
    { schema: { tags, summary: 'One computed trait, by id or key', params: OneParams, response: { 200: One } } },
    async ({ caller: { spaceId }, params }) => ({
      data: { computedTrait: computedTraitFrom(spaceId, await definitionOf(db, 'computed_trait', spaceId, params.id)) },
    }),
  )
}

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/computed-traits',
    {
      schema: { tags, summary: 'Make a computed trait', params: SpaceParams, body: NewComputedTrait, response: { 201: One } },
    },
    async ({ caller, body }, reply) => {
      const saved = {
        name: body.name,
        key: body.key,
        description: body.description ?? '',
        enabled: body.enabled ?? true,
        definition: traitFrom(body.definition) as unknown as JsonObject,
        options: storedOptions(body.options ?? {}),
        collection: collectionFrom(body.definition.type),
      }
      const row = await pointing('computed_trait', body.definition, () =>
        create(door.db, 'computed_trait', actOf(door, caller), prefixedId('tra', door.random(12)), saved),
      )
      door.notify('profile_change')
      return reply.status(201).send({ data: { computedTrait: computedTraitFrom(caller.spaceId, row) } })
    },
  )
  app.patch(
    '/spaces/:space/computed-traits/:id',
    {
      schema: {
        tags,
        summary: 'Change a computed trait; its key stays',
        params: OneParams,
        body: ComputedTraitPatch,
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { definition, options, ...rest } }) => {
      const { collection } = await definitionOf(door.db, 'computed_trait', caller.spaceId, params.id)
      collectionFrom(typeOf(collection), definition?.type)
      const patch = {
        ...rest,
        options: options && changedOptions(options),
        definition: definition && (traitFrom(definition) as unknown as JsonObject),
      }
      const row = await pointing('computed_trait', definition, () =>
        update(door.db, 'computed_trait', actOf(door, caller), params.id, patch),
      )
      door.notify('profile_change')
      return { data: { computedTrait: computedTraitFrom(caller.spaceId, row) } }
    },
  )
  app.delete(
    '/spaces/:space/computed-traits/:id',
    { schema: { tags, summary: 'Delete a disabled computed trait', params: OneParams, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await remove(door.db, 'computed_trait', actOf(door, caller), params.id, namesOfJourneysUsing, removeConnectionsOf)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** `/spaces/:space/computed-traits`: create, read, change, delete (spec/audiences §24). */
export const computedTraitRoutes: Route = (app, door) => {
  guardPublicApi(app, door)
  reading(app, door)
  writing(app, door)
  referenceRoutes(app, door, 'computed_trait', 'computed-traits')
  versionRoutes(app, door, 'computed_trait', 'computed-traits')
  cloneRoutes(app, door, 'computed_trait', 'computed-traits')
  exportRoutes(app, door, 'computed_trait', 'computed-traits')
  valueRoutes(app, door)
  figureRoutes(app, door)
}
