import * as z from 'zod'
import { movedSince } from '../../audience/members.ts'
import { create, remove, runNow, update } from '../../audience/save.ts'
import { type Definition, definitionOf } from '../../audience/store.ts'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { namesOfJourneysUsing } from '../../journey/interest.ts'
import { removeConnectionsOf } from '../../sync/connection.ts'
import { actOf } from '../audience/act.ts'
import { cloneRoutes } from '../audience/clones.ts'
import { audienceDetailRoutes } from '../audience/detail.ts'
import { exportRoutes } from '../audience/exports.ts'
import { insightRoutes } from '../audience/insights.ts'
import { listPage } from '../audience/list.ts'
import { Pagination, SearchQuery } from '../audience/pagination.ts'
import { previewRoutes } from '../audience/previews.ts'
import { conditionFrom, pointing } from '../audience/query.ts'
import { referenceRoutes } from '../audience/references.ts'
import { versionRoutes } from '../audience/versions.ts'
import {
  Audience,
  AudiencePatch,
  audienceFrom,
  audienceWords,
  changedOptions,
  collectionFrom,
  Deleted,
  NewAudience,
  OneParams,
  SpaceParams,
  typeOf,
} from '../audience/wire.ts'
import type { Door } from '../door.ts'
import { guardPublicApi } from '../public-api/guard.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['audience']
const DAY_MS = 86_400_000
const One = z.object({ data: z.object({ audience: Audience }) })

const show = async ({ db, now }: Door, spaceId: string, rows: readonly Definition[]) => {
  const moved = new Map((await movedSince(db, spaceId, new Date(now().getTime() - DAY_MS))).map((each) => [each.id, each]))
  return rows.map((row) => audienceFrom(spaceId, row, moved.get(row.id)))
}

const showOne = async (door: Door, spaceId: string, row: Definition) => {
  const [audience] = await show(door, spaceId, [row])
  return { data: { audience: audience ?? audienceFrom(spaceId, row, undefined) } }
}

const reading = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/audiences',
    {
      schema: {
        tags,
        summary: 'The audiences of the space, newest first',
        params: SpaceParams,
        querystring: SearchQuery.extend({
          include: z
            .string()
            .optional()
            .meta({ description: '`schedules`: linked audiences have some; ours are computed as events arrive' }),
        }),
        response: { 200: z.object({ data: z.object({ audiences: z.array(Audience), pagination: Pagination }) }) },
      },
    },
    async ({ caller, query }) => {
      const { definitions, pagination } = await listPage(door.db, 'audience', caller.spaceId, query, audienceWords)
      return { data: { audiences: await show(door, caller.spaceId, definitions), pagination } }
    },
  )
  app.get(
    '/spaces/:space/audiences/:id',
    { schema: { tags, summary: 'One audience, by id or key', params: OneParams, response: { 200: One } } },
    async ({ caller, params }) =>
      showOne(door, caller.spaceId, await definitionOf(door.db, 'audience', caller.spaceId, params.id)),
  )
}

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/audiences',
    { schema: { tags, summary: 'Make an audience', params: SpaceParams, body: NewAudience, response: { 201: One } } },
    async ({ caller, body }, reply) => {
      const condition = await conditionFrom(door.db, caller.spaceId, body.definition)
      const saved = {
        name: body.name,
        key: body.key,
        description: body.description ?? '',
        enabled: body.enabled ?? true,
        definition: condition as unknown as JsonObject,
        options: body.options ?? {},
        collection: collectionFrom(body.audienceType, body.definition.type),
      }
      const row = await pointing('audience', body.definition, () =>
        create(door.db, 'audience', actOf(door, caller), prefixedId('aud', door.random(12)), saved),
      )
      door.notify('profile_change')
      return reply.status(201).send(await showOne(door, caller.spaceId, row))
    },
  )
  app.patch(
    '/spaces/:space/audiences/:id',
    {
      schema: {
        tags,
        summary: 'Change an audience; its key stays',
        params: OneParams,
        body: AudiencePatch,
        response: { 200: One },
      },
    },
    async ({ caller, params, body }) => {
      const { definition, options, ...rest } = body
      const { collection } = await definitionOf(door.db, 'audience', caller.spaceId, params.id)
      collectionFrom(typeOf(collection), definition?.type)
      const condition = definition && (await conditionFrom(door.db, caller.spaceId, definition))
      const patch = {
        ...rest,
        options: options && changedOptions(options),
        definition: condition as JsonObject | undefined,
      }
      const row = await pointing('audience', definition, () => update(door.db, 'audience', actOf(door, caller), params.id, patch))
      door.notify('profile_change')
      return showOne(door, caller.spaceId, row)
    },
  )
  app.delete(
    '/spaces/:space/audiences/:id',
    { schema: { tags, summary: 'Delete a disabled audience', params: OneParams, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await remove(door.db, 'audience', actOf(door, caller), params.id, namesOfJourneysUsing, removeConnectionsOf)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const running = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/audiences/:id/runs',
    {
      schema: {
        tags,
        summary: 'Compute an audience in full, now',
        params: OneParams,
        response: { 202: z.object({ data: z.object({ status: z.literal('QUEUED') }) }) },
      },
    },
    async ({ caller, params }, reply) => {
      const act = { spaceId: caller.spaceId, by: caller.name, now: door.now() }
      await runNow(door.db, 'audience', act, params.id)
      door.notify('profile_change')
      return reply.status(202).send({ data: { status: 'QUEUED' as const } })
    },
  )
}

/** `/spaces/:space/audiences`: create, read, change, delete, preview, members, changes, sizes, explain (spec/audiences §24). */
export const audienceRoutes: Route = (app, door) => {
  guardPublicApi(app, door)
  reading(app, door)
  writing(app, door)
  referenceRoutes(app, door, 'audience', 'audiences')
  versionRoutes(app, door, 'audience', 'audiences')
  cloneRoutes(app, door, 'audience', 'audiences')
  exportRoutes(app, door, 'audience', 'audiences')
  running(app, door)
  insightRoutes(app, door)
  previewRoutes(app, door)
  audienceDetailRoutes(app, door)
}
