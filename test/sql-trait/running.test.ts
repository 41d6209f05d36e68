import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { claimNext } from '../../src/sql-trait/claim.ts'
import { SqlTraitLimits } from '../../src/sql-trait/limits.ts'
import { runNext, sqlTraitLoop } from '../../src/sql-trait/loop.ts'
import { runSqlTrait } from '../../src/sql-trait/run.ts'
import { runsOf } from '../../src/sql-trait/sql-trait.ts'
import { nextTime, parseTimes } from '../../src/sql-trait/times.ts'
import { freshDatabase } from '../support/database.ts'
import { until } from '../support/wait.ts'
import { sqlTraitSpace } from './space.ts'
import { customerDatabase } from './warehouse.ts'

const database = await freshDatabase()
const customer = await customerDatabase()
const { db } = database
let spaces = 0
const freshSpace = () => sqlTraitSpace(database, customer, `spa_run_${spaces++}`)

const table = async (rows: string): Promise<string> => {
  const name = `people_${spaces}`
  await customer.run(`drop table if exists ${name}; create table ${name} (user_id text, plan text, spent numeric)`)
  if (rows) await customer.run(`insert into ${name} values ${rows}`)
  return name
}

it('SQT-01 SQT-04 SQT-06 made, run, and told again only where a row changed', async () => {
  const space = await freshSpace()
  const people = await table(`('ada', 'pro', 10), ('bob', 'free', 0)`)
  const id = await space.make(`select user_id, plan, spent from ${people}`)
  expect(await space.runs(id)).toMatchObject({ phase: 'done', rows: 2, changed: 2, created: 2, missing: 0 })
  expect(await space.profiles()).toEqual([
    { collection: 'users', identifiers: { user_id: ['ada'] }, traits: { plan: 'pro', spent: 10 } },
    { collection: 'users', identifiers: { user_id: ['bob'] }, traits: { plan: 'free', spent: 0 } },
  ])
  expect(await space.again(id)).toMatchObject({ number: 2, rows: 2, changed: 0, created: 0 })
  expect(await space.calls()).toBe(2)
  await customer.run(`update ${people} set spent = 11 where user_id = 'ada'`)
  expect(await space.again(id)).toMatchObject({ rows: 2, changed: 1, created: 0 })
  expect(await space.calls(), 'one identify').toBe(3)
  expect((await space.profiles())[0]?.traits).toEqual({ plan: 'pro', spent: 11 })
  expect(await space.again(id, { resync: true })).toMatchObject({ changed: 2 })
  expect(await space.again(id)).toMatchObject({ changed: 0 })
  const { body } = await space.call('GET', `/spaces/${space.spaceId}/sql-traits/${id}/runs`)
  expect(body.data.runs.map((each: { number: number }) => each.number)).toEqual([5, 4, 3, 2, 1])
})

it('SQT-02 two spellings of one e-mail address are two rows of one person', async () => {
  const space = await freshSpace()
  const query = (more: string): string => `select 'Ada@Shop.com' as email, 1 as visits ${more}`
  await expect(space.make(query(`union all select ' ada@shop.com', 2`))).rejects.toThrow(
    /email \\"ada@shop.com\\" is in two rows/,
  )
  const id = await space.make(query(''))
  await space.runs(id)
  await space.call('PATCH', `/spaces/${space.spaceId}/sql-traits/${id}`, { query: query('').replace('Ada', 'ada') })
  expect(await space.again(id), 'another spelling is no change').toMatchObject({ changed: 0, missing: 0 })
})

