import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { basic, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const now = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => now)
const other = await testApi(database, 'spa_other', () => now)
const S = '/spaces/spa_test'
const catalog = async () => (await api.call('GET', `${S}/catalog`)).body.data
const send = (batch: readonly object[], key = api.writeKey) =>
  post(api.server, '/v1/batch', { batch: batch.map((one) => ({ type: 'track', userId: 'ada', ...one })) }, basic(key))

it('SRC-06 the builders’ catalogue has the frequent values of all sources with counts, and when an event came first and last', async () => {
  const second = (await api.call('POST', `${S}/sources`, { name: 'second' })).body.data.source
  const paid = (color: string) => ({ event: 'Paid', properties: { color, total: 5 } })
  await send([paid('red'), paid('blue'), paid('red'), { type: 'identify', traits: { plan: 'pro', email: 'a@example.com' } }])
  await send([paid('blue'), paid('blue')], must(second.writeKeys[0], 'write key'))
  await send([paid('green'), { event: 'Foreign' }], other.writeKey)
  const { events, traits } = await catalog()
  expect(events).toEqual([
    expect.objectContaining({ name: 'Paid', count: 5, firstSeenAt: now.toISOString(), lastSeenAt: now.toISOString() }),
  ])
  const [color] = events[0].properties.filter(({ path }: { path: string }) => path === 'color')
  expect(color).toEqual({
    path: 'color',
    type: 'string',
    values: ['blue', 'red'],
    frequent: [
      { value: 'blue', count: 3 },
      { value: 'red', count: 2 },
    ],
  })
  const known = new Map(traits.map((one: { path: string; frequent: unknown }) => [one.path, one.frequent]))
  expect([known.get('plan'), known.get('email')]).toEqual([[{ value: 'pro', count: 1 }], []])
})

it('SRC-07 what was only ever blocked is not offered to builders', async () => {
  await api.call('PATCH', `${S}/sources/src_spa_test/switches`, { type: 'track', name: 'Noise', enabled: false })
  await send([{ event: 'Noise' }])
  expect((await catalog()).events.map(({ name }: { name: string }) => name)).not.toContain('Noise')
})
