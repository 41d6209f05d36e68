import { expect, it } from 'vitest'
import { limitsWith } from '../../src/space/limit.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)

const send = (batch: readonly object[]) =>
  api.server.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { authorization: `Basic ${btoa(`${api.writeKey}:`)}` },
    payload: { batch },
  })

type Known = { readonly path: string }
type Answer = {
  readonly events: readonly { readonly name: string; readonly properties: readonly Known[] }[]
  readonly notices: readonly object[]
}
const catalog = async (): Promise<Answer> => (await api.call('GET', `/spaces/${api.spaceId}/catalog`)).body.data

const keys = (from: number, many: number) =>
  Object.fromEntries(Array.from({ length: many }, (_, at) => [`k${String(from + at).padStart(5, '0')}`, at]))
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString()
const wide = (call: number, from: number, many = 250) => ({
  ...{ type: 'track', userId: 'ada', event: 'Wide', timestamp: at(call) },
  properties: keys(from, many),
})

it('CTR-18 the 10,001st property key of an event is dropped from the catalogue with a notice, and the event is stored whole', async () => {
  expect(limitsWith({}).property_keys).toBe(10_000)
  // The newest calls are met first: 40 with 250 keys each, and one older with a key of its own.
  for (let call = 1; call <= 40; call += 10) {
    await send(Array.from({ length: 10 }, (_, one) => wide(call + one, (call + one) * 250)))
  }
  const exact = await catalog()
  expect(exact.notices).toEqual([])
  expect(exact.events.find(({ name }) => name === 'Wide')?.properties).toHaveLength(10_000)
  await send([wide(0, 0, 1)])
  const more = await catalog()
  const paths = more.events.find(({ name }) => name === 'Wide')?.properties.map(({ path }) => path)
  expect(paths).toHaveLength(10_000)
  expect(paths).not.toContain('k00000')
  expect(more.notices).toEqual([
    {
      ...{ code: 'too_many_property_keys', about: 'event', name: 'Wide', kept: 10_000, dropped: 1, example: 'k00000' },
      message: expect.stringMatching(
        /^“Wide” has more than 10,000 different properties: 1 more, for example “k00000”, is not offered/,
      ),
    },
  ])
  const asked = await api.call('POST', `/spaces/${api.spaceId}/audiences/previews`, {
    definition: { query: "event('Wide').where(property('k00000').exists()).count() = 1" },
  })
  expect(asked.body.data.audiencePreview.size.count).toBe(1)
})

it('SRC-06 a page that stays open is answered the events that came most often, as many as it shows', async () => {
  const { body } = await api.call('GET', `/spaces/${api.spaceId}/catalog/events?count=2`)
  const events: readonly { name: string; count: number; properties: readonly string[] }[] = body.data.events
  expect(events.length).toBeLessThanOrEqual(2)
  expect(events.every((event, at) => at === 0 || event.count <= (events[at - 1]?.count ?? 0))).toBe(true)
  expect(events[0]).toMatchObject({ name: 'Wide' })
  expect(events[0]?.properties).toHaveLength(12)
  expect((await api.call('GET', `/spaces/${api.spaceId}/catalog/events?count=101`)).status).toBe(422)
})
