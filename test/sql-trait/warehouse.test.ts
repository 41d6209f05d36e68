import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { addressOf } from '../../src/sql-trait/host.ts'
import { type Reader, withReader } from '../../src/sql-trait/reader.ts'
import { freshDatabase } from '../support/database.ts'
import { until } from '../support/wait.ts'
import { sqlTraitSpace } from './space.ts'
import { customerDatabase } from './warehouse.ts'

const database = await freshDatabase()
const customer = await customerDatabase()
await customer.run('create table orders (user_id text, spent integer)')
await customer.run(`insert into orders values ('ada', 5)`)
await customer.run(`create function wipe() returns integer language sql as 'delete from orders returning 1'`)
await customer.run(
  `create function wipe_as_owner() returns integer language sql security definer as 'delete from orders returning 1'`,
)
const space = await sqlTraitSpace(database, customer, 'spa_warehouse')
const at = '/spaces/spa_warehouse'
const connect = (more: object) => space.call('POST', `${at}/warehouses`, { name: 'Another', ...customer.login, ...more })
const asking = () =>
  customer.rows(`select pid from pg_stat_activity where usename = '${customer.login.username}' and state <> 'idle'`)
const preview = (query: string) => space.call('POST', `${at}/sql-traits/previews`, { warehouseId: space.warehouseId, query })

it('SQT-01 a warehouse is connected, and its password is sealed and never answered', async () => {
  const made = await connect({})
  expect(made.status).toBe(201)
  const list = await space.call('GET', `${at}/warehouses`)
  expect(list.body.data.warehouses).toHaveLength(2)
  const [stored] = await run(
    database.db,
    query('test.*', sql<{ password: string }>`select password from warehouse where space_id = 'spa_warehouse'`),
  )
  for (const text of [JSON.stringify(made.body), JSON.stringify(list.body), stored?.password])
    expect(text).not.toContain('only reads')
  const id = made.body.data.warehouse.id
  expect((await space.call('PATCH', `${at}/warehouses/${id}`, { name: 'Renamed' })).body.data.warehouse.name).toBe('Renamed')
  const moved = await space.call('PATCH', `${at}/warehouses/${id}`, { host: 'localhost' })
  expect(moved.body.error.code, 'a password is not sent to another host').toBe('password_needed')
  expect((await space.call('DELETE', `${at}/warehouses/${id}`)).status).toBe(200)
  expect((await space.call('GET', `${at}/warehouses/${id}`)).status).toBe(404)
})

it('SQT-10 a login that may write is refused, and so are a wrong one, no answer, and a database of Usher', async () => {
  const { username, password } = customer.owner
  expect((await connect({ username, password })).body.error).toMatchObject({ code: 'warehouse_may_write' })
  expect((await connect({ password: 'wrong' })).body.error.code).toBe('warehouse_login')
  expect((await connect({ database: 'nothing' })).body.error.code).toBe('warehouse_login')
  expect((await connect({ port: 1 })).status).toBe(503)
  const [ours] = await run(database.db, query('test.*', sql<{ name: string }>`select current_database() as name`))
  expect((await connect({ database: ours?.name, username, password })).body.error.code).toBe('warehouse_is_usher')
  await customer.run(`grant insert on orders to ${customer.login.username}`)
  const writer = await connect({})
  expect(writer.body.error.message).toContain('write to public.orders')
  expect((await preview('select user_id, spent from orders')).body.error.code).toBe('warehouse_may_write')
  await customer.run(`revoke insert on orders from ${customer.login.username}`)
})

it('SQT-10 no connection goes where no database of a customer is', async () => {
  for (const host of ['169.254.169.254', '0.0.0.0', '::ffff:169.254.169.254', 'fe80::1'])
    expect((await connect({ host })).body.error.code, host).toBe('warehouse_host')
  expect((await connect({ host: '/var/run' })).status).toBe(422)
  await expect(addressOf('127.0.0.1', ['db.example.com'])).rejects.toThrow(/USHER_WAREHOUSE_HOSTS/)
  expect(await addressOf('127.0.0.1', ['127.0.0.1'])).toBe('127.0.0.1')
})

