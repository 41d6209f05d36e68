import { expect, it } from 'vitest'
import { createToken } from '../../src/space/space.ts'
import { freshDatabase } from '../support/database.ts'
import { sqlTraitSpace } from './space.ts'
import { customerDatabase } from './warehouse.ts'

const database = await freshDatabase()
const customer = await customerDatabase()
await customer.run(`create type mood as enum ('fine', 'bad')`)
await customer.run(
  `create table customer (user_id text, email text, spent numeric, born date, seen timestamptz, at timestamp, tags text[], mood mood, vip boolean)`,
)
await customer.run(`insert into customer values
  ('ada', 'Ada@Example.com', 12.50, '1990-01-02', '2026-01-31 12:00:00+02', '2026-01-01', '{a,b}', 'fine', true),
  ('bob', 'bob@example.com', 'NaN', null, null, null, null, null, false)`)
const space = await sqlTraitSpace(database, customer, 'spa_contract')
const at = '/spaces/spa_contract'
const preview = (query: string) => space.call('POST', `${at}/sql-traits/previews`, { warehouseId: space.warehouseId, query })
const create = (query: string, more: object = {}) =>
  space.call('POST', `${at}/sql-traits`, { name: 'One', warehouseId: space.warehouseId, query, ...more })

const columns = (count: number): string => Array.from({ length: count }, (_, n) => `${n} as c${n}`).join(', ')

it.each([
  ['no_identifier', 'select spent from customer'],
  ['two_identifiers', `select user_id, 'x' as anonymous_id, spent from customer`],
  ['two_identifiers', `select 'g' as group_id, 'x' as anonymous_id, 1 as n`],
  ['null_identifier', `select user_id, spent from customer union all select null, 1`],
  ['null_identifier', `select '' as email, 1 as n`],
  ['null_identifier', `select 'acme' as group_id, null::text as user_id, 1 as n`],
  ['duplicate_identifier', 'select user_id, spent from customer union all select user_id, 1 from customer'],
  ['too_many_columns', `select 'x' as user_id, ${columns(25)}`],
  ['no_trait', 'select user_id from customer'],
  ['column_twice', `select user_id, spent, vip as spent from customer`],
  ['unnamed_column', 'select user_id, 1 from customer'],
  ['named_like_identifier', `select user_id, email as "userId" from customer`],
  ['column_type', 'select user_id, tags from customer'],
  ['column_type', 'select user_id, at from customer'],
  ['column_type', `select user_id, '{}'::jsonb as j from customer`],
  ['query_failed', 'select user_id, nothing from customer'],
  ['query_failed', 'selec'],
  ['query_failed', 'select user_id, $1 as n from customer'],
  ['named_like_identifier', `select user_id as "userId", spent from customer`],
  ['named_like_identifier', `select email as "Email", spent from customer`],
  ['query_failed', 'select 1 as user_id, 2 as n; drop table customer'],
  ['query_failed', 'select 1 as user_id, 2 as n) as a, (select 3; commit'],
  ['query_failed', 'insert into customer values (1)'],
])('SQT-02 %s: %s', async (code, query) => {
  const answered = await preview(query)
  expect([answered.status, answered.body.error?.code], JSON.stringify(answered.body)).toEqual([422, code])
  expect(answered.body.error.problems[0].field).toBe('query')
  expect((await create(query)).body.error.code, 'and it is not saved').toBe(code)
})

it('SQT-02 says where a query is wrong', async () => {
  const { body } = await preview('select user_id,\n  nothing from customer')
  expect(body.error.message).toContain('column "nothing" does not exist (at character 19 of the query)')
})

it('SQT-02 what is allowed: 25 columns, a comment at the end, a semicolon, a link', async () => {
  for (const query of [
    `select 'x' as user_id, ${columns(24)}`,
    'select user_id, spent from customer; ',
    'select user_id, spent from customer -- and no more',
    `select 'acme' as group_id, user_id, 1 as n from customer`,
    `select 'acme' as group_id, 1 as n union all select 'acme', 2`,
  ])
    expect((await preview(query)).status, query).toBe(200)
})

