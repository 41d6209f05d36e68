import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { findProfile } from '../../src/profile/read.ts'
import { selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const now = new Date('2026-03-10T12:00:00Z')
// Each request falls into a second of its own, or the limit of 100 a second would end the walk through pages.
let ticks = 0
let still = false
const api = await testApi(database, 'spa_test', () => (still ? now : new Date(now.getTime() + ticks++ * 1_000)))
const other = await testApi(database, 'spa_other', () => now)
const BASE = '/v1/spaces/spa_test/collections/users/profiles'
const get = async (path: string) => {
  const token = path.startsWith('/v1/') ? api.profileToken : api.token
  const answer = await api.server.inject({ url: path, headers: { authorization: `Bearer ${token}` } })
  return { status: answer.statusCode, body: answer.json() }
}
const daysAgo = (days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString()
const tell = (spaceId: string, ...calls: object[]) => tellAt(now, spaceId, ...calls)
const tellAt = (receivedAt: Date, spaceId: string, ...calls: object[]) =>
  ingestCalls(db, { spaceId, sourceId: 'src' }, calls, { receivedAt, random: (bytes) => randomBytes(bytes) })

beforeAll(async () => {
  await tell(
    'spa_test',
    {
      type: 'identify',
      userId: 'u1',
      anonymousId: 'a1',
      messageId: 'm1',
      timestamp: daysAgo(3),
      traits: { email: 'ada+x@example.com', plan: 'pro', name: 'Ada', age: 36 },
    },
    { type: 'group', userId: 'u1', groupId: 'g1', messageId: 'm2', timestamp: daysAgo(2), traits: { name: 'Acme' } },
    ...Array.from({ length: 7 }, (_, n) => ({
      type: 'track',
      userId: 'u1',
      event: n % 2 ? 'Odd' : 'Even',
      messageId: `t${n}`,
      timestamp: daysAgo(n / 10 + 0.1),
      properties: { n },
    })),
    { type: 'track', userId: 'u1', event: 'Old', messageId: 'old', timestamp: daysAgo(15) },
    { type: 'page', userId: 'u1', name: 'Home', messageId: 'p1', timestamp: daysAgo(1) },
  )
  await tell(
    'spa_other',
    { type: 'identify', userId: 'u1', messageId: 'd1', traits: { plan: 'decoy' } },
    { type: 'track', userId: 'u1', event: 'Decoy', messageId: 'd2' },
  )
  const { id } = must(await findProfile(db, 'spa_test', { type: 'user_id', value: 'u1' }), 'u1')
  for (const spaceId of ['spa_test', 'spa_other']) {
    await selectRows(
      db,
      sql`insert into audience (space_id, id, key, name, condition, created_by, updated_by, created_at, updated_at) values (${spaceId}, 'aud_1', 'big_spenders', 'Big spenders', '{}', 'x', 'x', ${now}, ${now})`,
    )
    await selectRows(
      db,
      sql`insert into computed_trait (space_id, id, key, name, definition, created_by, updated_by, created_at, updated_at) values (${spaceId}, 'tra_1', 'orders', 'Orders', '{}', 'x', 'x', ${now}, ${now})`,
    )
  }
  await selectRows(db, sql`insert into membership values ('spa_test', 'aud_1', ${id}, ${now})`)
  await selectRows(db, sql`insert into computed_value values ('spa_test', 'tra_1', ${id}, '7', ${now})`)
  await selectRows(
    db,
    sql`insert into subscription (space_id, channel, address, status, origin, updated_at) values ('spa_test', 'email', 'ada+x@example.com', 'subscribed', 'test', ${now}), ('spa_other', 'email', 'ada+x@example.com', 'unsubscribed', 'test', ${now})`,
  )
})

it('PRF-01 PRF-07 traits: all, by include, by class, verbose', async () => {
  const all = { age: 36, big_spenders: true, email: 'ada+x@example.com', name: 'Ada', orders: 7, plan: 'pro' }
  expect((await get(`${BASE}/user_id:u1/traits`)).body).toEqual({
    traits: all,
    cursor: { url: `${BASE}/user_id:u1/traits`, has_more: false, next: '', limit: 20 },
  })
  expect((await get(`${BASE}/user_id:u1/traits?include=plan,nothing`)).body.traits).toEqual({ plan: 'pro' })
  expect((await get(`${BASE}/user_id:u1/traits?include=big_spenders`)).body.traits).toEqual({ big_spenders: true })
  expect((await get(`${BASE}/user_id:u1/traits?class=audience`)).body.traits).toEqual({ big_spenders: true })
  expect((await get(`${BASE}/user_id:u1/traits?class=computed_trait`)).body.traits).toEqual({ orders: 7 })
  expect((await get(`${BASE}/user_id:u1/traits?include=plan&verbose=true`)).body.traits).toEqual({
    plan: { value: 'pro', source_id: null, updated_at: daysAgo(3) },
  })
})

it('PRF-02 external ids, events, metadata, links', async () => {
  const ids = (await get(`${BASE}/email:ada%2Bx@example.com/external_ids`)).body.data
  expect(ids.map((id: { type: string; id: string }) => `${id.type}:${id.id}`)).toEqual([
    'anonymous_id:a1',
    'email:ada+x@example.com',
    'user_id:u1',
  ])
  expect(ids[2]).toEqual({
    source_id: 'src',
    collection: 'users',
    id: 'u1',
    type: 'user_id',
    created_at: now.toISOString(),
    encoding: 'none',
    first_message_id: 'm1',
  })
  const [first] = (await get(`${BASE}/user_id:u1/events?limit=1&include=Page%20Viewed`)).body.data
  expect(first).toMatchObject({
    type: 'track',
    event: 'Page Viewed',
    message_id: 'p1',
    source_id: 'src',
    properties: { name: 'Home', page_name: 'Home' },
  })
  expect((await get(`${BASE}/user_id:u1/metadata`)).body.metadata).toMatchObject({
    created_at: now.toISOString(),
    first_message_id: 'old',
    last_message_id: 't0',
    last_source_id: 'src',
  })
  expect((await get(`${BASE}/user_id:u1/links`)).body.data).toEqual([
    { to_collection: 'accounts', external_ids: [{ collection: 'accounts', id: 'g1', type: 'group_id', encoding: 'none' }] },
  ])
})

it('PRF-11 IDR-18 the accounts collection answers the same routes', async () => {
  const at = '/v1/spaces/spa_test/collections/accounts/profiles/group_id:g1'
  expect((await get(`${at}/traits`)).body.traits).toEqual({ name: 'Acme' })
  expect((await get(`${at}/links`)).body.data[0]).toMatchObject({ to_collection: 'users' })
  expect((await get(`${at.replace('accounts', 'users')}/traits`)).status).toBe(404)
})

const names = async (parameters: string): Promise<string[]> =>
  (await get(`${BASE}/user_id:u1/events?limit=100&${parameters}`)).body.data.map(
    (event: { message_id: string }) => event.message_id,
  )
it.each([
  ['', ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 'p1']],
  ['sort=asc', ['p1', 't6', 't5', 't4', 't3', 't2', 't1', 't0']],
  ['include=Odd', ['t1', 't3', 't5']],
  ['include=Odd,Page%20Viewed&exclude=Odd', ['p1']],
  ['exclude=Odd,Even', ['p1']],
  [`start=${daysAgo(0.35)}`, ['t0', 't1', 't2']],
  [`start=${daysAgo(0.35)}&end=${daysAgo(0.15)}`, ['t1', 't2']],
  [`start=${daysAgo(100)}`, ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 'p1']],
])('PRF-03 events by "%s", 14 days at most', async (parameters, expected) => {
  expect(await names(parameters)).toEqual(expected)
})