it('two changes of different fields at once are both kept', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as visits`)
  const at = `/spaces/${space.spaceId}/sql-traits/${id}`
  const slow = space.call('PATCH', at, { query: `select 'ada' as user_id, 2 as visits from pg_sleep(0.3)` })
  expect((await space.call('PATCH', at, { name: 'Visits', times: ['09:00'], enabled: false })).status).toBe(200)
  expect((await slow).body.data.sqlTrait).toMatchObject({ name: 'Visits', times: ['09:00'], enabled: false })
  expect((await space.call('GET', at)).body.data.sqlTrait.query).toContain('2 as visits')
})

it('SQT-05 who is gone from the answer, and what is, is set to null', async () => {
  const space = await freshSpace()
  const people = await table(`('ada', 'pro', 10), ('bob', 'free', 0)`)
  const id = await space.make(`select user_id, plan, spent from ${people}`)
  await space.runs(id)
  await customer.run(`delete from ${people} where user_id = 'bob'`)
  expect(await space.again(id)).toMatchObject({ rows: 1, changed: 0, missing: 1 })
  expect((await space.profiles()).map(({ traits }) => traits)).toEqual([{ plan: 'pro', spent: 10 }, {}])
  expect(await space.again(id)).toMatchObject({ missing: 0 })
  await space.call('PATCH', `/spaces/${space.spaceId}/sql-traits/${id}`, { query: `select user_id, spent from ${people}` })
  expect(await space.again(id)).toMatchObject({ changed: 1 })
  expect((await space.profiles())[0]?.traits, 'a column that was taken out').toEqual({ spent: 10 })
  await customer.run(`delete from ${people}`)
  expect(await space.again(id)).toMatchObject({ rows: 0, missing: 1 })
  expect((await space.profiles())[0]?.traits).toEqual({})
})

it('SQT-05 naming the same people by another identifier takes nothing from them', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 'ada@example.com' as email, 1 as n`)
  await space.runs(id)
  await space.call('PATCH', `/spaces/${space.spaceId}/sql-traits/${id}`, { query: `select 'ada@example.com' as email, 2 as n` })
  expect(await space.again(id)).toMatchObject({ changed: 1, missing: 1, created: 0 })
  expect(await space.profiles()).toEqual([
    {
      collection: 'users',
      identifiers: { user_id: ['ada'], email: ['ada@example.com'] },
      traits: { email: 'ada@example.com', n: 2 },
    },
  ])
})

it('SQT-06 an address or an anonymous id makes a profile too, and an account by itself', async () => {
  const space = await freshSpace()
  for (const text of [
    `select 'x@example.com' as email, 1 as n`,
    `select 'dev1' as anonymous_id, 2 as n`,
    `select 'acme' as group_id, 3 as seats`,
  ])
    await space.runs(await space.make(text))
  expect(await space.profiles()).toEqual([
    { collection: 'accounts', identifiers: { group_id: ['acme'] }, traits: { seats: 3 } },
    { collection: 'users', identifiers: { anonymous_id: ['dev1'] }, traits: { n: 2 } },
    { collection: 'users', identifiers: { email: ['x@example.com'] }, traits: { email: 'x@example.com', n: 1 } },
  ])
})

it('SQT-08 group_id and user_id link users to accounts, and an account is spoken for while one of its rows is there', async () => {
  const space = await freshSpace()
  const people = await table(`('ada', 'acme', 3), ('bob', 'acme', 3), ('bob', 'globex', 5)`)
  const id = await space.make(`select plan as group_id, user_id, spent as seats from ${people}`)
  expect(await space.runs(id)).toMatchObject({ rows: 3, changed: 3, created: 2 })
  const links = await run(
    db,
    query(
      'test.*',
      sql`select u.identifiers #>> '{user_id,0}' as who, a.identifiers #>> '{group_id,0}' as account from profile_link l
        join profile u on u.id = l.profile_id join profile a on a.id = l.account_id where l.space_id = ${space.spaceId} order by 1, 2`,
    ),
  )
  expect(links).toEqual([
    { who: 'ada', account: 'acme' },
    { who: 'bob', account: 'acme' },
    { who: 'bob', account: 'globex' },
  ])
  const accounts = async () =>
    (await space.profiles()).filter(({ collection }) => collection === 'accounts').map(({ traits }) => traits)
  expect(await accounts()).toEqual([{ seats: 3 }, { seats: 5 }])
  await customer.run(`delete from ${people} where user_id = 'bob'`)
  expect(await space.again(id)).toMatchObject({ missing: 2 })
  expect(await accounts()).toEqual([{ seats: 3 }, {}])
})

