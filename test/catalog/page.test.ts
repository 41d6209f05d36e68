import { expect, it } from 'vitest'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let now = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => now)
const AT = '/spaces/spa_test/sources/src_spa_test'
const track = (event: string, properties: object = {}) =>
  post(api.server, '/v1/track', { userId: 'ada', event, properties }, basic(api.writeKey))
const names = async (query = ''): Promise<readonly string[]> =>
  (await api.call('GET', `${AT}/schema?${query}`)).body.data.entries.map((e: { name: string; path: string }) => e.name || e.path)
const turn = (change: object) => api.call('PATCH', `${AT}/switches`, change)
const clear = (body: object) => api.call('POST', `${AT}/schema/clear`, body)

it('SRC-10 only what is off can be archived; it is then only under that filter, until it is taken out or switched on', async () => {
  await track('Old')
  const early = await turn({ type: 'track', name: 'Old', archived: true })
  expect([early.status, early.body.error.code]).toEqual([409, 'still_let_in'])
  await turn({ type: 'track', name: 'Old', enabled: false })
  expect((await turn({ type: 'track', name: 'Old', archived: true })).body.data.switch.archivedAt).toBe(now.toISOString())
  expect([await names(), await names('archived=true')]).toEqual([[], ['Old']])
  await turn({ type: 'track', name: 'Old', archived: false })
  expect([await names(), await names('archived=true')]).toEqual([['Old'], []])
  await turn({ type: 'track', name: 'Old', archived: true })
  await turn({ type: 'track', name: 'Old', enabled: true })
  expect([await names(), await names('archived=true')]).toEqual([['Old'], []])
})

it('SRC-10 clear empties the page, not the data; what arrives later is on it again, what is off stays', async () => {
  await track('Seen')
  await turn({ type: 'track', name: 'By hand', enabled: true })
  await turn({ type: 'track', name: 'Off', enabled: false })
  await post(api.server, '/v1/identify', { userId: 'ada', traits: { plan: 'pro' } }, basic(api.writeKey))
  expect(await names()).toEqual(expect.arrayContaining(['By hand', 'Off', 'Seen', 'plan']))
  const before = (await eventsOf(db, 'spa_test')).length
  await clear({ unplanned: true })
  expect(await names()).toEqual(['plan', 'Off'])
  await clear({ traits: true })
  expect(await names()).toEqual(['Off'])
  expect((await eventsOf(db, 'spa_test')).length).toBe(before)
  await track('Seen')
  expect(await names()).toEqual(['Off', 'Seen'])
})

it('SRC-11 the CSV has the columns of its type, no values, and says what is older than the window', async () => {
  await track('Paid', { total: 12345, note: 'a secret value' })
  await track('=1+1')
  await post(api.server, '/v1/identify', { userId: 'ada', traits: { plan: 'platinum' } }, basic(api.writeKey))
  const csv = async (query: string) =>
    api.server.inject({ method: 'GET', url: `${AT}/schema.csv?${query}`, headers: { authorization: `Bearer ${api.token}` } })
  const first = await csv('type=track')
  expect(first.headers['content-disposition']).toBe(
    'attachment; filename="spa_test-src_spa_test-track--2026-03-10--12-00-utc.csv"',
  )
  expect(first.headers['content-type']).toContain('text/csv')
  const lines = first.body.split('\n')
  expect(lines[0]).toBe('Event Name,Last Seen At (UTC),Property Name,Allowed,Blocked,Total,Planned')
  expect(lines).toEqual(
    expect.arrayContaining(['Paid,2026-03-10T12:00:00.000Z,,1,0,1,', 'Paid,2026-03-10T12:00:00.000Z,total,1,0,1,']),
  )
  expect(lines.find((line) => line.includes('1+1'))).toMatch(/^'=1\+1,/)
  const traits = (await csv('type=identify')).body.split('\n')
  expect(traits.slice(0, 2)).toEqual([
    'Trait Name,Last Seen At (UTC),Allowed,Blocked,Total,Planned',
    'plan,2026-03-10T12:00:00.000Z,1,0,1,',
  ])
  expect(first.body + traits.join()).not.toMatch(/secret|12345|platinum/)
  now = new Date(now.getTime() + 9 * 86_400_000)
  expect((await csv('type=identify')).body).toContain('plan,more than 7 days ago,0,0,0,')
  expect((await csv('type=identify&days=30')).body).toContain('plan,2026-03-10T12:00:00.000Z,1,0,1,')
})
