import { expect, it } from 'vitest'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const usher = usherAt(url, api.token)

const source = '/spaces/spa_test/sources/src_spa_test'
const strict = { 'x-usher-strict': '1' }
const send = (key: string) => post(api.server, '/v1/track', { userId: 'u', event: 'E' }, { ...basic(key), ...strict })

it('SRC-01 a source has two write keys while one is changed; the deleted one is refused, and the last one stays', async () => {
  const made = await api.call('POST', `${source}/writekey`)
  const key: string = made.body.data.writeKey
  expect(made.status).toBe(201)
  expect(made.body.data.source.writeKeys.toSorted()).toEqual([api.writeKey, key].toSorted())
  expect([(await send(api.writeKey)).status, (await send(key)).status]).toEqual([200, 200])
  expect((await api.call('DELETE', `${source}/writekey/${api.writeKey}`)).body).toEqual({ data: { status: 'SUCCESS' } })
  clock = new Date(clock.getTime() + 3_000)
  const refused = await send(api.writeKey)
  expect([refused.status, refused.body.error.code]).toEqual([401, 'project_not_found'])
  expect((await send(key)).status).toBe(200)
  const last = await api.call('DELETE', `${source}/writekey/${key}`)
  expect([last.status, last.body.error ?? last.body.errors?.[0]]).toMatchObject([
    409,
    { message: expect.stringContaining('only write key') },
  ])
  expect((await api.call('DELETE', `${source}/writekey/nobodys`)).status).toBe(404)
  expect((await api.call('POST', '/spaces/spa_test/sources/nobody/writekey')).status).toBe(404)
  // Of another space one takes neither its source nor its key.
  expect((await decoy.call('DELETE', `/spaces/spa_decoy/sources/src_spa_test/writekey/${key}`)).status).toBe(404)
  expect((await send(key)).status).toBe(200)
})

