import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import { previewQuery } from '../../sql-trait/preview.ts'
import {
  createSqlTrait,
  removeSqlTrait,
  runSqlTraitNow,
  runsOf,
  sqlTraitOf,
  sqlTraitsOf,
  updateSqlTrait,
} from '../../sql-trait/sql-trait.ts'
import type { Reach } from '../../sql-trait/warehouse.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import { hungUp } from '../hung-up.ts'
import type { App } from '../server.ts'
import {
  PreviewShape,
  previewShape,
  RunShape,
  runShape,
  SqlTraitShape,
  sqlTraitShape,
  withoutPersonalData,
} from '../sql-trait/shapes.ts'
import type { Route } from './index.ts'

const tags = ['SQL trait']
const Params = z.object({ space: z.string() })
const OneParams = Params.extend({ id: z.string() })
const One = z.object({ data: z.object({ sqlTrait: SqlTraitShape }) })
const Query = z.string().min(1).max(50_000).describe('one select: an identifier column, and a column for each trait')
const Times = z
  .array(z.string())
  .min(1)
  .max(24)
  .describe('times of the day in UTC, as 06:30; twice a day by default, hourly at most')
const saved = {
  name: z.string().trim().min(1).max(255),
  description: z.string().max(2_000).optional(),
  query: Query,
  times: Times.optional(),
  enabled: z.boolean().optional(),
}

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/sql-traits',
    {
      schema: {
        tags,
        summary: 'The SQL traits of the space, newest first',
        params: Params,
        response: { 200: z.object({ data: z.object({ sqlTraits: z.array(SqlTraitShape) }) }) },
      },
    },
    async ({ caller }) => ({
      data: { sqlTraits: (await sqlTraitsOf(db, caller.spaceId)).map((row) => sqlTraitShape(row, caller)) },
    }),
  )
  app.get(
    '/spaces/:space/sql-traits/:id',
    { schema: { tags, summary: 'One SQL trait', params: OneParams, response: { 200: One } } },
    async ({ caller, params }) => ({
      data: { sqlTrait: sqlTraitShape(await sqlTraitOf(db, caller.spaceId, params.id), caller) },
    }),
  )
  app.get(
    '/spaces/:space/sql-traits/:id/runs',
    {
      schema: {
        tags,
        summary: 'Its last runs, newest first',
        params: OneParams,
        querystring: z.object({ count: z.coerce.number().int().min(1).max(100).default(20) }),
        response: { 200: z.object({ data: z.object({ runs: z.array(RunShape) }) }) },
      },
    },
    async ({ caller, params, query: { count } }) => {
      const { id } = await sqlTraitOf(db, caller.spaceId, params.id)
      return { data: { runs: (await runsOf(db, caller.spaceId, id, count)).map((row) => runShape(row, caller)) } }
    },
  )
}

type Reaching = Door & { readonly reach: (reply: FastifyReply) => Reach }
const actOf = ({ spaceId, name }: Caller, { now }: Door) => ({ spaceId, by: name, now: now() })

const writing = (app: App, door: Reaching): void => {
  app.post(
    '/spaces/:space/sql-traits',
    {
      schema: {
        tags,
        summary: 'Make a SQL trait. Its query is previewed first, and refused where it breaks the contract',
        params: Params,
        body: z.strictObject({ ...saved, warehouseId: z.string() }),
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) => {
      const wanted = {
        ...body,
        id: prefixedId('sqt', door.random(12)),
        description: body.description ?? '',
        enabled: body.enabled ?? true,
      }
      const row = await withoutPersonalData(caller, () => createSqlTrait(door.db, actOf(caller, door), wanted, door.reach(reply)))
      return reply.status(201).send({ data: { sqlTrait: sqlTraitShape(row, caller) } })
    },
  )
  app.patch(
    '/spaces/:space/sql-traits/:id',
    {
      schema: {
        tags,
        summary: 'Change a SQL trait from its next run on; its warehouse stays',
        params: OneParams,
        body: z.strictObject({ ...saved, name: saved.name.optional(), query: Query.optional() }),
        response: { 200: One },
      },
    },
    async ({ caller, params, body }, reply) => {
      const changed = () => updateSqlTrait(door.db, actOf(caller, door), params.id, body, door.reach(reply))
      return { data: { sqlTrait: sqlTraitShape(await withoutPersonalData(caller, changed), caller) } }
    },
  )
  app.delete(
    '/spaces/:space/sql-traits/:id',
    {
      schema: {
        tags,
        summary: 'Delete a SQL trait; what it said last stays on the profiles',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) },
      },
    },
    async ({ caller, params }) => {
      await removeSqlTrait(door.db, actOf(caller, door), params.id)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const asking = (app: App, door: Reaching): void => {
  app.post(
    '/spaces/:space/sql-traits/previews',
    {
      schema: {
        tags,
        summary: 'What a query answers: the first rows, and whether the space knows whose they are',
        params: Params,
        body: z.strictObject({ warehouseId: z.string(), query: Query }),
        response: { 200: z.object({ data: z.object({ preview: PreviewShape }) }) },
      },
    },
    async ({ caller, body }, reply) => {
      const preview = await withoutPersonalData(caller, () => previewQuery(door.db, caller.spaceId, body, door.reach(reply)))
      return { data: { preview: previewShape(preview, caller) } }
    },
  )
  app.post(
    '/spaces/:space/sql-traits/:id/runs',
    {
      schema: {
        tags,
        summary: 'Run a SQL trait as soon as possible; `resync` tells every row again',
        params: OneParams,
        body: z.strictObject({ resync: z.boolean().default(false) }),
        response: { 202: One },
      },
    },
    async ({ caller, params, body }, reply) => {
      await runSqlTraitNow(door.db, actOf(caller, door), params.id, body.resync)
      const row = await sqlTraitOf(door.db, caller.spaceId, params.id)
      return reply.status(202).send({ data: { sqlTrait: sqlTraitShape(row, caller) } })
    },
  )
}

/** `/spaces/:space/sql-traits`: traits that a query against the customer's database answers (spec/audiences §8). */
export const sqlTraitRoutes: Route = (app, door) => {
  const { config } = door
  const reach = (reply: FastifyReply) => ({ secret: config.secret, hosts: config.warehouseHosts, signal: hungUp(reply) })
  const reaching = { ...door, reach }
  reading(app, door)
  writing(app, reaching)
  asking(app, reaching)
}
