import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { type Drop, recordDrops } from '../../src/ingest/drop.ts'
import { basic, post, selectRows } from '../support/calls.ts'
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
const source = 'src_spa_test'

const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  post(api.server, path, body, { ...basic(api.writeKey), ...headers })
const drops = async (hours = 24) =>
  (await api.call('GET', `/spaces/spa_test/sources/${source}/drops?hours=${hours}`)).body.data as {
    total: number
    drops: readonly { code: string; subject: string; count: number; sample: string; reason: string }[]
    hours: readonly { hour: string; count: number }[]
  }
const dropped = async (code: string) => (await drops()).drops.filter((one) => one.code === code)

const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]))

it.each([
  ['too_many_traits', '/v1/identify', { userId: 'u', traits: many(300) }],
  ['too_many_properties', '/v1/track', { userId: 'u', event: 'E', properties: many(301) }],
  ['group_id_too_long', '/v1/group', { userId: 'u', groupId: 'g'.repeat(501) }],
  ['id_not_string', '/v1/group', { userId: 'u', groupId: '' }],
  ['message_id_too_long', '/v1/track', { userId: 'u', event: 'E', messageId: 'm'.repeat(101) }],
  ['timestamp_before_1970', '/v1/track', { userId: 'u', event: 'E', timestamp: '1960-01-01T00:00:00Z' }],
  ['no_matching_identifiers', '/v1/track', { userId: 'anonymous', event: 'E' }],
  ['no_user_anon_id', '/v1/track', { event: 'E' }],
  ['event_not_string', '/v1/track', { userId: 'u', event: 7 }],
])('ING-21 ING-24 %s is counted with its reason and an example, and is a 4xx for who is strict', async (code, path, body) => {
  const before = (await dropped(code)).reduce((sum, one) => sum + one.count, 0)
  expect((await send(path, body)).status).toBe(200)
  const strict = await send(path, body, { 'x-usher-strict': '1' })
  expect([strict.status, strict.body.error.problems[0].code]).toEqual([400, code])
  const [row] = await dropped(code)
  expect(row).toMatchObject({ count: before + 2, reason: expect.stringContaining(':') })
  expect(row?.sample).toBe(JSON.stringify(body).slice(0, 8_192))
})

it('ING-21 of a batch only what is dropped is counted', async () => {
  const before = (await drops()).total
  const good = { type: 'track', userId: 'u', event: 'E' }
  await send('/v1/batch', { batch: [good, { ...good, event: 5 }, good, { ...good, event: 6 }, { type: 'track', event: 'E' }] })
  expect((await drops()).total).toBe(before + 3)
  await send('/v1/batch', { batch: [good, good] })
  expect((await drops()).total).toBe(before + 3)
})

it('ING-01 ING-02 requests of which nothing is taken are counted: by their source, or where the key is nobody’s, by the beginning of the key', async () => {
  const before = (await drops()).total
  await send('/v1/batch', { batch: [] })
  await send('/v1/batch', { batch: Array.from({ length: 2_501 }, () => 1) })
  await send('/v1/track', '{')
  await send('/v1/track', 'x'.repeat(40_000))
  await send('/v1/batch', 'x'.repeat(600_000))
  expect((await drops()).total).toBe(before + 5)
  await Promise.all(
    Array.from({ length: 9 }, () => post(api.server, '/v1/track', { userId: 'u', event: 'E' }, basic('secret key'))),
  )
  const unknown = (await api.call('GET', '/spaces/spa_test/unknown-keys')).body.data
  expect(unknown).toMatchObject({ total: 9, drops: [{ code: 'project_not_found', sample: '{"writeKey":"secr…"}' }] })
})