it('SRC-01 two who delete the last two write keys at once leave one', async () => {
  const { writeKey } = (await api.call('POST', `${source}/writekey`)).body.data
  const { writeKeys } = (await api.call('GET', source)).body.data.source
  expect(writeKeys).toContain(writeKey)
  const answers = await Promise.all(writeKeys.map((key: string) => api.call('DELETE', `${source}/writekey/${key}`)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
})

it('SRC-01 write keys are made and deleted from the command line', async () => {
  const added = await usher('source', 'key', 'add', 'src_spa_test')
  const { source: of } = (await api.call('GET', source)).body.data
  expect(of.writeKeys).toHaveLength(2)
  expect(of.writeKeys.some((key: string) => added.includes(key))).toBe(true)
  await usher('source', 'key', 'delete', 'src_spa_test', of.writeKeys[0])
  expect((await api.call('GET', source)).body.data.source.writeKeys).toEqual([of.writeKeys[1]])
})

type Enabled = Readonly<Record<string, { readonly enabled: boolean }>>
const settings = async (key: string, prefix = '') => {
  const { statusCode, headers, body } = await api.server.inject({ method: 'GET', url: `${prefix}/v1/projects/${key}/settings` })
  return { status: statusCode, headers, body: JSON.parse(body) }
}
/** What analytics.js does with the settings: an event's own word wins, then the default's. */
const isEnabled = (track: Enabled, event: string): boolean | undefined => (track[event] ?? track['__default'])?.enabled

it.each(['', '/cdn'])(
  'SRC-12 GET %s/v1/projects/{key}/settings has the shape that analytics.js reads, for any site, for a minute',
  async (prefix) => {
    const { status, headers, body } = await settings(decoy.writeKey, prefix)
    expect([status, headers['access-control-allow-origin'], headers['cache-control']]).toEqual([200, '*', 'max-age=60'])
    expect(body).toMatchObject({
      integrations: {
        'Segment.io': {
          apiKey: decoy.writeKey,
          apiHost: expect.stringMatching(/\/v1$/),
          protocol: expect.stringMatching(/^https?$/),
        },
      },
      plan: {
        track: { __default: { enabled: true, integrations: {} } },
        identify: { __default: { enabled: true } },
        group: { __default: { enabled: true } },
      },
      remotePlugins: [],
      middlewareSettings: {},
    })
    expect((await settings('nobodys', prefix)).body.plan).toEqual(body.plan)
  },
)

it('SRC-13 where unplanned events are blocked, the settings enable the planned ones alone', async () => {
  const [writeKey] = (await api.call('GET', source)).body.data.source.writeKeys
  const plan = (await api.call('POST', '/spaces/spa_test/tracking-plans', { name: 'Shop', type: 'LIVE' })).body.data.trackingPlan
  const path = `/spaces/spa_test/tracking-plans/${plan.id}`
  const rule = { type: 'TRACK', key: 'Order Completed', version: 1, jsonSchema: { type: 'object' } }
  const home = { type: 'PAGE', key: 'Home', version: 1, jsonSchema: { type: 'object' } }
  expect((await api.call('PATCH', `${path}/rules`, { rules: [rule, home] })).status).toBe(200)
  expect((await api.call('POST', `${path}/sources`, { sourceId: 'src_spa_test' })).status).toBe(200)
  expect(isEnabled((await settings(writeKey)).body.plan.track, 'Surprise')).toBe(true)
  await api.call('PATCH', `${source}/settings`, { track: { allowUnplannedEvents: false } })
  const { track } = (await settings(writeKey)).body.plan
  expect(['Order Completed', 'order completed', 'Surprise', 'Home'].map((event) => isEnabled(track, event))).toEqual([
    true,
    false,
    false,
    false,
  ])
  // The call itself still comes to the door, which drops it by the same rule.
  const sent = await post(
    api.server,
    '/v1/track',
    { userId: 'u', event: 'Surprise', integrations: { All: false, 'Segment.io': true, Personas: true } },
    { ...basic(writeKey), ...strict },
  )
  expect([sent.status, sent.body.error.problems[0].code]).toEqual([400, 'unplanned'])
  await api.call('PATCH', `${source}/settings`, { track: { allowUnplannedEvents: true } })
  expect(isEnabled((await settings(writeKey)).body.plan.track, 'Surprise')).toBe(true)
})

const opened = (messageId: string, rest: object = {}) => ({
  writeKey: decoy.writeKey,
  userId: 'reader',
  event: 'Email Opened',
  properties: { subject: 'Grüße +++ ~~~ ???', campaign_id: 'c1' },
  messageId,
  ...rest,
})
const stored = async (messageId: string) => (await eventsOf(db, 'spa_decoy')).find((event) => event['message_id'] === messageId)
const pixel = async (data: string | undefined, type = 'track') => {
  const answer = await decoy.server.inject({
    method: 'GET',
    url: `/v1/pixel/${type}${data === undefined ? '' : `?data=${data}`}`,
    headers: { 'user-agent': 'Mail/1.0', authorization: 'Bearer of somebody' },
  })
  const { statusCode: status, headers, rawPayload } = answer
  return { status, type: headers['content-type'], cache: headers['cache-control'], image: rawPayload.subarray(0, 6).toString() }
}
const IMAGE = { status: 200, type: 'image/gif', cache: 'no-store', image: 'GIF89a' }

it.each([
  ['base64', (text: string) => encodeURIComponent(Buffer.from(text).toString('base64'))],
  ['base64 that nobody encoded for an address', (text: string) => Buffer.from(text).toString('base64')],
  ['URL-safe base64', (text: string) => Buffer.from(text).toString('base64url')],
  ['JSON', encodeURIComponent],
])('F172 SRC-14 an image whose address holds a call as %s stores it once, with who looked', async (kind, encode) => {
  const data = encode(JSON.stringify(opened(kind)))
  expect(await pixel(data)).toEqual(IMAGE)
  expect(await pixel(data)).toEqual(IMAGE)
  expect(await stored(kind)).toMatchObject({
    name: 'Email Opened',
    properties: { subject: 'Grüße +++ ~~~ ???', campaign_id: 'c1' },
    context: { userAgent: 'Mail/1.0', ip: '127.0.0.1' },
  })
})

it.each([
  ['page', { name: 'Home' }, 'Page Viewed'],
  ['identify', { traits: { plan: 'pro' } }, 'identify'],
  ['t', {}, 'Email Opened'],
])('SRC-14 GET /v1/pixel/%s stores that call, and what the call says of its sender is kept', async (type, rest, name) => {
  const call = opened(`of ${type}`, { ...rest, context: { ip: '9.9.9.9', userAgent: 'Own/2' } })
  expect(await pixel(encodeURIComponent(JSON.stringify(call)), type)).toEqual(IMAGE)
  expect(await stored(`of ${type}`)).toMatchObject({ name, context: { ip: '9.9.9.9', userAgent: 'Own/2' } })
})

it.each([
  ['nothing', undefined],
  ['an empty text', ''],
  ['no JSON', 'AAAA'],
  ['half of an escape', '%7B%22a%22%3A%22%E0%A4'],
  ['a list', '[]'],
  ['a number', '5'],
  ['twice', '%7B%7D&data=%7B%7D'],
  ['a call without a key', encodeURIComponent('{"userId":"u","event":"E"}')],
  ['a key of nobody', encodeURIComponent('{"writeKey":"nobody","userId":"u","event":"E"}')],
  ['a context that is no object', encodeURIComponent(`{"writeKey":"key_of_spa_decoy","userId":"u","event":"E","context":5}`)],
  ['a call that is not taken', encodeURIComponent(JSON.stringify(opened('bad', { event: 5 })))],
])('SRC-14 a pixel with %s is an image all the same, and stores nothing', async (_, data) => {
  const before = (await eventsOf(db, 'spa_decoy')).length
  expect(await pixel(data)).toEqual(IMAGE)
  expect((await eventsOf(db, 'spa_decoy')).length).toBe(before)
})

it('SRC-14 who only asks whether the image is there stores nothing', async () => {
  const url = `/v1/pixel/track?data=${encodeURIComponent(JSON.stringify(opened('asked for')))}`
  const { statusCode, headers, rawPayload } = await decoy.server.inject({ method: 'HEAD', url })
  expect([statusCode, headers['content-type'], headers['cache-control'], rawPayload.length]).toEqual([
    200,
    'image/gif',
    'no-store',
    0,
  ])
  expect(await stored('asked for')).toBeUndefined()
})

it.each(['open', 'key_of_spa_decoy', 'track/', 'track/open', '', '%E0%A4', '%00'])(
  'F172 SRC-14 /v1/pixel/%s, which names no call, is an image all the same, and stores nothing',
  async (type) => {
    const data = encodeURIComponent(JSON.stringify(opened(`of no call: ${type}`)))
    expect(await pixel(data, type)).toEqual(IMAGE)
    expect(await pixel(undefined, type)).toEqual(IMAGE)
    expect(await stored(`of no call: ${type}`)).toBeUndefined()
  },
)

it('SRC-14 what a pixel brings and is not taken is counted with its reason', async () => {
  const { drops } = (await decoy.call('GET', '/spaces/spa_decoy/sources/src_spa_decoy/drops')).body.data
  const codes = drops.map((one: { code: string }) => one.code)
  expect([codes.includes('event_not_string'), codes.includes('invalid_type')]).toEqual([true, true])
})
