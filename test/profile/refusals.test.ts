import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })

let calls = 0
const identify = async (...bodies: readonly object[]): Promise<readonly string[]> => {
  const batch = bodies.map((body) => ({ type: 'identify', messageId: `m${calls++}`, ...body }))
  await post(api.server, '/v1/batch', { batch }, basic(api.writeKey))
  return batch.map(({ messageId }) => messageId)
}
const graphOf = async (reference: string) =>
  (await api.call('GET', `/spaces/spa_test/profiles/${encodeURIComponent(reference)}/graph`)).body.data.graph
const counted = async (code: string): Promise<number> =>
  (await api.call('GET', '/spaces/spa_test/sources/src_spa_test/drops')).body.data.drops
    .filter((one: { code: string }) => one.code === code)
    .reduce((sum: number, one: { count: number }) => sum + one.count, 0)
const rule = (type: string, limit: number, period = 'ever') =>
  selectRows(
    db,
    sql`insert into identifier_rule (space_id, type, value_limit, period) values ('spa_test', ${type}, ${limit}, ${period})
      on conflict (space_id, type) do update set value_limit = excluded.value_limit, period = excluded.period`,
  )

it('OBS-06 IDR-07 Identifier value limit exceeded: the sixth e-mail, with its call', async () => {
  await identify(...Array.from({ length: 5 }, (_, n) => ({ userId: 'six', traits: { email: `${n}@six.example` } })))
  const [sixth] = await identify({ userId: 'six', traits: { email: '6@six.example' } })
  const { refusals, identifiers } = await graphOf('user_id:six')
  expect(refusals).toMatchObject([
    {
      code: 'id_value_limit_exceeded',
      type: 'email',
      value: '6@six.example',
      otherProfileId: null,
      messageId: sixth,
      sourceName: 'test',
      reason: 'With all that this call says, the profile would have more than 5 email.',
    },
  ])
  expect(identifiers).toHaveLength(6)
  expect(await counted('id_value_limit_exceeded')).toBe(1)
})

it('OBS-06 IDR-08 Identifier value time limit exceeded: a second phone in one week', async () => {
  await rule('phone', 1, 'weekly')
  await identify({ userId: 'week', traits: { phone: '+12065550101' } }, { userId: 'week', traits: { phone: '+12065550102' } })
  expect((await graphOf('user_id:week')).refusals).toMatchObject([{ code: 'id_time_limit_exceeded', value: '+12065550102' }])
  clock = new Date(clock.getTime() + 7 * 86_400_000)
  await identify({ userId: 'week', traits: { phone: '+12065550102' } })
  expect((await graphOf('user_id:week')).identifiers).toHaveLength(3)
})

it('OBS-06 IDR-11 ID value blocked: it stays in the call and is no identifier; a blocked group, too', async () => {
  const [call] = await identify({ userId: 'anonymous', anonymousId: 'blocked', traits: { plan: 'pro' } })
  await identify({ type: 'group', anonymousId: 'blocked', groupId: '-1', userId: 'blocked user' })
  expect((await graphOf('anonymous_id:blocked')).refusals).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ code: 'id_value_blocked', type: 'user_id', value: 'anonymous', messageId: call }),
      expect.objectContaining({ code: 'id_value_blocked', type: 'group_id', value: '-1' }),
    ]),
  )
  expect((await eventsOf(db, 'spa_test')).find((event) => event['message_id'] === call)?.['properties']).toEqual({ plan: 'pro' })
})

it('OBS-06 IDR-09 IDR-10 merge protection says whom it kept apart, by which call', async () => {
  await identify({ userId: 'abc123', traits: { email: 'jane@example.com' } })
  const [call] = await identify({ userId: 'abc456', traits: { email: 'jane@example.com' } })
  const jane = await graphOf('user_id:abc123')
  const other = await graphOf('user_id:abc456')
  expect(other.refusals).toMatchObject([
    {
      code: 'id_value_limit_exceeded',
      type: 'email',
      value: 'jane@example.com',
      otherProfileId: jane.profileId,
      messageId: call,
      reason: 'It belongs to another profile: merged, they would have more than 1 user_id.',
    },
  ])
  expect(jane.refusals).toEqual([])
})