it.each(['traits', 'events', 'events?sort=asc', 'external_ids'])('PRF-04 the cursor walks all of %s once', async (what) => {
  const join = what.includes('?') ? '&' : '?'
  const all = (await get(`${BASE}/user_id:u1/${what}${join}limit=100`)).body
  const whole = JSON.stringify(all.traits ? Object.entries(all.traits) : all.data)
  const walked: unknown[] = []
  let next = ''
  do {
    const { body } = await get(`${BASE}/user_id:u1/${what}${join}limit=2&next=${next}`)
    walked.push(...(body.traits ? Object.entries(body.traits) : body.data))
    expect(body.cursor.has_more).toBe(body.cursor.next !== '')
    next = body.cursor.next
  } while (next !== '')
  expect(JSON.stringify(walked)).toBe(whole)
})

it.each([
  ['user_id:nobody/traits', 404, 'not_found'],
  ['nonsense/traits', 400, 'validation_error'],
  ['user_id:u1/traits?limit=201', 400, 'validation_error'],
  ['user_id:u1/events?limit=101', 400, 'validation_error'],
  ['user_id:u1/events?start=yesterday', 400, 'validation_error'],
  ['user_id:u1/traits?next=%7B', 400, 'validation_error'],
  ['user_id:u1/links?limit=21', 400, 'validation_error'],
])('PRF-05 %s is answered %i %s', async (path, status, code) => {
  const answer = await get(`${BASE}/${path}`)
  expect([answer.status, answer.body.error.code]).toEqual([status, code])
})

