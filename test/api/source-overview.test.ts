import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:05:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const S = '/spaces/spa_test/sources'

type Overview = ReturnType<typeof JSON.parse>
const overview = async (window = '24h'): Promise<Overview> =>
  (await api.call('GET', `${S}/src_spa_test/overview?window=${window}`)).body.data
const send = (body: unknown, path = '/v1/batch') => post(api.server, path, body, basic(api.writeKey))
const track = (event: unknown, rest: object = {}) => ({ type: 'track', userId: 'u', event, ...rest })

it('SRC-02 the four steps over 24 h add up, by type, too; what came twice stands beside them', async () => {
  await api.call('POST', '/spaces/spa_test/filters', {
    integrationId: 'src_spa_test',
    name: 'f',
    if: "event = 'Debug'",
    enabled: true,
  })
  await send({
    batch: [
      track('A', { messageId: 'm1' }),
      track('A', { messageId: 'm1' }),
      track('B'),
      track('Debug'),
      track('C', { integrations: { All: false } }),
      track(5),
      { type: 'identify', userId: 'u', traits: { plan: 'pro' } },
      { type: 'page', anonymousId: 'a' },
      { type: 'nonsense', userId: 'u' },
    ],
  })
  await send('{', '/v1/track')
  await send({ batch: [] })
  const { steps, types, series } = await overview()
  expect(steps).toEqual({ received: 10, failed: 4, filtered: 2, eligible: 4, duplicate: 1 })
  const byType = Object.fromEntries(types.map((each: Overview) => [each.type, each.steps]))
  expect(byType).toEqual({
    track: { received: 5, failed: 1, filtered: 2, eligible: 2, duplicate: 1 },
    '': { received: 3, failed: 3, filtered: 0, eligible: 0, duplicate: 0 },
    identify: { received: 1, failed: 0, filtered: 0, eligible: 1, duplicate: 0 },
    page: { received: 1, failed: 0, filtered: 0, eligible: 1, duplicate: 0 },
  })
  for (const each of [{ steps }, ...types])
    expect(each.steps.received).toBe(each.steps.failed + each.steps.filtered + each.steps.eligible)
  expect(series).toMatchObject([{ at: '2026-03-10T12:00:00.000Z', received: 10 }])
})

it('SRC-02 the change is against the window before, of whole ten minutes', async () => {
  const start = clock
  clock = new Date(start.getTime() + 24 * 3_600_000)
  expect((await overview()).change.received).toBe(null)
  for (let n = 0; n < 15; n++) await send({ batch: [track('A'), { type: 'identify', userId: 'u' }] })
  clock = new Date(clock.getTime() + 600_000)
  const { steps, change, types } = await overview()
  expect(steps.received).toBe(30)
  expect(change).toMatchObject({ received: 200, eligible: 650, failed: -100, filtered: -100 })
  expect(types.find((each: Overview) => each.type === 'track').change).toMatchObject({ received: 200 })
  expect((await overview('1h')).steps.received).toBe(30)
  expect((await overview('7d')).steps.received).toBe(40)
  expect((await api.call('GET', `${S}/src_spa_test/overview?window=2h`)).status).toBe(422)
})

it('SRC-02 a window of one’s own within 14 days, in whole ten minutes, against as long before it', async () => {
  const own = async (words: Record<string, string>) => api.call('GET', `${S}/src_spa_test/overview?${new URLSearchParams(words)}`)
  const found = (await own({ from: '2026-03-11T12:02:00Z', to: '2026-03-11T12:11:00+00:00' })).body.data
  expect(found).toMatchObject({ from: '2026-03-11T12:00:00.000Z', until: '2026-03-11T12:20:00.000Z', steps: { received: 30 } })
  expect(found.change.received).toBe(null)
  const twoDays = (await own({ from: '2026-03-11T00:00:00Z', to: '2026-03-12T00:00:00Z' })).body.data
  expect(twoDays.steps.received).toBe(30)
  expect(twoDays.change.received).toBe(200)
  expect((await own({ from: '2026-03-10T00:00:00Z' })).body.data.steps.received).toBe(40)
  // What is to come is left off, however far it goes.
  const further = (await own({ from: '2026-03-11T00:00:00Z', to: '9999-12-31T23:59:59Z' })).body.data
  expect(further).toEqual((await own({ from: '2026-03-11T00:00:00Z' })).body.data)
  const refused = async (words: Record<string, string>) => {
    const { status, body } = await own(words)
    return [status, body.error.problems.map(({ field }: { field: string }) => field)]
  }
  expect(await refused({ from: '2026-03-11T12:00:00Z', to: '2026-03-11T12:00:00Z' })).toEqual([422, ['to']])
  expect(await refused({ from: '2026-01-01T00:00:00Z' })).toEqual([422, ['from']])
  expect(await refused({ from: '9999-12-31T12:00:00Z', to: '9999-12-31T23:59:59Z' })).toEqual([422, ['from']])
  expect(await refused({ from: 'yesterday' })).toEqual([422, ['from']])
  expect(await refused({ to: '2026-03-11T12:00:00Z' })).toEqual([422, ['from']])
})

it('SRC-02 many processes add to the same counts, and none is lost', async () => {
  const other = await testApi(database, 'spa_test', () => clock)
  const before = (await overview()).steps.received
  const batch = [track('Many'), track(5)]
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => post((n % 2 ? api : other).server, '/v1/batch', { batch }, basic(api.writeKey))),
  )
  // A server that ends writes what it counted.
  await other.server.close()
  expect((await overview()).steps.received).toBe(before + 40)
})

it('G9 SRC-02 no source of another space', async () => {
  expect((await decoy.call('GET', '/spaces/spa_decoy/sources/src_spa_test/overview')).status).toBe(404)
  expect((await decoy.call('GET', '/spaces/spa_decoy/sources/src_spa_decoy/overview')).body.data.steps.received).toBe(0)
})

it('SRC-20 a source that is silent for 14 days says so, and is not switched off', async () => {
  const one = async () => (await api.call('GET', `${S}/src_spa_test`)).body.data.source
  expect(await one()).toMatchObject({ idle: false, enabled: true, lastSeenAt: '2026-03-11T12:10:00.000Z' })
  clock = new Date(clock.getTime() + 15 * 24 * 3_600_000)
  expect(await one()).toMatchObject({ idle: true, enabled: true })
  const { source: young } = (await api.call('POST', S, { name: 'Young' })).body.data
  expect(young).toMatchObject({ idle: false, lastSeenAt: null })
  await send({ batch: [track('Back')] })
  expect((await one()).idle).toBe(false)
})

it('SRC-02 `usher source overview` shows the same', async () => {
  const said = await usherAt(url, api.token)('source', 'overview', 'test')
  expect(said).toMatch(/type +received +failed +filtered +eligible +against before/)
  expect(said).toMatch(/all +1 +0 +0 +1 +nothing before/)
})

it('while a batch is stored nobody holds the rows in which is counted', async () => {
  const rows = await selectRows(db, sql`select count(*) as count from source_drop where space_id = 'spa_test'`)
  expect(rows[0]?.['count']).toBeGreaterThan(0)
  // Somebody holds every counter of the source: a batch that drops calls is stored all the same.
  await db.transaction().execute(async (tx) => {
    await selectRows(tx, sql`select count from source_drop where space_id = 'spa_test' for update`)
    await selectRows(tx, sql`select count from source_count where space_id = 'spa_test' for update`)
    const { body } = await send({ batch: [track('Through'), track(5)] })
    expect(body.results.map((each: Overview) => each.status)).toEqual(['stored', 'dropped'])
  })
})