it('SQT-07 runs at its times, and at no other', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as n`, { times: ['11:00', '23:00'] })
  await space.runs(id)
  const at = async (time: string): Promise<number> => {
    space.clock.at = new Date(`2026-06-${time}Z`)
    return (await space.runs(id)).number
  }
  expect(await at('01T10:59:59')).toBe(1)
  expect(await at('01T11:00:00')).toBe(2)
  expect(await at('01T22:00:00')).toBe(2)
  expect(await at('02T10:00:00'), 'once for what was missed').toBe(3)
  expect(await at('02T11:00:00')).toBe(4)
  expect(nextTime(parseTimes(['00:00'], 60), new Date('2026-12-31T23:59:59Z'))).toEqual(new Date('2027-01-01T00:00:00Z'))
})

it('too large a record is left out and counted; more rows than allowed fail and tell nothing', async () => {
  const space = await freshSpace()
  const limit = (limits: object) =>
    run(
      db,
      query(
        'test.*',
        sql`update space set settings = ${JSON.stringify({ sqlTraitLimits: limits })}::jsonb where id = ${space.spaceId}`,
      ),
    )
  const id = await space.make(`select n as user_id, repeat('x', n * 1000) as blob from generate_series(14, 18) as n`)
  expect(await space.runs(id)).toMatchObject({ rows: 5, changed: 3, discarded: 2 })
  const blobs = async () => (await space.profiles()).map(({ traits }) => String(traits['blob']).length)
  expect(await blobs()).toEqual([14_000, 15_000, 16_000])
  await limit({ recordBytes: 15_500 })
  expect(await space.again(id, { resync: true })).toMatchObject({ changed: 2, missing: 0, discarded: 3 })
  expect(await blobs(), 'who grew too large is as they were').toEqual([14_000, 15_000, 16_000])
  await limit({ rows: 4 })
  expect(await space.again(id)).toMatchObject({ phase: 'failed', error_code: 'too_many_rows', changed: 0 })
  await limit({ traits: 1 })
  await expect(space.make(`select 'a' as user_id, 1 as n`)).rejects.toThrow(/at most 1 SQL traits/)
})

it('who is nobody to the space is not told of, and counted', async () => {
  const space = await freshSpace()
  const people = `select u as user_id, 1 as n from unnest(array['anonymous', 'ada', repeat('x', 600)]) as u`
  const id = await space.make(people)
  expect(await space.runs(id)).toMatchObject({ phase: 'done', rows: 3, changed: 1, created: 1, discarded: 2 })
  expect((await space.profiles()).map(({ identifiers }) => identifiers)).toEqual([{ user_id: ['ada'] }])
  await space.call('PATCH', `/spaces/${space.spaceId}/sql-traits/${id}`, { query: `${people} where u = 'ada'` })
  expect(await space.again(id)).toMatchObject({ changed: 0, missing: 2, discarded: 0 })
})

it('GOV-04 several that are made at once are not more than the space may have', async () => {
  const space = await freshSpace()
  await run(
    db,
    query('test.*', sql`update space set settings = '{"sqlTraitLimits": {"traits": 3}}'::jsonb where id = ${space.spaceId}`),
  )
  const made = await Promise.allSettled(Array.from({ length: 6 }, () => space.make(`select 'a' as user_id, 1 as n`)))
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  const refused = made.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))
  expect(refused.every((text) => text.includes('too_many_sql_traits'))).toBe(true)
})

it('GOV-04 the limits of SQL traits are settings with the defaults of §28', async () => {
  expect(SqlTraitLimits.parse({})).toMatchObject({
    traits: 25,
    columns: 25,
    rows: 25_000_000,
    recordBytes: 16_384,
    minutesBetweenRuns: 60,
  })
})

it('an answer that breaks the contract only now fails the run and tells nothing', async () => {
  const space = await freshSpace()
  const people = await table(`('ada', 'pro', 1)`)
  const id = await space.make(`select user_id, plan from ${people}`)
  await space.runs(id)
  await customer.run(
    `insert into ${people} select 'n' || n, 'x', n from generate_series(1, 1500) as n; insert into ${people} values ('n3', 'y', 1)`,
  )
  expect(await space.again(id)).toMatchObject({
    phase: 'failed',
    error_code: 'duplicate_identifier',
    error: expect.stringContaining('"n3"'),
  })
  expect(await space.calls()).toBe(1)
  await customer.run(`delete from ${people} where plan = 'y'; insert into ${people} values (null, 'z', 1)`)
  expect(await space.again(id)).toMatchObject({ error_code: 'null_identifier' })
  await customer.run(`drop table ${people}`)
  expect(await space.again(id)).toMatchObject({ error_code: 'query_failed', error: expect.stringContaining('does not exist') })
  const rest = await run(db, query('test.*', sql`select from sql_trait_staged where space_id = ${space.spaceId}`))
  expect(rest).toEqual([])
})

it('an answer larger than one page is told whole, a run that is stopped or lost goes on where it was', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'u' || n as user_id, n from generate_series(1, 2600) as n`)
  const stopping = new AbortController()
  const random = (bytes: number): Uint8Array => {
    stopping.abort()
    return space.context.random(bytes)
  }
  const context = { ...space.context, random }
  expect(await runNext(context, stopping.signal)).toBe(true)
  const told = await space.calls()
  expect(told).toBeGreaterThan(0)
  expect(told).toBeLessThan(2600)
  expect(await space.runs(id)).toMatchObject({ number: 1, phase: 'done', rows: 2600, changed: 2600, created: 2600 })
  expect(await space.calls()).toBe(2600)
  expect(await space.profiles()).toHaveLength(2600)
})

