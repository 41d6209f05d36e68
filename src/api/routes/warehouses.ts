import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import {
  createWarehouse,
  removeWarehouse,
  updateWarehouse,
  type Warehouse,
  warehouseOf,
  warehousesOf,
} from '../../sql-trait/warehouse.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['warehouse']
const Params = z.object({ space: z.string() })
const OneParams = Params.extend({ id: z.string() })

const Ssl = z.enum(['disable', 'require', 'verify-full'])
const Login = {
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[^/\s]+$/, 'a host name or an address'),
  port: z.number().int().min(1).max(65_535),
  database: z.string().min(1).max(63),
  username: z.string().min(1).max(63),
  password: z.string().max(1_000).describe('kept sealed and never answered'),
  ssl: Ssl,
}
const Name = z.string().trim().min(1).max(200)

const Shape = z
  .object({
    id: z.string(),
    name: z.string(),
    host: z.string(),
    port: z.number(),
    database: z.string(),
    username: z.string(),
    ssl: Ssl,
    createdBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Warehouse' })
const One = z.object({ data: z.object({ warehouse: Shape }) })

const shape = (row: Warehouse): z.infer<typeof Shape> => ({
  id: row.id,
  name: row.name,
  host: row.host,
  port: row.port,
  database: row.database,
  username: row.username,
  ssl: row.ssl,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/warehouses',
    {
      schema: {
        tags,
        summary: 'The databases that SQL traits may read from, newest first; never their passwords',
        params: Params,
        response: { 200: z.object({ data: z.object({ warehouses: z.array(Shape) }) }) },
      },
    },
    async ({ caller }) => ({ data: { warehouses: (await warehousesOf(db, caller.spaceId)).map(shape) } }),
  )
  app.get(
    '/spaces/:space/warehouses/:id',
    { schema: { tags, summary: 'One warehouse', params: OneParams, response: { 200: One } } },
    async ({ caller, params }) => ({ data: { warehouse: shape(await warehouseOf(db, caller.spaceId, params.id)) } }),
  )
}

const writing = (app: App, { db, now, random, config }: Door): void => {
  const reach = () => ({ secret: config.secret, hosts: config.warehouseHosts })
  app.post(
    '/spaces/:space/warehouses',
    {
      schema: {
        tags,
        summary: 'Connect a Postgres database. The login is tried, and refused where it may write',
        params: Params,
        body: z.strictObject({ name: Name, ...Login, port: Login.port.default(5432), ssl: Ssl.default('require') }),
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) => {
      const by = { by: caller.name, now: now(), nonce: random(12) }
      const row = await createWarehouse(db, caller.spaceId, { id: prefixedId('whs', random(12)), ...body }, by, reach())
      return reply.status(201).send({ data: { warehouse: shape(row) } })
    },
  )
  app.patch(
    '/spaces/:space/warehouses/:id',
    {
      schema: {
        tags,
        summary: 'Change a warehouse; the login that results is tried',
        params: OneParams,
        body: z.strictObject({ name: Name, ...Login }).partial(),
        response: { 200: One },
      },
    },
    async ({ caller, params, body }) => {
      const row = await updateWarehouse(db, caller.spaceId, params.id, body, { now: now(), nonce: random(12) }, reach())
      return { data: { warehouse: shape(row) } }
    },
  )
  app.delete(
    '/spaces/:space/warehouses/:id',
    {
      schema: {
        tags,
        summary: 'Forget a warehouse and its password',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) },
      },
    },
    async ({ caller, params }) => {
      await removeWarehouse(db, caller.spaceId, params.id, now())
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** `/spaces/:space/warehouses`: the Postgres databases of the customer that SQL traits read from (spec/audiences §8). */
export const warehouseRoutes: Route = (app, door) => {
  reading(app, door)
  writing(app, door)
}
