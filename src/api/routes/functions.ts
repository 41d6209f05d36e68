import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { codeReachOf } from '../../db/code-reach.ts'
import {
  changeFunction,
  createFunction,
  deleteFunction,
  deployFunction,
  functionOf,
  listFunctions,
  restoreVersion,
  versionsOf,
} from '../../function/function.ts'
import { SettingDefinitions } from '../../function/setting.ts'
import { tryCode } from '../../function/try.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import { FunctionShape, Kind, shown, shownTrial, shownVersion, TriedShape, Version } from '../function/shapes.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['function']
const Id = z.string().min(1).max(255)
const Params = SpaceParams.extend({ id: Id })
const One = z.object({ data: z.object({ function: FunctionShape }) })
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/functions',
    {
      schema: {
        tags,
        summary: 'Functions by name',
        params: SpaceParams,
        querystring: z.object({ resourceType: Kind.optional() }),
        response: { 200: z.object({ data: z.object({ functions: z.array(FunctionShape) }) }) },
      },
    },
    async ({ caller, query }) => ({
      data: { functions: (await listFunctions(db, caller.spaceId, query.resourceType)).map(shown) },
    }),
  )
  app.get(
    '/spaces/:space/functions/:id',
    { schema: { tags, summary: 'One function with the code that was saved last', params: Params, response: { 200: One } } },
    async ({ caller, params }) => ({ data: { function: shown(await functionOf(db, caller.spaceId, params.id)) } }),
  )
}

const Fields = z.strictObject({
  displayName: z.string().trim().min(1).max(120),
  description: z.string().max(2_000),
  logoUrl: z.url().max(2_000),
  settings: SettingDefinitions,
  code: z.string().min(1),
})
const New = Fields.partial({ description: true, logoUrl: true, settings: true }).extend({ resourceType: Kind })

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/functions',
    {
      schema: {
        tags,
        summary: 'Make a function; it runs when it is deployed and connected',
        params: SpaceParams,
        body: New,
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) => {
      const { resourceType: kind, displayName: name, description = '', logoUrl = null, settings = [], code } = body
      const made = { id: prefixedId('fn', door.random(12)), kind, name, description, logoUrl, settings, code }
      return reply.status(201).send({ data: { function: shown(await createFunction(door.db, actOf(door, caller), made)) } })
    },
  )
  app.patch(
    '/spaces/:space/functions/:id',
    {
      schema: {
        tags,
        summary: 'Save a function: other code becomes its latest version, which runs when it is deployed',
        params: Params,
        body: Fields.partial(),
        response: { 200: One },
      },
    },
    async ({ caller, params, body: { displayName: name, ...rest } }) => ({
      data: { function: shown(await changeFunction(door.db, actOf(door, caller), params.id, { name, ...rest })) },
    }),
  )
  app.delete(
    '/spaces/:space/functions/:id',
    {
      schema: {
        tags,
        summary: 'Delete a function, with all its versions and connections',
        params: Params,
        response: { 200: Deleted },
      },
    },
    async ({ caller, params }) => {
      await deleteFunction(door.db, caller.spaceId, params.id)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const deploying = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/functions/:id/deploy',
    {
      schema: {
        tags,
        summary: 'Let the latest version run wherever the function is connected',
        params: Params,
        response: { 200: z.object({ data: z.object({ functionDeployment: z.object({ status: z.literal('SUCCESS') }) }) }) },
      },
    },
    async ({ caller, params }) => {
      await deployFunction(door.db, actOf(door, caller), params.id)
      return { data: { functionDeployment: { status: 'SUCCESS' as const } } }
    },
  )
}

const OneVersion = z.object({ data: z.object({ version: Version }) })

const versions = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/functions/:id/versions',
    {
      schema: {
        tags,
        summary: 'Every version that was saved, the latest first',
        params: Params,
        response: { 200: z.object({ data: z.object({ versions: z.array(Version) }) }) },
      },
    },
    async ({ caller, params }) => {
      const there = await functionOf(door.db, caller.spaceId, params.id)
      const all = await versionsOf(door.db, caller.spaceId, params.id)
      return { data: { versions: all.map((one) => shownVersion(one, there)) } }
    },
  )
  app.get(
    '/spaces/:space/functions/:id/versions/:version',
    {
      schema: { tags, summary: 'One version', params: Params.extend({ version: Id }), response: { 200: OneVersion } },
    },
    async ({ caller, params }) => {
      const there = await functionOf(door.db, caller.spaceId, params.id)
      const found = (await versionsOf(door.db, caller.spaceId, params.id)).find(({ number }) => String(number) === params.version)
      if (!found) throw notFound('version', params.version)
      return { data: { version: shownVersion(found, there) } }
    },
  )
  app.post(
    '/spaces/:space/functions/:id/versions',
    {
      schema: {
        tags,
        summary: 'Restore a version: its code is saved again as the latest; what runs stays',
        params: Params,
        body: z.strictObject({ versionId: z.string().regex(/^\d{1,9}$/, 'is the id of no version') }),
        response: { 200: OneVersion },
      },
    },
    async ({ caller, params, body }) => {
      const made = await restoreVersion(door.db, actOf(door, caller), params.id, Number(body.versionId))
      return { data: { version: shownVersion(made, await functionOf(door.db, caller.spaceId, params.id)) } }
    },
  )
}

const Event = z.record(z.string(), z.json())

const trying = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/functions/:id/test',
    {
      schema: {
        tags,
        summary: 'Run a function on sample events: nothing is stored, and what it asks of the internet is asked',
        params: Params,
        body: z.strictObject({
          event: z.union([Event, z.array(Event).min(1).max(100)]),
          code: z.string().min(1).optional().meta({ description: 'In place of what is saved' }),
          settings: z.record(z.string(), z.json()).default({}).meta({ description: 'Values for this try' }),
          executionSeconds: z.number().int().min(1).max(60).default(5),
        }),
        response: { 200: z.object({ data: z.object({ results: z.array(TriedShape) }) }) },
      },
    },
    async ({ caller: { spaceId }, params, body }) => {
      const there = await functionOf(door.db, spaceId, params.id)
      const trial = {
        ...{ spaceId, id: prefixedId('try', door.random(12)), name: there.name, code: body.code ?? there.code },
        ...{ definitions: there.settings, settings: body.settings as JsonObject, hosts: codeReachOf(door.db).hosts },
        ...{ events: [body.event].flat() as readonly JsonObject[], limitSeconds: body.executionSeconds },
      }
      return { data: { results: (await tryCode(trial)).map(shownTrial) } }
    },
  )
}

/** `/spaces/:space/functions` (spec/connections §4.5). */
export const functionRoutes: Route = (app, door) => {
  reading(app, door)
  writing(app, door)
  deploying(app, door)
  versions(app, door)
  trying(app, door)
}