it('PRF-05 every answer has a Request-Id; without a token 401, with another space’s 403, an unknown collection 400', async () => {
  const plain = await api.server.inject({ url: `${BASE}/user_id:u1/traits` })
  expect([plain.statusCode, plain.json().error.code, typeof plain.headers['request-id']]).toEqual([
    401,
    'authentication_error',
    'string',
  ])
  const wrong = await api.server.inject({
    url: `${BASE}/user_id:u1/traits`,
    headers: { authorization: `Bearer ${other.profileToken}` },
  })
  expect(wrong.statusCode).toBe(403)
  const basic = await api.server.inject({
    url: `${BASE}/user_id:u1/traits`,
    headers: { authorization: `Basic ${Buffer.from(`${api.profileToken}:`).toString('base64')}` },
  })
  expect([basic.statusCode, typeof basic.headers['request-id'], basic.headers['access-control-allow-origin']]).toEqual([
    200,
    'string',
    undefined,
  ])
  expect((await get('/v1/spaces/spa_test/collections/people/profiles/user_id:u1/traits')).status).toBe(400)
})

it('PRF-08 types and e-mail addresses are taken in any case, other values exactly; the older address works', async () => {
  expect((await get(`${BASE}/EMAIL:Ada%2BX@Example.com/traits`)).status).toBe(200)
  expect((await get(`${BASE}/user_id:U1/traits`)).status).toBe(404)
  expect((await get('/v1/namespaces/spa_test/collections/users/profiles/user_id:u1/traits')).status).toBe(200)
})

it('lists people, finds them by the beginning of an identifier, and shows one', async () => {
  await tellAt(new Date(now.getTime() + 1), 'spa_test', {
    type: 'identify',
    userId: 'u2',
    traits: { firstName: 'Grace', lastName: 'Hopper' },
  })
  const { profiles, pagination } = (await get('/spaces/spa_test/profiles?count=1')).body.data
  expect(profiles).toMatchObject([{ name: 'Grace Hopper', identifiers: { user_id: ['u2'] } }])
  const second = (await get(`/spaces/spa_test/profiles?count=1&cursor=${pagination.next}`)).body.data
  expect(second).toMatchObject({ profiles: [{ name: 'Ada', email: 'ada+x@example.com' }] })
  expect(second.pagination.next).toBeUndefined()
  const search = async (text: string) =>
    (await get(`/spaces/spa_test/profiles?search=${encodeURIComponent(text)}`)).body.data.profiles.length
  expect([await search('ADA+'), await search('u'), await search('%'), await search('x'), await search('Grace')]).toEqual([
    1, 2, 0, 0, 0,
  ])
  const { profile } = (await get('/spaces/spa_test/profiles/user_id:u1')).body.data
  expect(profile).toMatchObject({
    traits: { plan: 'pro' },
    computedTraits: { orders: 7 },
    audiences: [{ id: 'aud_1', key: 'big_spenders', name: 'Big spenders' }],
    subscriptions: [{ channel: 'email', address: 'ada+x@example.com', status: 'subscribed' }],
  })
  expect((await get(`/spaces/spa_test/profiles/${profile.id}`)).body.data.profile.id).toBe(profile.id)
  expect((await other.call('GET', `/spaces/spa_other/profiles/${profile.id}`)).status).toBe(404)
})

