import { expect, it } from 'vitest'
import { destinationFilterGate, placeOf } from '../../src/destination/filter-gate.ts'
import type { FilterAction } from '../../src/destination/filters.ts'
import { delivering } from './support.ts'

const { api, decoy, S, source, webhook, deliver, fate, pass } = await delivering()

const filtered = async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const add = async (condition: string, actions: readonly FilterAction[], title = 'a filter') => {
    const answer = await api.call('POST', `${S}/destination/${hook.id}/filters`, { sourceId: id, title, if: condition, actions })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body.data.filter.id as string
  }
  return { id, send, hook, add }
}
const preview = async (filter: object, payload: object) =>
  (await api.call('POST', `${S}/destination/filters/preview`, { filter, payload })).body.data

const CALL = {
  type: 'track',
  event: 'Order',
  messageId: 'm',
  userId: 'ada',
  context: { email: 'a@b.c', ip: '1.2.3.4', traits: { phone: '1' } },
  properties: { total: 5, items: [{ sku: 'a', price: 1 }, { sku: 'b', price: 2 }, 'odd'] },
}

it('MAP-10 the preview answers null for a call that is dropped, the changed call, or the call as it is', async () => {
  const drop = { if: 'type = "track" and event = "Order"', actions: [{ type: 'DROP' }] }
  expect(await preview(drop, CALL)).toEqual({ inputPayload: CALL, result: null })
  expect(await preview(drop, { ...CALL, event: 'Other' })).toMatchObject({ result: { event: 'Other' } })
  const strip = {
    if: 'all',
    actions: [{ type: 'DROP_PROPERTIES', fields: { context: ['email'], 'properties.items': ['price'] } }],
  }
  expect(await preview(strip, CALL)).toEqual({
    inputPayload: CALL,
    result: {
      ...CALL,
      context: { ip: '1.2.3.4', traits: { phone: '1' } },
      properties: { total: 5, items: [{ sku: 'a' }, { sku: 'b' }, 'odd'] },
    },
  })
  const wrong = await api.call('POST', `${S}/destination/filters/preview`, {
    filter: { if: 'oops"', actions: [{ type: 'DROP' }] },
    payload: CALL,
  })
  expect(wrong.status).toBe(422)
})

it('MAP-11 fields {"": ["userId"]} removes userId, and an allow-list keeps what makes a call a call', async () => {
  const top = { if: 'all', actions: [{ type: 'DROP_PROPERTIES', fields: { '': ['userId', 'context', 'type'] } }] }
  expect((await preview(top, CALL)).result).toEqual({
    type: 'track',
    event: 'Order',
    messageId: 'm',
    properties: CALL.properties,
  })
  const allow = {
    if: 'all',
    actions: [{ type: 'ALLOW_PROPERTIES', fields: { '': ['event', 'properties'], properties: ['total'] } }],
  }
  expect((await preview(allow, CALL)).result).toEqual({ type: 'track', event: 'Order', messageId: 'm', properties: { total: 5 } })
})

it('MAP-12 the same value at the path always has the same fate, and the share is within 1 % of percent over 10,000', () => {
  const ask = destinationFilterGate([
    { id: 'f', title: 's', condition: 'all', actions: [{ type: 'SAMPLE', percent: 0.3, path: 'userId' }] },
  ])
  const passes = (userId: string, messageId: string) => ask({ userId, messageId }).kind === 'pass'
  const people = Array.from({ length: 10_000 }, (_, n) => `person ${n}`)
  const let_through = people.filter((userId) => passes(userId, 'a'))
  expect(Math.abs(let_through.length / people.length - 0.3)).toBeLessThan(0.01)
  expect(people.filter((userId) => passes(userId, 'another'))).toEqual(let_through)
})

it('MAP-12 without a path, or without a value there, each call has a fate of its own, which a retry does not change', () => {
  const calls = Array.from({ length: 10_000 }, (_, n) => ({ messageId: `m ${n}` }))
  const share = (path: string | undefined) => calls.filter((call) => placeOf('f', call, path) < 0.5).length / calls.length
  expect(Math.abs(share(undefined) - 0.5)).toBeLessThan(0.01)
  expect(Math.abs(share('userId') - 0.5)).toBeLessThan(0.01)
  expect(placeOf('f', { messageId: 'm' }, undefined)).toBe(placeOf('f', { messageId: 'm' }, undefined))
})

it('MAP-12 a percent of 0 lets nothing through, and of 1 everything', () => {
  const kindOf = (percent: number) =>
    destinationFilterGate([{ id: 'f', title: 's', condition: 'all', actions: [{ type: 'SAMPLE', percent }] }])({ messageId: 'm' })
      .kind
  expect([kindOf(0), kindOf(1)]).toEqual(['drop', 'pass'])
})