it('SQT-03 a preview shows traits as they will be, and who is known', async () => {
  await space.server.inject({
    method: 'POST',
    url: '/v1/identify',
    headers: { authorization: `Basic ${btoa(`${space.writeKey}:`)}` },
    payload: { userId: 'ada', traits: { email: 'ada@example.com' } },
  })
  const { body } = await preview('select user_id, spent, born, seen, mood, vip, email from customer order by user_id')
  expect(body.data.preview).toEqual({
    count: 2,
    identifier: 'user_id',
    links: false,
    traits: [
      { name: 'spent', type: 'numeric' },
      { name: 'born', type: 'date' },
      { name: 'seen', type: 'timestamptz' },
      { name: 'mood', type: 'mood' },
      { name: 'vip', type: 'bool' },
      { name: 'email', type: 'text' },
    ],
    rows: [
      {
        identifier: 'ada',
        known: true,
        traits: {
          spent: 12.5,
          born: '1990-01-02',
          seen: '2026-01-31T10:00:00Z',
          mood: 'fine',
          vip: true,
          email: 'Ada@Example.com',
        },
      },
      {
        identifier: 'bob',
        known: false,
        traits: { spent: null, born: null, seen: null, mood: null, vip: false, email: 'bob@example.com' },
      },
    ],
  })
  const byEmail = await preview('select email, spent from customer order by user_id')
  expect(byEmail.body.data.preview.rows.map((row: { known: boolean }) => row.known)).toEqual([true, false])
})

it('SQT-07 twice a day by default, hourly allowed, faster refused', async () => {
  const query = 'select user_id, spent from customer'
  const made = await create(query)
  expect(made.body.data.sqlTrait.times).toEqual(['00:00', '12:00'])
  const hourly = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:17`)
  const path = `${at}/sql-traits/${made.body.data.sqlTrait.id}`
  const changed = await space.call('PATCH', path, { times: hourly })
  expect(changed.body.data.sqlTrait).toMatchObject({ times: hourly, nextRunAt: '2026-06-01T11:17:00.000Z' })
  for (const times of [['10:00', '10:30'], ['23:45', '00:15'], ['25:00'], ['every minute']])
    expect((await space.call('PATCH', path, { times })).body.error.code, times.join()).toBe('times')
  expect((await space.call('PATCH', path, { times: [] })).status).toBe(422)
  expect((await space.call('PATCH', path, { enabled: false })).body.data.sqlTrait.nextRunAt).toBeUndefined()
  expect((await space.call('POST', `${path}/runs`, {})).body.error.code).toBe('disabled')
  expect((await space.call('PATCH', path, { warehouseId: 'whs_x' })).status, 'the warehouse stays').toBe(422)
})

it('SQT-09 without the permission values and words of the database are hidden, what is wrong is not', async () => {
  await createToken(
    database.db,
    { spaceId: 'spa_contract', name: 'agency', secret: 'blind', seesPersonalData: false },
    space.clock.at,
  )
  const ask = async (query: string) =>
    (
      await space.server.inject({
        method: 'POST',
        url: `${at}/sql-traits/previews`,
        headers: { authorization: 'Bearer blind' },
        payload: { warehouseId: space.warehouseId, query },
      })
    ).json()
  const { data } = await ask('select user_id, spent, email from customer order by 1')
  expect(data.preview).toMatchObject({
    count: 2,
    rows: [{ identifier: '••••', known: true, traits: { spent: '••••', email: '••••' } }, { traits: { spent: null } }],
  })
  const failed = await ask(`select user_id, email::integer as n from customer`)
  expect(failed.error.code).toBe('query_failed')
  expect(JSON.stringify(failed)).not.toMatch(/example\.com|syntax|integer/i)
  expect(JSON.stringify(await ask('select user_id, 1 as n from customer union all select user_id, 2 from customer'))).not.toMatch(
    /ada|bob/,
  )
})