it('a worker runs what is due by itself, until it is stopped', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as n`)
  let told = 0
  const working = sqlTraitLoop({ ...space.context, told: () => told++ }, (error) => {
    throw error
  })
  await until('the first run', async () => (await runsOf(db, space.spaceId, id, 1))[0]?.phase === 'done')
  await working.stop()
  expect(told).toBeGreaterThan(0)
})

it('what is asked for while a run is under way is done after it', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as n`)
  const claimed = await claimNext(db, space.context.newClaim(), space.clock.at)
  space.clock.at = new Date(space.clock.at.getTime() + 1_000)
  await space.call('POST', `/spaces/${space.spaceId}/sql-traits/${id}/runs`, { resync: true })
  expect(claimed && (await runSqlTrait({ ...space.context, signal: new AbortController().signal }, claimed))).toBe(true)
  expect(await space.runs(id)).toMatchObject({ number: 2, changed: 1 })
})

it('SQT-07 other times, and none, that are set while a run is under way are kept', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as n`)
  const at = `/spaces/${space.spaceId}/sql-traits/${id}`
  const during = async (patch: object): Promise<string | undefined> => {
    space.clock.at = new Date(space.clock.at.getTime() + 1_000)
    await space.call('POST', `${at}/runs`, {})
    const claimed = await claimNext(db, space.context.newClaim(), space.clock.at)
    space.clock.at = new Date(space.clock.at.getTime() + 1_000)
    expect((await space.call('PATCH', at, patch)).status).toBe(200)
    expect(claimed && (await runSqlTrait({ ...space.context, signal: new AbortController().signal }, claimed))).toBe(true)
    return (await space.call('GET', at)).body.data.sqlTrait.nextRunAt
  }
  expect(await during({ name: 'Another' })).toBe('2026-06-01T12:00:00.000Z')
  expect(await during({ times: ['09:00'] }), 'not at noon').toBe('2026-06-02T09:00:00.000Z')
  expect(await during({ enabled: false })).toBeUndefined()
})

it('deleted while its query is at work, it stops that', async () => {
  const space = await freshSpace()
  const people = await table(`('ada', 'pro', 0)`)
  const id = await space.make(`select user_id, pg_sleep(spent)::text as slept from ${people}`)
  await customer.run(`update ${people} set spent = 300`)
  const asking = () =>
    customer.rows(`select from pg_stat_activity where usename = '${customer.login.username}' and state = 'active'`)
  const running = runNext({ ...space.context, keepEveryMs: 20 }, new AbortController().signal)
  await until('it is asked', async () => (await asking()).length === 1)
  expect((await space.call('DELETE', `/spaces/${space.spaceId}/sql-traits/${id}`)).status).toBe(200)
  expect(await running).toBe(true)
  await until('nothing goes on in the customer’s database', async () => (await asking()).length === 0, 10_000)
  expect(await space.calls()).toBe(0)
})

it('a claim that lapsed is taken over, and who lost it changes nothing', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as n`)
  const first = await claimNext(db, space.context.newClaim(), space.clock.at)
  expect(await claimNext(db, space.context.newClaim(), space.clock.at), 'it is taken').toBeUndefined()
  space.clock.at = new Date(space.clock.at.getTime() + 121_000)
  expect(await space.runs(id)).toMatchObject({ number: 1, phase: 'done' })
  expect(first && (await runSqlTrait({ ...space.context, signal: new AbortController().signal }, first))).toBe(false)
  expect(await space.calls()).toBe(1)
})

it('a warehouse that does not answer is asked again after five minutes, a few times', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as n`, { times: ['00:00'] })
  await run(db, query('test.*', sql`update warehouse set port = 1 where space_id = ${space.spaceId}`))
  const moments: string[] = []
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(await space.runs(id)).toMatchObject({ phase: 'failed', error_code: 'warehouse_away' })
    const [state] = await run(
      db,
      query('test.*', sql<{ at: Date }>`select next_run_at as at from sql_trait_state where sql_trait_id = ${id}`),
    )
    space.clock.at = state?.at ?? space.clock.at
    moments.push(space.clock.at.toISOString().slice(11, 16))
  }
  expect(moments).toEqual(['10:35', '10:40', '10:45', '10:50', '00:00'])
})

it('deleted, it stops and leaves what it said', async () => {
  const space = await freshSpace()
  const id = await space.make(`select 'ada' as user_id, 1 as n`)
  await space.runs(id)
  expect((await space.call('DELETE', `/spaces/${space.spaceId}/warehouses/${space.warehouseId}`)).body.error.code).toBe(
    'referenced',
  )
  expect((await space.call('DELETE', `/spaces/${space.spaceId}/sql-traits/${id}`)).status).toBe(200)
  space.clock.at = new Date('2026-07-01T00:00:00Z')
  while (await runNext(space.context, new AbortController().signal));
  expect(await space.calls()).toBe(1)
  expect((await space.profiles())[0]?.traits).toEqual({ n: 1 })
  expect((await space.call('GET', `/spaces/${space.spaceId}/sql-traits/${id}`)).status).toBe(404)
})
