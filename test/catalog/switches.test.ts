import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { keysOf, withoutKeys } from '../../src/catalog/subject.ts'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const now = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => now)
const other = await testApi(database, 'spa_other', () => now)
const S = '/spaces/spa_test'
const SWITCHES = `${S}/sources/src_spa_test/switches`

const send = async (route: string, body: object, key = api.writeKey) =>
  (await post(api.server, `/v1/${route}`, { userId: 'ada', ...body }, basic(key))).body.results[0]
const turn = (change: object, at = SWITCHES) => api.call('PATCH', at, change)
const event = async (messageId: string) => (await eventsOf(db, 'spa_test')).find((one) => one['message_id'] === messageId)
const drops = async () => (await api.call('GET', `${S}/sources/src_spa_test/drops`)).body.data.drops
const traitsOf = async (userId: string) =>
  (
    await selectRows(
      db,
      sql`select p.traits from profile p join profile_identifier i on i.space_id = 'spa_test' and i.profile_id = p.id and i.value = ${userId} and i.type = 'user_id'
        where p.space_id = 'spa_test'`,
    )
  )[0]?.['traits']

beforeEach(async () => {
  for (const { type, name, path } of (await api.call('GET', SWITCHES)).body.data.switches)
    await turn({ type, name, path, enabled: true })
})

it('SRC-07 an event that is switched off is not stored, makes nobody, and is counted with the code event_setting', async () => {
  expect((await turn({ type: 'track', name: 'Noise', enabled: false })).body.data.switch).toMatchObject({
    enabled: false,
    updatedBy: 'test',
    archivedAt: null,
  })
  for (const n of [1, 2])
    expect(await send('track', { event: 'Noise', userId: 'nobody', messageId: `off${n}` })).toMatchObject({
      status: 'dropped',
      code: 'event_setting',
      message: '"Noise" is switched off at this source',
    })
  expect((await send('track', { event: 'Sound', messageId: 'on' })).status).toBe('stored')
  expect(await event('off1')).toBeUndefined()
  expect(await selectRows(db, sql`select * from profile_identifier where space_id = 'spa_test' and value = 'nobody'`)).toEqual([])
  expect(await drops()).toEqual([expect.objectContaining({ code: 'event_setting', subject: 'Noise', count: 2 })])
})

it.each([
  ['page', 'Page Viewed'],
  ['screen', 'Screen Viewed'],
])('SRC-07 all %ss are one event: off and on again holds from the next call on', async (type, name) => {
  await turn({ type, name, enabled: false })
  expect(await send(type, { name: 'Home' })).toMatchObject({ status: 'dropped', code: 'event_setting' })
  expect((await send('track', { event: name })).status).toBe('stored')
  await turn({ type, name, enabled: true })
  expect((await send(type, { name: 'Home' })).status).toBe('stored')
})

it('SRC-07 a switch is of one source and one space', async () => {
  await turn({ type: 'track', name: 'Noise', enabled: false })
  const second = (await api.call('POST', `${S}/sources`, { name: 'second' })).body.data.source
  expect((await send('track', { event: 'Noise' }, second.writeKeys[0])).status).toBe('stored')
  expect((await send('track', { event: 'Noise' }, other.writeKey)).status).toBe('stored')
  expect((await send('track', { event: 'Noise' })).status).toBe('dropped')
  expect((await turn({ type: 'track', name: 'x', enabled: false }, `${S}/sources/src_spa_other/switches`)).status).toBe(404)
})

it('SRC-08 a trait that is switched off is missing on the profile and in the event; an address in it names nobody', async () => {
  await turn({ type: 'identify', path: 'ssn', enabled: false })
  await turn({ type: 'identify', path: 'address.street', enabled: false })
  await turn({ type: 'identify', path: 'email', enabled: false })
  const traits = { ssn: '1', name: 'Grace', email: 'grace@example.com', address: { street: 'S', city: 'C' } }
  expect((await send('identify', { userId: 'grace', traits, messageId: 'id1' })).status).toBe('stored')
  expect(await traitsOf('grace')).toEqual({ name: 'Grace', address: { city: 'C' } })
  expect(JSON.stringify(await event('id1'))).not.toContain('ssn')
  expect(await selectRows(db, sql`select * from profile_identifier where space_id = 'spa_test' and type = 'email'`)).toEqual([])
  await turn({ type: 'identify', path: 'ssn', enabled: true })
  await send('identify', { userId: 'grace', traits: { ssn: '2' } })
  expect(await traitsOf('grace')).toMatchObject({ ssn: '2' })
})

it('SRC-08 a property that is switched off is taken out of its event, and of no other', async () => {
  await turn({ type: 'track', name: 'Paid', path: 'card', enabled: false })
  await turn({ type: 'track', name: 'Paid', path: 'items.$.note', enabled: false })
  const properties = { card: '4111', items: [{ note: 'n', sku: 's' }, 5] }
  await send('track', { event: 'Paid', properties, messageId: 'p1' })
  await send('track', { event: 'Held', properties, messageId: 'p2' })
  expect([(await event('p1'))?.['properties'], (await event('p2'))?.['properties']]).toEqual([
    { items: [{ sku: 's' }, 5] },
    properties,
  ])
})

it('SRC-07 where a tracking plan is connected it decides: switches are refused and not asked', async () => {
  await turn({ type: 'track', name: 'Noise', enabled: false })
  const plan = (await api.call('POST', `${S}/tracking-plans`, { name: 'p', type: 'LIVE' })).body.data.trackingPlan
  await api.call('POST', `${S}/tracking-plans/${plan.id}/sources`, { sourceId: 'src_spa_test' })
  const refused = await turn({ type: 'track', name: 'Noise', enabled: true })
  expect([refused.status, refused.body.error.code]).toEqual([409, 'source_has_plan'])
  expect((await send('track', { event: 'Noise' })).status).toBe('stored')
  await api.call('DELETE', `${S}/tracking-plans/${plan.id}/sources?sourceId=src_spa_test`)
  expect((await send('track', { event: 'Noise' })).code).toBe('event_setting')
})

it('SRC-07 identify calls as such stay on, and an event needs a name', async () => {
  expect((await turn({ type: 'identify', enabled: false })).status).toBe(422)
  expect((await turn({ type: 'track', enabled: false })).status).toBe(422)
})

it.each<[string, Json, Json]>([
  ['a', { a: 1, b: 2 }, { b: 2 }],
  ['a.b', { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
  ['a\\.b', { 'a.b': 1, a: { b: 1 } }, { a: { b: 1 } }],
  ['a.$.b', { a: [{ b: 1 }, { c: 1 }] }, { a: [{}, { c: 1 }] }],
  ['a.$', { a: [1] }, { a: [1] }],
  ['a.b', { a: [{ b: 1 }] }, { a: [{ b: 1 }] }],
  ['toString', { a: 1 }, { a: 1 }],
])('SRC-08 without %s', (path, before, after) => {
  expect(withoutKeys(before, keysOf(path))).toEqual(after)
})
