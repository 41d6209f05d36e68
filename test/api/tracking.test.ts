import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const other = await testApi(database, 'spa_decoy', () => clock)
const { server, writeKey } = api
const key = basic(writeKey)

const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  post(server, path, body, { ...key, ...headers })
const stored = async (messageId: string) => (await eventsOf(db, 'spa_test')).find((event) => event['message_id'] === messageId)
let made = 0
const messageId = (): string => `tracking ${made++}`

it.each([
  ['identify', { userId: 'u1', traits: { plan: 'pro' } }, 'identify'],
  ['track', { userId: 'u1', event: 'Order Completed' }, 'Order Completed'],
  ['page', { userId: 'u1', name: 'Home' }, 'Page Viewed'],
  ['screen', { userId: 'u1', name: 'Main' }, 'Screen Viewed'],
  ['group', { userId: 'u1', groupId: 'g1', traits: { name: 'Acme' } }, 'group'],
  ['alias', { userId: 'u1', previousId: 'u0' }, 'alias'],
  ['i', { userId: 'u1' }, 'identify'],
  ['t', { userId: 'u1', event: 'Clicked' }, 'Clicked'],
  ['p', { userId: 'u1' }, 'Page Viewed'],
  ['s', { userId: 'u1' }, 'Screen Viewed'],
  ['g', { userId: 'u1', groupId: 'g1' }, 'group'],
  ['a', { userId: 'u1' }, 'alias'],
])('ING-01 POST /v1/%s stores the call', async (path, body, name) => {
  const id = messageId()
  const answer = await send(`/v1/${path}`, { ...body, messageId: id })
  expect([answer.status, answer.body.success, answer.body.results[0].status]).toEqual([200, true, 'stored'])
  expect((await stored(id))?.['name']).toBe(name)
})

it.each(['batch', 'b', 'import', 'import/'])('ING-01 POST /v1/%s stores each item', async (path) => {
  const ids = [messageId(), messageId()]
  const answer = await send(`/v1/${path}`, {
    batch: ids.map((id) => ({ type: 'track', userId: 'u1', event: 'E', messageId: id })),
  })
  expect(answer.body).toMatchObject({ success: true, results: [{ status: 'stored' }, { status: 'stored' }] })
  expect(await stored(ids[1] ?? '')).toBeDefined()
})

it('ING-02 takes the write key by Basic, in the body, and in the body beside a Bearer token', async () => {
  const body = { userId: 'u1', event: 'E', writeKey }
  for (const authorization of ['', 'Bearer abc', `Basic  ${Buffer.from(writeKey).toString('base64')}`])
    expect((await post(server, '/v1/track', body, { authorization })).body.results[0].status).toBe('stored')
  const batch = await post(server, '/v1/batch', { writeKey, batch: [{ ...body, type: 'track' }] })
  expect(batch.body.results[0].status).toBe('stored')
})

it('ING-02 an unknown write key is answered 200 with its reason, 401 when strict, and stores nothing', async () => {
  const id = messageId()
  const answer = await post(server, '/v1/track', { userId: 'u1', event: 'E', messageId: id }, basic('nobody'))
  expect([answer.status, answer.body.code]).toEqual([200, 'project_not_found'])
  const strict = await post(server, '/v1/track?strict=1', { userId: 'u1', event: 'E' }, basic('nobody'))
  expect([strict.status, strict.body.error.code]).toEqual([401, 'project_not_found'])
  expect(await stored(id)).toBeUndefined()
})

it('source_disabled: a source that is switched off lets nothing in', async () => {
  await selectRows(
    db,
    sql`insert into source (space_id, id, name, enabled, created_at) values ('spa_test', 'off', 'off', false, now())`,
  )
  await selectRows(db, sql`insert into write_key values ('key off', 'spa_test', 'off')`)
  expect((await post(server, '/v1/track', { userId: 'u1', event: 'E' }, basic('key off'))).body.code).toBe('source_disabled')
})

it.each([
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-8',
  'nonsense',
  '',
])('reads JSON whatever the content type claims: "%s"', async (type) =>
  expect((await send('/v1/track', { userId: 'u1', event: 'E' }, { 'content-type': type })).body.success).toBe(true),
)