it('OBS-06 IDR-12 Profile merge limit exceeded at 100, and Identifier mapping limit exceeded at 1,000', async () => {
  await rule('anonymous_id', 10_000)
  await identify(...Array.from({ length: 101 }, (_, n) => ({ anonymousId: `merge ${n}` })))
  await identify({ userId: 'merger' })
  await identify(...Array.from({ length: 101 }, (_, n) => ({ userId: 'merger', anonymousId: `merge ${n}` })))
  const merged = await graphOf('user_id:merger')
  expect(merged.merges).toHaveLength(100)
  expect(merged.refusals).toMatchObject([{ code: 'profile_merge_limit_exceeded', type: 'anonymous_id', value: 'merge 100' }])
  await identify(...Array.from({ length: 1_001 }, (_, n) => ({ userId: 'mapper', anonymousId: `map ${n}` })))
  expect((await graphOf('user_id:mapper')).refusals.map((one: { code: string }) => one.code)).toEqual([
    'id_mapping_limit_exceeded',
    'id_mapping_limit_exceeded',
  ])
})

it('IDR-06 the graph says which call added which identifier, and which merged whom', async () => {
  const [a] = await identify({ anonymousId: 'graph a' })
  const [b] = await identify({ userId: 'graph u' })
  const before = await graphOf('user_id:graph u')
  clock = new Date(clock.getTime() + 1_000)
  const [c] = await identify({ userId: 'graph u', anonymousId: 'graph a', traits: { email: 'graph@example.com' } })
  const graph = await graphOf('email:graph@example.com')
  expect(
    Object.fromEntries(graph.identifiers.map((one: { type: string; messageId: string }) => [one.type, one.messageId])),
  ).toEqual({
    anonymous_id: a,
    user_id: b,
    email: c,
  })
  expect(graph.merges).toMatchObject([{ messageId: c, mergedAt: clock.toISOString() }])
  expect(new Set([graph.profileId, graph.merges[0].mergedProfileId]).has(before.profileId)).toBe(true)
})

it('what was not taken follows a profile that is merged, and is listed for the space', async () => {
  await identify({ userId: 'anonymous', anonymousId: 'follow a' }, { userId: 'follow u' })
  await identify({ userId: 'follow u', anonymousId: 'follow a' })
  expect((await graphOf('user_id:follow u')).refusals).toMatchObject([{ code: 'id_value_blocked' }])
  const { refusals } = (await api.call('GET', '/spaces/spa_test/identity-refusals')).body.data
  expect(new Set(refusals.map((one: { code: string }) => one.code)).size).toBe(5)
  expect((await decoy.call('GET', '/spaces/spa_decoy/identity-refusals')).body.data.refusals).toEqual([])
  expect((await decoy.call('GET', '/spaces/spa_decoy/profiles/user_id:six/graph')).status).toBe(404)
})

it('senders are told only by a source that is strict itself: with a public write key nobody finds out whose an address is', async () => {
  const call = { userId: 'prober', traits: { email: 'jane@example.com' } }
  const asked = await post(api.server, '/v1/identify?strict=1', call, basic(api.writeKey))
  expect([asked.status, Object.keys(asked.body.results[0])]).toEqual([200, ['status', 'messageId']])
  await api.call('PATCH', '/spaces/spa_test/sources/src_spa_test', { strict: true })
  clock = new Date(clock.getTime() + 3_000)
  const told = await post(api.server, '/v1/identify', call, basic(api.writeKey))
  expect([told.status, told.body.error.code, told.body.results[0].status]).toEqual([400, 'id_value_limit_exceeded', 'stored'])
})

it('`usher profile graph` says it in words', async () => {
  const usher = usherAt(url, api.token)
  const said = await usher('profile', 'graph', 'user_id:abc456')
  expect(said).toMatch(/user_id:abc456 +\d{4}-\S+ \S+ +test m\d+\nNot taken: email:jane@example.com \(id_value_limit_exceeded\)/)
  expect(said).toContain('merged, they would have more than 1 user_id')
})