it('ING-24 a strict source answers a 4xx to every call that is not taken, until it is not strict any more', async () => {
  const strict = await testApi(database, 'spa_strict', () => clock)
  const bad = () => post(strict.server, '/v1/track', { event: 'E' }, basic(strict.writeKey))
  const set = (value: boolean) => strict.call('PATCH', '/spaces/spa_strict/sources/src_spa_strict', { strict: value })
  expect((await bad()).status).toBe(200)
  expect((await set(true)).body.data.source.strict).toBe(true)
  clock = new Date(clock.getTime() + 3_000)
  expect((await bad()).status).toBe(400)
  expect((await strict.call('PATCH', '/spaces/spa_strict/sources/src_spa_strict', { enabled: false })).status).toBe(200)
  clock = new Date(clock.getTime() + 3_000)
  expect((await bad()).status).toBe(403)
  await strict.call('PATCH', '/spaces/spa_strict/sources/src_spa_strict', { enabled: true, strict: false, name: 'Shop' })
  clock = new Date(clock.getTime() + 3_000)
  expect((await bad()).status).toBe(200)
  expect((await strict.call('PATCH', '/spaces/spa_strict/sources/nobody', { strict: true })).status).toBe(404)
})

it('counts by hour, and looks back as far as it is asked', async () => {
  const now = (await drops()).total
  clock = new Date('2026-03-10T15:00:00Z')
  await send('/v1/track', { event: 'E' })
  expect(await drops(1)).toMatchObject({ total: 1, hours: [{ hour: '2026-03-10T15:00:00.000Z', count: 1 }] })
  expect((await drops()).total).toBe(now + 1)
  expect((await decoy.call('GET', '/spaces/spa_decoy/sources/src_spa_decoy/drops')).body.data.total).toBe(0)
  expect((await decoy.call('GET', '/spaces/spa_decoy/sources/src_spa_test/drops')).status).toBe(404)
})

it('a sample is bounded, and any text can be kept', async () => {
  const odd: Drop = {
    sourceId: 'odd',
    code: 'c',
    subject: `\u0000${'s'.repeat(300)}`,
    reason: 'r',
    messageId: '\ud800m',
    at: clock,
    call: { pad: '😀'.repeat(9_000), nul: '\u0000', half: '\ud800' },
  }
  await recordDrops(db, 'spa_test', [odd, odd, { ...odd, subject: `${odd.subject} other`, call: undefined }])
  const rows = await selectRows(db, sql`select count, length(sample) as size from source_drop where source_id = 'odd'`)
  expect(rows).toEqual([{ count: 3, size: 4_100 }])
})

it('many batches that drop the same at once are all counted', async () => {
  const [before] = await dropped('event_not_defined')
  const batch = [
    { type: 'track', userId: 'crowd' },
    { type: 'track', userId: 'crowd', event: 'E' },
    { type: 'group', userId: 'crowd' },
  ]
  await Promise.all(Array.from({ length: 40 }, () => send('/v1/batch', { batch })))
  expect((await dropped('event_not_defined'))[0]?.count).toBe((before?.count ?? 0) + 40)
})

it('`usher source` lists sources, says what was dropped, and changes them', async () => {
  expect(await usher('source', 'list')).toMatch(/src_spa_test +test +server +on +key_of_spa_test/)
  expect(await usher('source', 'drops', 'test')).toMatch(
    /\d+ × event_not_defined \(event\), last 2026[\s\S]*event is missing: name what happened/,
  )
  expect(await usher('source', 'change', 'test', '--strict')).toContain('on, strict')
  expect(await usher('source', 'change', source, '--no-strict', '--off')).toMatch(/ off /)
  await expect(usher('source', 'drops', 'nobody')).rejects.toThrow('There is no source "nobody"')
})

it('ING-21 an entry of a batch that is no call, and a context that is none, are told what they should be', async () => {
  const { results } = (await send('/v1/batch', { batch: [null, 5, { type: 'track', userId: 'u', event: 'E', context: 'x' }] }))
    .body
  expect(results.map(({ code, field, message }: Record<string, string>) => [code, field, message])).toEqual([
    ['bad_request', '', 'the call is not an object'],
    ['bad_request', '', 'the call is not an object'],
    ['bad_request', 'context', 'is not an object'],
  ])
  expect((await dropped('bad_request')).map(({ reason }) => reason).toSorted()).toEqual([
    'context is not an object: send {"key": value}',
    'the call is not an object: send {"type": "track", …}',
  ])
})
