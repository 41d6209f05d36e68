import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const now = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => now)
const other = await testApi(database, 'spa_other', () => now)
const S = '/spaces/spa_test'
const SOURCE = 'src_spa_test'

const made = await api.call('POST', `${S}/sources`, { name: 'second' })
const SECOND = made.body.data.source
const send = (body: object, key = api.writeKey) => post(api.server, '/v1/track', { userId: 'ada', ...body }, basic(key))
const add = async (name: string, condition: string, integrationId = SOURCE, enabled = true) => {
  const answer = await api.call('POST', `${S}/filters`, { integrationId, name, if: condition, enabled })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body.data.filter
}
const stored = async (messageId: string) => (await eventsOf(db, 'spa_test')).some((event) => event['message_id'] === messageId)
const list = async () => (await api.call('GET', `${S}/filters`)).body.data.filters

beforeEach(async () => {
  for (const { id } of await list()) await api.call('DELETE', `${S}/filters/${id}`)
})

it('ING-18 a call that fits an enabled filter reaches no profile, and is counted for the filter with its code', async () => {
  const filter = await add('no debug', "type = 'track' and match(event, 'Debug *')")
  const answer = await send({ event: 'Debug Click', userId: 'nobody', messageId: 'f1' })
  expect(answer.body.results).toEqual([
    expect.objectContaining({
      status: 'dropped',
      code: 'event_filter',
      message: 'fits the event filter "no debug"',
      messageId: 'f1',
    }),
  ])
  expect((await send({ event: 'Click', messageId: 'f2' })).body.results[0].status).toBe('stored')
  expect([await stored('f1'), await stored('f2')]).toEqual([false, true])
  const people = await selectRows(db, sql`select * from profile_identifier where space_id = 'spa_test' and value = 'nobody'`)
  expect(people).toEqual([])
  expect((await list())[0]).toMatchObject({ id: filter.id, dropped: 1, failed: 0, if: filter.if, drop: true })
})

it('ING-18 a filter bites with the next call, in a batch leaves its neighbours alone, and no longer when it is switched off', async () => {
  const filter = await add('secrets', "contains(properties.note, 'secret')", SOURCE, false)
  const call = { event: 'Note', properties: { note: 'a secret' } }
  expect((await send(call)).body.results[0].status).toBe('stored')
  await api.call('PATCH', `${S}/filters/${filter.id}`, { enabled: true })
  const batch = await post(
    api.server,
    '/v1/batch',
    {
      batch: [1, 2, 3].map((n) => ({
        type: 'track',
        userId: 'ada',
        event: 'Note',
        properties: { note: n === 2 ? 'secret' : 'open' },
      })),
    },
    basic(api.writeKey),
  )
  expect(batch.body.results.map(({ status }: { status: string }) => status)).toEqual(['stored', 'dropped', 'stored'])
  await api.call('PATCH', `${S}/filters/${filter.id}`, { enabled: false })
  expect((await send(call)).body.results[0].status).toBe('stored')
})

it('ING-18 a filter of the space is asked of every source and before theirs; one of a source of no other', async () => {
  const own = await add('own', "event = 'Both'", SECOND.id)
  const all = await add('all', "event = 'Both' or event = 'All'", 'spa_test')
  const second = SECOND.writeKeys[0]
  expect((await send({ event: 'All' })).body.results[0].code).toBe('event_filter')
  expect((await send({ event: 'Both' }, second)).body.results[0].message).toContain('"all"')
  await api.call('PATCH', `${S}/filters/${all.id}`, { enabled: false })
  expect((await send({ event: 'Both' }, second)).body.results[0].message).toContain('"own"')
  expect((await send({ event: 'Both' })).body.results[0].status).toBe('stored')
  expect(
    (await post(api.server, '/v1/track', { userId: 'x', event: 'Both' }, basic(other.writeKey))).body.results[0].status,
  ).toBe('stored')
  expect((await other.call('GET', `/spaces/spa_other/filters/${own.id}`)).status).toBe(404)
})

it('ING-18 the first in the order that fits drops the call, and the order can be changed', async () => {
  const first = await add('first', "event = 'X'")
  const second = await add('second', "event = 'X'")
  expect((await send({ event: 'X' })).body.results[0].message).toContain('"first"')
  const order = await api.call('PUT', `${S}/filters/order`, { integrationId: SOURCE, filterIds: [second.id, first.id] })
  expect(order.body.data.filters.map(({ name }: { name: string }) => name)).toEqual(['second', 'first'])
  expect((await send({ event: 'X' })).body.results[0].message).toContain('"second"')
  expect((await api.call('PUT', `${S}/filters/order`, { integrationId: SOURCE, filterIds: [first.id] })).status).toBe(409)
})