it('TRT-04 the catalogue has events by volume with properties, traits with their most frequent values, and definitions', async () => {
  const { data } = (await get('/spaces/spa_test/catalog')).body
  expect(data.events.map((event: { name: string; count: number }) => [event.name, event.count])).toEqual([
    ['Even', 4],
    ['Odd', 3],
    ['Old', 1],
    ['Page Viewed', 1],
  ])
  expect(data.events[0].properties).toEqual([{ path: 'n', type: 'number', frequent: [], values: [0, 2, 4, 6] }])
  expect(data.traits).toContainEqual({ path: 'plan', type: 'string', frequent: [], values: ['pro'] })
  expect([data.audiences, data.computedTraits]).toEqual([
    [{ about: 'USERS', key: 'big_spenders', name: 'Big spenders' }],
    [{ about: 'USERS', key: 'orders', name: 'Orders' }],
  ])
})

it('makes a source, whose write key lets events in', async () => {
  const made = await api.call('POST', '/spaces/spa_test/sources', { name: 'Shop', kind: 'web' })
  const { source } = made.body.data
  expect([made.status, source.writeKeys.length]).toEqual([201, 1])
  const sources = (await get('/spaces/spa_test/sources')).body.data.sources
  expect(sources).toContainEqual(source)
  const answer = await api.server.inject({
    method: 'POST',
    url: '/v1/track',
    payload: { writeKey: source.writeKeys[0], userId: 'u1', event: 'E' },
  })
  expect(answer.json().results[0].status).toBe('stored')
  expect((await api.call('POST', '/spaces/spa_test/sources', { name: '', kind: 'x' })).status).toBe(422)
})

it('PRF-06 the 101st request of a second is answered 429 with Retry-After', async () => {
  still = true
  const answers = await Promise.all(
    Array.from({ length: 101 }, () =>
      api.server.inject({ url: `${BASE}/user_id:u1/metadata`, headers: { authorization: `Bearer ${api.profileToken}` } }),
    ),
  )
  const refused = answers.filter((answer) => answer.statusCode === 429)
  expect([refused.length, refused[0]?.json().error.code, refused[0]?.headers['retry-after']]).toEqual([
    1,
    'rate_limit_error',
    '1',
  ])
})

it('PRF-01 a telephone number names its person in any spelling, by every door', async () => {
  still = false
  await tell('spa_test', { type: 'identify', userId: 'caller', messageId: 'calls', traits: { phone: '+1 206 555 0100' } })
  const { body } = await get('/spaces/spa_test/profiles/user_id:caller')
  const { id } = body.data.profile
  for (const spelling of ['+12065550100', '+1 (206) 555-0100', '+1.206.555.0100']) {
    const named = `phone:${encodeURIComponent(spelling)}`
    expect((await get(`/spaces/spa_test/profiles/${named}`)).body.data?.profile.id, spelling).toBe(id)
    expect((await get(`/spaces/spa_test/messages?profile=${named}`)).status, spelling).toBe(200)
    expect((await get(`${BASE}/${named}/traits`)).status, spelling).toBe(200)
  }
})