it.each<Record<string, string>>([
  { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-encoding': 'gzip' },
  {},
])('unpacks gzip (%j)', async (headers) => {
  const body = gzipSync(JSON.stringify({ userId: 'u1', event: 'E' }))
  expect((await send('/v1/track', body, headers)).body.results[0].status).toBe('stored')
})

const padded = (size: number, rest: object): string => {
  const body = JSON.stringify({ ...rest, properties: { pad: '' } })
  return JSON.stringify({ ...rest, properties: { pad: 'x'.repeat(size - body.length) } })
}
const call = { userId: 'u1', event: 'E' }

it.each([
  [32 * 1024, 200],
  [32 * 1024 + 1, 400],
])('ING-04 a call of %i bytes is answered %i', async (size, status) => {
  expect((await send('/v1/track', padded(size, call))).status).toBe(status)
  expect((await send('/v1/track', gzipSync(padded(size, call)))).status).toBe(status)
})

const batchOf = (size: number): string => {
  const item = (pad: number) => ({ type: 'track', ...call, properties: { pad: 'x'.repeat(pad) } })
  const full = Array.from({ length: 16 }, () => item(30_000))
  const bare = JSON.stringify({ batch: [...full, item(0)] }).length
  return JSON.stringify({ batch: [...full, item(size - bare)] })
}
it.each([
  [500 * 1024, 200],
  [500 * 1024 + 1, 400],
])('ING-04 a batch of %i bytes is answered %i', async (size, status) => {
  expect((await send('/v1/batch', batchOf(size))).status).toBe(status)
})

it('ING-04 a gzip bomb is refused without unpacking it', async () => {
  const answer = await send('/v1/batch', gzipSync(Buffer.alloc(64 * 1024 * 1024, 'x')))
  expect([answer.status, answer.body.error.code]).toEqual([400, 'body_too_large'])
})

it('ING-04 an item of 33 KB inside a batch is dropped alone', async () => {
  const id = messageId()
  const items = [
    { type: 'track', ...call, properties: { pad: 'x'.repeat(33 * 1024) } },
    { type: 'track', ...call, messageId: id },
  ]
  const answer = await send('/v1/batch', { batch: items })
  expect(answer.body).toMatchObject({ code: 'multi_user_error', results: [{ code: 'item_too_large' }, { status: 'stored' }] })
  expect(await stored(id)).toBeDefined()
})

it.each(['{', 'nothing', '[1]', '"text"', '', '{"a":1}}', 'null'])('broken JSON is answered 400: %s', async (body) => {
  const answer = await send('/v1/track', body)
  expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_json'])
})

it('ING-05 2,500 items are taken, 2,501 are answered 200 and none is stored', async () => {
  const items = Array.from({ length: 2_501 }, (_, n) => ({
    type: 'track',
    userId: `many ${n % 50}`,
    event: 'Many',
    messageId: `many ${n}`,
  }))
  const many = await send('/v1/batch', { batch: items })
  expect([many.status, many.body.code]).toEqual([200, 'batch_too_long'])
  expect(await stored('many 0')).toBeUndefined()
  const most = await send('/v1/batch', { batch: items.slice(1) })
  expect(most.body.results.every((one: { status: string }) => one.status === 'stored')).toBe(true)
})

it('ING-06 context and integrations of the batch go into each item, whose own keys win', async () => {
  const [a, b, c] = [messageId(), messageId(), messageId()]
  await send('/v1/batch', {
    context: { ip: '1.1.1.1', app: { name: 'shop' } },
    integrations: { Personas: false },
    batch: [
      { type: 'track', ...call, messageId: a, integrations: { Personas: true } },
      { type: 'track', ...call, messageId: b, integrations: { Personas: true }, context: { ip: '2.2.2.2' } },
      { type: 'track', ...call, messageId: c },
    ],
  })
  expect((await stored(a))?.['context']).toEqual({ ip: '1.1.1.1', app: { name: 'shop' } })
  expect((await stored(b))?.['context']).toEqual({ ip: '2.2.2.2', app: { name: 'shop' } })
  expect(await stored(c)).toBeUndefined()
})

it.each([
  ['no_user_anon_id', { type: 'track', event: 'E' }],
  ['id_not_string', { type: 'track', event: 'E', userId: 5 }],
  ['id_not_string', { type: 'track', event: 'E', userId: '' }],
  ['id_too_long', { type: 'track', event: 'E', userId: 'x'.repeat(501) }],
  ['event_not_defined', { type: 'track', userId: 'u1' }],
  ['event_not_string', { type: 'track', userId: 'u1', event: 5 }],
  ['event_too_long', { type: 'track', userId: 'u1', event: 'x'.repeat(501) }],
  ['properties_not_object', { type: 'track', userId: 'u1', event: 'E', properties: [] }],
  ['traits_not_object', { type: 'identify', userId: 'u1', traits: 'x' }],
  ['name_not_string', { type: 'page', userId: 'u1', name: 5 }],
  ['category_not_string', { type: 'page', userId: 'u1', category: {} }],
  ['id_required', { type: 'group', userId: 'u1' }],
  ['id_not_string', { type: 'group', userId: 'u1', groupId: '' }],
  ['group_id_too_long', { type: 'group', userId: 'u1', groupId: 'x'.repeat(501) }],
  ['id_not_string', { type: 'track', userId: 'u1', event: 'E', context: { groupId: '' } }],
  ['id_required', { type: 'alias', anonymousId: 'a' }],
  ['invalid_type', { type: 'buy', userId: 'u1' }],
  ['missing_type', { userId: 'u1' }],
  ['bad_request', 5],
  ['bad_request', null],
  ['bad_request', { type: 'track', userId: 'u1', event: 'E', context: 5 }],
  [
    'too_many_traits',
    { type: 'identify', userId: 'u1', traits: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [n, n])) },
  ],
  [
    'too_many_properties',
    { type: 'track', userId: 'u1', event: 'E', properties: Object.fromEntries(Array.from({ length: 301 }, (_, n) => [n, n])) },
  ],
  ['message_id_too_long', { type: 'track', userId: 'u1', event: 'E', messageId: 'x'.repeat(101) }],
  ['timestamp_before_1970', { type: 'track', userId: 'u1', event: 'E', timestamp: '1969-12-31T23:59:59Z' }],
  ['too_deep', { type: 'track', userId: 'u1', event: 'E', properties: JSON.parse(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`) }],
  ['no_matching_identifiers', { type: 'track', userId: 'anonymous', event: 'E' }],
  ['consent_categorypreferences_should_exist', { type: 'track', ...call, context: { consent: { version: 1 } } }],
  [
    'consent_categorypreferences_fields_should_be_object',
    { type: 'track', ...call, context: { consent: { categoryPreferences: 1 } } },
  ],
  [
    'consent_categorypreferences_fields_should_be_bool',
    { type: 'track', ...call, context: { consent: { categoryPreferences: { a: 1 } } } },
  ],
  [
    'consent_version_should_be_number',
    { type: 'track', ...call, context: { consent: { categoryPreferences: {}, version: 'x' } } },
  ],
  ['device_advertisingid_should_be_string', { type: 'track', ...call, context: { device: { advertisingId: 5 } } }],
])('ING-07 ING-08 ING-09 ING-21 ING-24 %s: dropped with its reason, its neighbours kept', async (code, item) => {
  const id = messageId()
  const batch = [item, { type: 'track', userId: 'neighbour', event: 'E', messageId: id }]
  const { status, body } = await send('/v1/batch', { batch })
  expect([status, body.success, body.code]).toEqual([200, true, 'multi_user_error'])
  expect(body.results[0]).toMatchObject({ status: 'dropped', code, message: expect.any(String), remedy: expect.any(String) })
  expect(await stored(id)).toBeDefined()
  const strict = await send('/v1/batch?strict=1', { batch })
  expect([strict.status, strict.body.error.problems.length, strict.body.error.problems[0].code]).toEqual([400, 1, code])
})

it('empty_batch and empty_batch_result', async () => {
  expect((await send('/v1/batch', { batch: [] })).body.code).toBe('empty_batch')
  expect((await send('/v1/batch', {})).body.code).toBe('empty_batch')
  expect((await send('/v1/batch', { batch: [{}, 1] })).body.code).toBe('empty_batch_result')
})

it('ING-11 the same messageId is stored once, in one batch and across calls; the same body under another id twice', async () => {
  const id = messageId()
  const item = { type: 'track', userId: 'dedup', event: 'Once', messageId: id }
  const first = await send('/v1/batch', { batch: [item, item, { ...item, messageId: `${id} b` }] })
  expect(first.body.results.map((one: { status: string }) => one.status)).toEqual(['stored', 'duplicate', 'stored'])
  const again = await send('/v1/track', { ...item, properties: { other: true } })
  expect(again.body.results[0].status).toBe('duplicate')
  expect((await eventsOf(db, 'spa_test')).filter((event) => event['name'] === 'Once')).toHaveLength(2)
})

it('ING-12 a call without messageId gets one', async () => {
  const answer = await send('/v1/track', call)
  expect(await stored(answer.body.results[0].messageId)).toBeDefined()
})

it.each([
  ['a clock one hour ahead', { timestamp: '2026-03-10T12:30:00Z', sentAt: '2026-03-10T13:00:00Z' }, '2026-03-10T11:30:00.000Z'],
  ['no sentAt', { timestamp: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00.000Z'],
  [
    'originalTimestamp (rudder)',
    { originalTimestamp: '2026-03-10T11:59:58Z', sentAt: '2026-03-10T12:00:00Z' },
    '2026-03-10T11:59:58.000Z',
  ],
  ['no time', {}, '2026-03-10T12:00:00.000Z'],
  ['nonsense', { timestamp: 'yesterday', sentAt: '2026-03-10T13:00:00Z' }, '2026-03-10T12:00:00.000Z'],
  ['a number', { timestamp: 5 }, '2026-03-10T12:00:00.000Z'],
  ['no zone', { timestamp: '2026-01-01T10:00:00' }, '2026-01-01T10:00:00.000Z'],
  ['another zone', { timestamp: '2026-01-01T10:00:00+02:00' }, '2026-01-01T08:00:00.000Z'],
  ['sentAt that is none', { timestamp: '2026-01-01T10:00:00Z', sentAt: 'now' }, '2026-01-01T10:00:00.000Z'],
  ['a day alone', { timestamp: '2026-01-01' }, '2026-01-01T00:00:00.000Z'],
  ['small letters', { timestamp: '2026-01-01t10:00:00z' }, '2026-01-01T10:00:00.000Z'],
  ['a space before the zone', { timestamp: '2026-01-01 10:00:00 +0200' }, '2026-01-01T08:00:00.000Z'],
  ['UTC written out', { timestamp: ' 2026-01-01 10:00:00,5 UTC' }, '2026-01-01T10:00:00.500Z'],
  ['a date of the future', { timestamp: '2096-01-01T10:00:00Z' }, '2096-01-01T10:00:00.000Z'],
  ['a date of the far future', { timestamp: '9999-12-31T23:59:59Z' }, '9999-12-31T23:59:59.000Z'],
  ['a date of long ago', { timestamp: '1970-01-02T00:00:00Z' }, '1970-01-02T00:00:00.000Z'],
])('ING-13 ING-14 timestamp with %s', async (_, times, expected) => {
  const id = messageId()
  await send('/v1/track', { ...call, ...times, messageId: id })
  expect((await stored(id))?.['timestamp'].toISOString()).toBe(expected)
})

it('ING-13 sentAt of the batch corrects items that have none of their own', async () => {
  const [a, b] = [messageId(), messageId()]
  const item = { type: 'track', ...call, timestamp: '2026-03-10T13:00:00Z' }
  await send('/v1/batch', {
    sentAt: '2026-03-10T13:00:00Z',
    batch: [
      { ...item, messageId: a },
      { ...item, messageId: b, sentAt: '2026-03-10T13:10:00Z' },
    ],
  })
  expect((await stored(a))?.['timestamp'].toISOString()).toBe('2026-03-10T12:00:00.000Z')
  expect((await stored(b))?.['timestamp'].toISOString()).toBe('2026-03-10T11:50:00.000Z')
})

it('ING-15 context.direct asks for the address of the connection', async () => {
  const [a, b, c] = [messageId(), messageId(), messageId()]
  await send('/v1/track', { ...call, messageId: a, context: { direct: true } })
  await send('/v1/track', { ...call, messageId: b, context: { direct: true, ip: '1.2.3.4' } })
  await send('/v1/track', { ...call, messageId: c, context: {} })
  expect(await Promise.all([a, b, c].map(async (id) => (await stored(id))?.['context'].ip))).toEqual([
    '127.0.0.1',
    '1.2.3.4',
    undefined,
  ])
})

it.each([
  [{ Personas: false }, 'filtered'],
  [{ All: false }, 'filtered'],
  [{ All: false, Personas: true }, 'stored'],
  [{ All: false, personas: true }, 'filtered'],
  [{ All: true, 'Google Analytics': false }, 'stored'],
  [{ Salesforce: false }, 'stored'],
  [null, 'stored'],
])('ING-16 ING-17 integrations %j: %s', async (integrations, status) => {
  const id = messageId()
  expect((await send('/v1/track', { ...call, messageId: id, integrations })).body.results[0].status).toBe(status)
  expect((await stored(id)) !== undefined).toBe(status === 'stored')
})

it('takes U+0000, lone surrogates and __proto__ out of the way', async () => {
  const id = messageId()
  const body = `{"userId":"u\\u00001","event":"E\\u0000","messageId":"${id}","properties":{"a\\u0000":"b\\u0000c\\ud800","__proto__":{"x":1},"back":"\\\\u0000","smile":"\\ud83d\\ude00"}}`
  expect((await send('/v1/track', body)).body.results[0].status).toBe('stored')
  const event = await stored(id)
  expect(event?.['name']).toBe('E')
  expect(Object.entries(event?.['properties'])).toEqual(
    expect.arrayContaining([
      ['a', 'bc\ufffd'],
      ['back', '\\u0000'],
      ['smile', '😀'],
    ]),
  )
})

it('answers a browser before it posts, and afterwards', async () => {
  const headers = {
    origin: 'https://shop.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  const before = await server.inject({ method: 'OPTIONS', url: '/v1/t', headers })
  expect([
    before.statusCode,
    before.headers['access-control-allow-origin'],
    before.headers['access-control-allow-headers'],
  ]).toEqual([204, '*', 'authorization,content-type'])
  expect((await send('/v1/t', call, { origin: 'https://shop.example' })).headers['access-control-allow-origin']).toBe('*')
})

it('gives SDKs the settings they ask for, and swallows their measurements', async () => {
  const settings = await server.inject({ url: `/v1/projects/${writeKey}/settings` })
  expect(settings.json().integrations['Segment.io'].apiKey).toBe(writeKey)
  expect((await send('/v1/m', { series: [] })).body).toEqual({ success: true })
})

it('G9 a write key writes to its own space only', async () => {
  const [a, b] = [messageId(), messageId()]
  await send('/v1/identify', { userId: 'both', messageId: a, traits: { of: 'test' } })
  await post(server, '/v1/identify', { userId: 'both', messageId: b, traits: { of: 'decoy' } }, basic(other.writeKey))
  await post(server, '/v1/identify', { userId: 'both', messageId: a, traits: { of: 'decoy 2' } }, basic(other.writeKey))
  const rows = await selectRows(
    db,
    sql`select space_id, traits ->> 'of' as "of" from profile where identifiers -> 'user_id' ? 'both' order by space_id`,
  )
  expect(rows).toEqual([
    { space_id: 'spa_decoy', of: 'decoy 2' },
    { space_id: 'spa_test', of: 'test' },
  ])
})

it('events that a live journey waits for go to the outbox, others do not', async () => {
  await selectRows(
    db,
    sql`insert into event_interest values ('spa_test', 'Awaited', 'jou'), ('spa_test', 'Page Viewed', 'jou'), ('spa_decoy', 'Not Awaited', 'jou')`,
  )
  const [a, b, c] = [messageId(), messageId(), messageId()]
  clock = new Date('2026-03-10T12:00:01Z')
  await send('/v1/batch', {
    batch: [
      { type: 'track', userId: 'waits', event: 'Awaited', messageId: a, properties: { n: 1 } },
      { type: 'track', userId: 'waits', event: 'Not Awaited', messageId: b },
      { type: 'page', userId: 'waits', name: 'Home', messageId: c },
    ],
  })
  const rows = await selectRows(
    db,
    sql`select payload, topic from outbox where space_id = 'spa_test' order by payload ->> 'message_id'`,
  )
  expect(rows).toMatchObject([
    { topic: 'event', payload: { message_id: a, name: 'Awaited', properties: { n: 1 }, timestamp: '2026-03-10T12:00:01.000Z' } },
    { topic: 'event', payload: { message_id: c, name: 'Page Viewed', properties: { page_name: 'Home', name: 'Home' } } },
  ])
})