it('SQT-10 the query runs in a read-only transaction with a timeout and a row cap', async () => {
  for (const writing of ['select user_id, wipe() as n from orders', 'select user_id, wipe_as_owner() as n from orders'])
    expect((await preview(writing)).body.error.code, writing).toMatch(/^query_(writes|forbidden)$/)
  expect(
    (await preview(`select user_id, set_config('transaction_read_only', 'off', true) as s from orders`)).body.error?.code,
  ).toBe('query_failed')
  expect(await customer.rows('select * from orders')).toHaveLength(1)
  const limits = { statementSeconds: 1, rows: 50 }
  await run(
    database.db,
    query(
      'test.*',
      sql`update space set settings = ${JSON.stringify({ sqlTraitLimits: limits })}::jsonb where id = 'spa_warehouse'`,
    ),
  )
  const slow = await preview(`select 'x' as user_id, count(*) as n from generate_series(1, 1000000000)`)
  expect(slow.body.error.code).toBe('query_timeout')
  expect((await preview('select n as user_id, n as x from generate_series(1, 51) as n')).body.error.code).toBe('too_many_rows')
  expect((await preview('select n as user_id, n as x from generate_series(1, 50) as n')).status).toBe(200)
})

it.each([
  ['a statement', ({ ask }: Reader) => ask('select pg_sleep(60)', (text) => text)],
  [
    'an answer of many pages',
    async ({ read }: Reader) => {
      for await (const _ of read('select n, pg_sleep(0.2) from generate_series(1, 300) as n', 1));
    },
  ],
])('SQT-10 %s is cut off when its time is over, though the query took the timeout away', async (_, slow) => {
  const began = performance.now()
  const reading = withReader(customer.login, { statementSeconds: 1, readSeconds: 2, hosts: undefined }, async (reader) => {
    await reader.ask(`select set_config('statement_timeout', '0', true)`, (text) => text)
    await slow(reader)
  })
  await expect(reading).rejects.toThrow(/took longer than 2 s/)
  expect(performance.now() - began).toBeLessThan(50_000)
  await until('nothing goes on in the customer’s database', async () => (await asking()).length === 0, 10_000)
})

it('SQT-10 a statement that is given up is stopped in the customer’s database, and none is begun after that', async () => {
  const giveUp = new AbortController()
  const options = { statementSeconds: 600, readSeconds: 600, hosts: undefined, signal: giveUp.signal }
  const read = () => withReader(customer.login, options, ({ ask }) => ask('select pg_sleep(300)', (text) => text))
  const reading = read()
  await until('it is asked', async () => (await asking()).length === 1)
  giveUp.abort()
  await expect(reading).rejects.toThrow()
  await until('nothing goes on in the customer’s database', async () => (await asking()).length === 0, 10_000)
  await expect(read()).rejects.toThrow(/abort/)
})

it('SQT-10 a statement whose worker was killed ends by itself where the database can tell', async () => {
  const { rows } = await withReader(customer.login, { statementSeconds: 60, readSeconds: 60, hosts: undefined }, ({ ask }) =>
    ask(`select current_setting('client_connection_check_interval')`, (text) => text),
  )
  expect(rows).toEqual([['10s']])
})

it('SQT-10 a preview that nobody waits for any more is stopped', async () => {
  const url = await space.server.listen({ host: '127.0.0.1', port: 0 })
  const hangUp = new AbortController()
  const asked = fetch(`${url}${at}/sql-traits/previews`, {
    method: 'POST',
    headers: { authorization: `Bearer ${space.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      warehouseId: space.warehouseId,
      query: 'select n as user_id, pg_sleep(300)::text as x from generate_series(1, 2) as n',
    }),
    signal: hangUp.signal,
  })
  await until('it is asked', async () => (await asking()).length === 1)
  hangUp.abort()
  await expect(asked).rejects.toThrow()
  await until('nothing goes on in the customer’s database', async () => (await asking()).length === 0, 10_000)
})

it('SQT-10 a preview whose query takes the timeout away ends, too', async () => {
  const limits = { statementSeconds: 30, readSeconds: 2 }
  await run(
    database.db,
    query(
      'test.*',
      sql`update space set settings = ${JSON.stringify({ sqlTraitLimits: limits })}::jsonb where id = 'spa_warehouse'`,
    ),
  )
  const slow = await preview(
    `select n as user_id, set_config('statement_timeout', '0', true) as off, pg_sleep(0.1)::text as x from generate_series(1, 400) as n`,
  )
  expect([slow.status, slow.body.error.code]).toEqual([422, 'query_timeout'])
})

it('is described in OpenAPI', async () => {
  const { body } = await space.call('GET', '/openapi.json')
  for (const path of [
    'warehouses',
    'warehouses/{id}',
    'sql-traits',
    'sql-traits/{id}',
    'sql-traits/previews',
    'sql-traits/{id}/runs',
  ])
    expect(body.paths[`/spaces/{space}/${path}`], path).toBeDefined()
})