it('ING-18 the 11th filter of a source is refused; another source has its own ten', async () => {
  for (let n = 0; n < 10; n++) await add(`f${n}`, `event = 'never ${n}'`)
  const eleventh = await api.call('POST', `${S}/filters`, { integrationId: SOURCE, name: 'f10', if: "event = 'x'" })
  expect([eleventh.status, eleventh.body.error.message]).toEqual([422, 'integrationId: has 10 filters already'])
  await add('of another', "event = 'x'", SECOND.id)
})

it('ING-18 a name, a description and the switch change; what it asks does not, an unknown source or id is 404', async () => {
  const filter = await add('n', "event = 'x'")
  const changed = await api.call('PATCH', `${S}/filters/${filter.id}`, { name: 'm', description: 'd' })
  expect(changed.body.data.filter).toMatchObject({
    name: 'm',
    description: 'd',
    enabled: true,
    if: "event = 'x'",
    updatedBy: 'test',
  })
  const logic = await api.call('PATCH', `${S}/filters/${filter.id}`, { if: "event = 'y'" })
  expect([logic.status, logic.body.error.message]).toEqual([422, expect.stringContaining('delete this filter and make another')])
  expect((await api.call('POST', `${S}/filters`, { integrationId: 'src_no', name: 'n', if: 'a = 1' })).status).toBe(404)
  expect((await api.call('PATCH', `${S}/filters/fil_no`, {})).status).toBe(404)
})

it('ING-20 wrong FQL is refused when it is saved, with its place', async () => {
  const answer = await api.call('POST', `${S}/filters`, { integrationId: SOURCE, name: 'n', if: 'userId = oops"' })
  expect(answer.status).toBe(422)
  expect(answer.body.error.problems[0]).toMatchObject({ field: 'if', message: expect.stringContaining('character 14') })
})

it('ING-20 what cannot be decided is dropped, not stored: a type that does not fit, and a condition that nobody can read', async () => {
  const filter = await add('costly', 'properties.price > 100')
  expect((await send({ event: 'A', properties: { price: 5 } })).body.results[0].status).toBe('stored')
  const answer = await send({ event: 'A', messageId: 'unclear', properties: { price: '5' } })
  expect(answer.body.results[0]).toMatchObject({ status: 'dropped', code: 'event_filter_failed' })
  expect(answer.body.results[0].message).toContain('> compares numbers, and got a string and a number')
  expect(await stored('unclear')).toBe(false)
  expect((await list())[0]).toMatchObject({ dropped: 1, failed: 1 })
  await selectRows(db, sql`update event_filter set condition = 'a = = 1' where space_id = 'spa_test' and id = ${filter.id}`)
  await api.call('PATCH', `${S}/filters/${filter.id}`, { name: 'broken' })
  expect((await send({ event: 'B' })).body.results[0].code).toBe('event_filter_failed')
})

it('ING-18 a filter sees the call as it is sent: its type by the route, the context of its batch, its messageId', async () => {
  await add('by context', "type = 'track' and context.app.name = 'beta' and messageId = 'seen'")
  const batch = { context: { app: { name: 'beta' } }, batch: [{ type: 'track', userId: 'ada', event: 'E', messageId: 'seen' }] }
  expect((await post(api.server, '/v1/batch', batch, basic(api.writeKey))).body.results[0].code).toBe('event_filter')
  const single = await send({ event: 'E', messageId: 'seen', context: { app: { name: 'beta' } } })
  expect(single.body.results[0].code).toBe('event_filter')
})

it('ING-18 a call can be tried against a condition or a source’s filters without being stored or counted', async () => {
  await add('one', "event = 'no'")
  const two = await add('two', "event = 'yes'")
  await add('three', "event = 'yes'")
  const call = { type: 'track', event: 'yes', userId: 'a' }
  const tried = await api.call('POST', `${S}/filters/previews`, { sourceId: SOURCE, call })
  expect(tried.body.data).toEqual({
    dropped: true,
    answers: [expect.objectContaining({ name: 'one', answer: 'false' }), { filterId: two.id, name: 'two', answer: 'true' }],
  })
  const one = await api.call('POST', `${S}/filters/previews`, { if: 'length(context) > 1', call: { ...call, context: { a: 1 } } })
  expect(one.body.data).toMatchObject({
    dropped: true,
    answers: [{ answer: 'failed', reason: expect.stringContaining('length') }],
  })
  expect((await api.call('POST', `${S}/filters/previews`, { if: 'a = ', call })).status).toBe(422)
  expect((await list()).map(({ dropped }: { dropped: number }) => dropped)).toEqual([0, 0, 0])
})
