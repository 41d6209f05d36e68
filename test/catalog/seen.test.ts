import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let now = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => now)
const S = '/spaces/spa_test'
type Named = { readonly id: string; readonly key: string; readonly at: string }
const source = async (name: string): Promise<Named> => {
  const { id, writeKeys } = (await api.call('POST', `${S}/sources`, { name })).body.data.source
  return { id, key: must(writeKeys[0], 'write key'), at: `${S}/sources/${id}` }
}
const send = async ({ key }: Named, batch: readonly object[]) =>
  (await post(api.server, '/v1/batch', { batch: batch.map((one) => ({ userId: 'ada', type: 'track', ...one })) }, basic(key)))
    .body
const schema = async ({ at }: Named, query = '') => (await api.call('GET', `${at}/schema?${query}`)).body.data
const entries = async (of: Named, query = '') => (await schema(of, query)).entries
const turn = ({ at }: Named, change: object) => api.call('PATCH', `${at}/switches`, change)
const plan = async (of: Named, event: string) => {
  const { id } = (await api.call('POST', `${S}/tracking-plans`, { name: `plan of ${of.id}`, type: 'LIVE' })).body.data
    .trackingPlan
  const properties = { properties: { type: 'object', properties: { total: { type: 'number' } } } }
  const made = await api.call('PATCH', `${S}/tracking-plans/${id}/rules`, {
    rules: [{ type: 'TRACK', key: event, version: 1, jsonSchema: { type: 'object', properties } }],
  })
  expect(made.status, JSON.stringify(made.body)).toBe(200)
  expect((await api.call('POST', `${S}/tracking-plans/${id}/sources`, { sourceId: of.id })).status).toBe(200)
}

it('SRC-06 each event has first and last seen, allowed and blocked; its properties their types', async () => {
  const of = await source('page')
  await turn(of, { type: 'track', name: 'Noise', enabled: false })
  await turn(of, { type: 'track', name: 'Paid', path: 'card', enabled: false })
  await turn(of, { type: 'identify', path: 'ssn', enabled: false })
  await send(of, [
    { event: 'Paid', properties: { total: 5, card: '4', items: [{ sku: 'a' }, { sku: 'b' }], tags: ['x'] } },
    { event: 'Paid', properties: { total: null, 'a.b': true } },
    { event: 'Noise' },
    { type: 'page', name: 'Home' },
    { type: 'page', name: 'Shop' },
    { type: 'screen', name: 'Home' },
    { type: 'identify', traits: { name: 'A', ssn: '1' } },
    { type: 'group', groupId: 'g', traits: { size: 3 } },
    { event: 'Paid', userId: '' },
  ])
  expect(
    (await entries(of)).map((e: Record<string, unknown>) => [
      e['type'],
      e['name'],
      e['path'],
      e['allowed'],
      e['blocked'],
      e['enabled'],
      e['lastSeenAt'],
    ]),
  ).toEqual([
    ['group', '', 'size', 1, 0, true, now.toISOString()],
    ['identify', '', 'name', 1, 0, true, now.toISOString()],
    ['identify', '', 'ssn', 0, 1, false, now.toISOString()],
    ['page', 'Page Viewed', '', 2, 0, true, now.toISOString()],
    ['screen', 'Screen Viewed', '', 1, 0, true, now.toISOString()],
    ['track', 'Noise', '', 0, 1, false, now.toISOString()],
    ['track', 'Paid', '', 2, 0, true, now.toISOString()],
  ])
  const inside = await entries(of, 'type=track&event=Paid')
  expect(inside.map((e: Record<string, unknown>) => [e['path'], e['kind'], e['allowed'], e['blocked']])).toEqual([
    ['a\\.b', 'boolean', 1, 0],
    ['card', 'string', 0, 1],
    ['items', 'array', 1, 0],
    ['items.$', 'object', 1, 0],
    ['items.$.sku', 'string', 1, 0],
    ['tags', 'array', 1, 0],
    ['tags.$', 'string', 1, 0],
    ['total', 'number', 2, 0],
  ])
})

it('SRC-06 with a plan each event and property is planned or not, and what the plan blocks is counted', async () => {
  const of = await source('planned')
  await plan(of, 'Paid')
  await api.call('PATCH', `${of.at}/settings`, { track: { allowUnplannedEvents: false, allowUnplannedEventProperties: false } })
  await send(of, [{ event: 'Paid', properties: { total: 1, more: 2 } }, { event: 'Other' }])
  const { plan: there, entries: found } = await schema(of)
  expect(there.name).toBe(`plan of ${of.id}`)
  expect(found.map((e: Record<string, unknown>) => [e['name'], e['planned'], e['allowed'], e['blocked']])).toEqual([
    ['Other', false, 0, 1],
    ['Paid', true, 1, 0],
  ])
  expect(
    (await entries(of, 'event=Paid')).map((e: Record<string, unknown>) => [e['path'], e['planned'], e['allowed'], e['blocked']]),
  ).toEqual([
    ['more', false, 0, 1],
    ['total', true, 1, 0],
  ])
})

it('SRC-06 a call that comes twice counts once, counts add up over requests, days out of the window do not count', async () => {
  const of = await source('twice')
  const before = now
  await send(of, [{ event: 'E', messageId: 'twice1' }])
  await send(of, [{ event: 'E', messageId: 'twice1' }])
  await entries(of)
  now = new Date(before.getTime() + 10 * 86_400_000)
  await send(of, [{ event: 'E' }, { event: 'E' }])
  expect(await entries(of)).toEqual([
    expect.objectContaining({ allowed: 2, firstSeenAt: before.toISOString(), lastSeenAt: now.toISOString() }),
  ])
  expect(await entries(of, 'days=30')).toEqual([expect.objectContaining({ allowed: 3 })])
  now = before
})

it('SRC-06 several processes that count the same source lose nothing', async () => {
  const of = await source('several')
  const others = [await testApi(database, 'spa_b', () => now), await testApi(database, 'spa_c', () => now)]
  const servers = [api, ...others].map(({ server }) => server)
  await Promise.all(
    servers.flatMap((server) =>
      [1, 2, 3].map(() =>
        post(server, '/v1/batch', { batch: [{ type: 'track', userId: 'u', event: 'E', properties: { a: 1 } }] }, basic(of.key)),
      ),
    ),
  )
  await Promise.all(servers.map((server) => server.close()))
  const [row] = await selectRows(
    db,
    sql`select days from catalog_seen where space_id = 'spa_test' and source_id = ${of.id} and path = ''`,
  )
  expect(row?.['days']).toEqual({ '2026-03-10': [9, 0] })
})