it('A10 sample, drop, drop properties, allow properties: in this order, whatever filter they are of, and each asks the call as it came', () => {
  const filter = (id: string, condition: string, ...actions: readonly FilterAction[]) => ({ id, title: id, condition, actions })
  const both = destinationFilterGate([
    filter('allow', 'event = "Order"', { type: 'ALLOW_PROPERTIES', fields: { properties: ['total'] } }),
    filter('drop properties', 'properties.total = 5', { type: 'DROP_PROPERTIES', fields: { properties: ['total'] } }),
  ])(CALL)
  expect(both).toMatchObject({ kind: 'change', call: { properties: {} } })
  const all = destinationFilterGate([
    filter('drop', 'all', { type: 'DROP' }),
    filter('sample', 'all', { type: 'SAMPLE', percent: 0 }),
  ])(CALL)
  expect(all).toMatchObject({ kind: 'drop', by: 'sample' })
})

it('A10 a filter that cannot decide drops the call: what somebody wanted kept back does not go out for a mistake', async () => {
  const { send, hook, add } = await filtered()
  await add('properties.age > 18', [{ type: 'DROP_PROPERTIES', fields: { properties: ['age'] } }], 'of age')
  const [number, text] = [
    await send({ type: 'track', event: 'Aged', properties: { age: 20 } }),
    await send({ type: 'track', event: 'Aged', properties: { age: 'twenty' } }),
  ]
  await deliver()
  expect(hook.bodies()).toEqual([expect.objectContaining({ messageId: number, properties: {} })])
  const lost = await fate(hook.id, text)
  expect([lost.status, lost.reason, lost.detail]).toEqual([
    'filtered',
    'FILTERED_BY_RULES',
    expect.stringMatching(/nobody can say.*"of age"/),
  ])
})

it('a filter holds for one destination, is switched off and on, and is another’s no business', async () => {
  const { id, send, hook, add } = await filtered()
  const other = await webhook(id)
  const filter = await add('event = "Secret"', [{ type: 'DROP' }])
  const path = `${S}/destination/${hook.id}/filters`
  const first = await send({ type: 'track', event: 'Secret' })
  await deliver()
  expect([hook.tool.calls.length, other.tool.calls.length]).toEqual([0, 1])
  expect(await fate(hook.id, first)).toMatchObject({
    status: 'filtered',
    reason: 'FILTERED_BY_RULES',
    detail: expect.stringContaining('"a filter"'),
  })
  expect((await api.call('PATCH', `${path}/${filter}`, { enabled: false })).body.data.filter).toMatchObject({
    enabled: false,
    sourceId: id,
  })
  await send({ type: 'track', event: 'Secret' })
  await deliver()
  expect(hook.tool.calls).toHaveLength(1)
  expect((await decoy.call('GET', `/spaces/spa_decoy/destination/${hook.id}/filters`)).status).toBe(404)
  expect((await api.call('DELETE', `${path}/${filter}`)).status).toBe(200)
  expect((await api.call('GET', path)).body.data.filters).toEqual([])
})

it('a destination has at most ten filters, their conditions are FQL or "all", and their source is the destination’s', async () => {
  const { hook, add } = await filtered()
  for (let n = 0; n < 10; n++) await add('all', [{ type: 'SAMPLE', percent: 1 }])
  const path = `${S}/destination/${hook.id}/filters`
  const body = { title: 'x', if: 'all', actions: [{ type: 'DROP' }] }
  expect((await api.call('POST', path, body)).status).toBe(409)
  expect((await api.call('POST', path, { ...body, if: 'oops"' })).status).toBe(422)
  expect((await api.call('POST', path, { ...body, sourceId: 'src_spa_test' })).body.error.message).toContain(
    'sourceId: is another source',
  )
  expect((await api.call('POST', path, { ...body, actions: [{ type: 'SAMPLE', percent: 2 }] })).status).toBe(422)
})

it('MAP-13 a call that was accepted before the filter was there still goes out when it is tried again', async () => {
  const { id, send } = await source()
  let down = true
  const hook = await webhook(id, () => ({ status: down ? 503 : 200 }))
  const accepted = await send({ type: 'track', event: 'Later Unwanted' })
  await deliver()
  expect(await fate(hook.id, accepted)).toMatchObject({ status: 'queued', reason: '503' })
  pass(1_000)
  await api.call('POST', `${S}/destination/${hook.id}/filters`, {
    title: 'x',
    if: 'event = "Later Unwanted"',
    actions: [{ type: 'DROP' }],
  })
  pass(3_600_000)
  down = false
  const after = await send({ type: 'track', event: 'Later Unwanted' })
  await deliver()
  expect(await fate(hook.id, accepted)).toMatchObject({ status: 'delivered' })
  expect(await fate(hook.id, after)).toMatchObject({ status: 'filtered', reason: 'FILTERED_BY_RULES' })
})
