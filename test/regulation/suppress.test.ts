import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { gateAddresses } from '../../src/subscription/asking.ts'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const { db } = database
const clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const usher = usherAt(url, api.token)

const send = (call: object, strict = false) =>
  post(api.server, '/v1/batch', { batch: [call] }, { ...basic(api.writeKey), ...(strict ? { 'x-usher-strict': '1' } : {}) })
const regulate = (regulationType: string, subjectIds: readonly string[], subjectType = 'USER_ID') =>
  api.call('POST', '/spaces/spa_test/regulations', { regulationType, subjectType, subjectIds })
const stored = async () => (await eventsOf(db, 'spa_test')).length
const drops = async () => {
  // Whoever asks has what was counted until now.
  await api.call('GET', '/spaces/spa_test/sources/src_spa_test/drops')
  return selectRows(
    db,
    sql`select code, count, sample, message_id from source_drop where space_id = 'spa_test' and code = 'user_suppressed'`,
  )
}

await send({ type: 'identify', userId: 'ada', anonymousId: 'phone of ada', traits: { email: 'Ada@Example.com' } })
await send({ type: 'identify', userId: 'bob', traits: { email: 'bob@example.com' } })

it('CNS-05 a suppressed person is blocked under every id she is known by, leaves no trace, and is counted', async () => {
  const before = await stored()
  expect((await regulate('SUPPRESS_ONLY', ['ada'])).body.data.regulateId).toMatch(/^reg_/)
  const refused = [
    { type: 'track', userId: 'ada', event: 'Secret Bought', messageId: 'm of ada' },
    { type: 'track', anonymousId: 'phone of ada', event: 'Secret Bought' },
    { type: 'identify', anonymousId: 'new', traits: { email: ' ada@example.COM ' } },
    { type: 'identify', userId: 'bob', context: { traits: { email: 'ada@example.com' } } },
    // What cannot be taken anyway is not kept as an example either.
    { type: 'track', userId: 'ada', event: 7, properties: { secret: 'Secret Bought' } },
  ]
  for (const call of refused) expect((await send(call)).status).toBe(200)
  const strict = await send(refused[0] ?? {}, true)
  expect([strict.status, strict.body.error.problems[0].code]).toEqual([400, 'user_suppressed'])
  expect(await stored()).toBe(before)
  expect(await drops()).toEqual([{ code: 'user_suppressed', count: 6, sample: 'null', message_id: null }])
  const seen = await selectRows(db, sql`select 1 from event_seen where message_id = 'm of ada'`)
  expect(seen).toEqual([])
})

it('CNS-05 others are taken: on a device of hers who says who it is, and in another space who has her id', async () => {
  const before = await stored()
  await send({ type: 'track', userId: 'bob', anonymousId: 'phone of ada', event: 'E' })
  await send({ type: 'track', userId: 'bob', event: 'E' })
  expect(await stored()).toBe(before + 2)
  await post(decoy.server, '/v1/track', { userId: 'ada', event: 'E' }, basic(decoy.writeKey))
  expect(await eventsOf(db, 'spa_decoy')).toHaveLength(1)
})

it('CNS-05 nothing is sent to an address of hers, whatever its state and the purpose', async () => {
  const asked = ['ada@example.com', 'bob@example.com'].map(
    (address) => ({ channel: 'email', address, purpose: 'transactional', groupId: null }) as const,
  )
  expect((await gateAddresses(db, 'spa_test', asked)).map(({ outcome }) => outcome)).toEqual(['suppressed', 'should_send'])
})

it('CNS-05 who is suppressed can be listed and is free again as a whole', async () => {
  const list = async () => (await api.call('GET', '/spaces/spa_test/suppressed-people')).body.data.suppressed
  expect(await list()).toMatchObject([{ type: 'user_id', id: 'ada' }])
  expect(await usher('person', 'suppressed')).toContain('user_id:ada')
  await regulate('UNSUPPRESS', ['ada'])
  expect(await list()).toEqual([])
  const before = await stored()
  await send({ type: 'track', userId: 'ada', event: 'E', messageId: 'm of ada' })
  await send({ type: 'track', anonymousId: 'phone of ada', event: 'E' })
  expect(await stored()).toBe(before + 2)
})

it('CNS-05 the command line suppresses and frees', async () => {
  expect(await usher('person', 'suppress', 'email:cid@example.com')).toContain('Suppressed')
  const before = await stored()
  await send({ type: 'identify', userId: 'cid', traits: { email: 'cid@example.com' } })
  expect(await stored()).toBe(before)
  expect(await usher('person', 'unsuppress', 'email:cid@example.com')).toContain('Free')
})

it('CNS-05 a request is at most 5,000 ids and 110,000 a month, and is listed', async () => {
  const many = Array.from({ length: 5_000 }, (_, n) => `many ${n}`)
  expect((await regulate('SUPPRESS_ONLY', [...many, 'one more'])).status).toBe(422)
  expect((await regulate('SUPPRESS_ONLY', [])).status).toBe(422)
  expect((await regulate('DELETE_ARCHIVE_ONLY', ['x'])).status).toBe(422)
  expect((await regulate('SUPPRESS_ONLY', ['x'], 'OBJECT_ID')).status).toBe(422)
  expect((await regulate('SUPPRESS_ONLY', many)).status).toBe(200)
  await sql`update regulation set subject_count = 109999 where subject_count = 5000`.execute(db)
  expect((await regulate('DELETE_ONLY', ['x', 'y'])).status).toBe(429)
  const { regulations, pagination } = (await api.call('GET', '/spaces/spa_test/regulations?count=2')).body.data
  expect(regulations).toHaveLength(2)
  const next = (await api.call('GET', `/spaces/spa_test/regulations?count=2&cursor=${pagination.next}`)).body.data.regulations
  expect(new Set([...regulations, ...next].map(({ id }) => id)).size).toBe(2 + next.length)
  expect((await decoy.call('GET', `/spaces/spa_decoy/regulations/${regulations[0].id}`)).status).toBe(404)
})
