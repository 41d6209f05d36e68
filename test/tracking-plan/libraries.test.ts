import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { keepsTo, type Part, rebased } from '../../src/tracking-plan/library/combine.ts'
import { planned, trackRule } from './support/planned.ts'

const { api, S, source, plan, connect } = await planned()

const library = async (type: string, rules: readonly object[], name: string): Promise<string> => {
  const { body } = await api.call('POST', `${S}/tracking-plans`, { name, type })
  const { id } = body.data.trackingPlan
  const put = await api.call('PUT', `${S}/tracking-plans/${id}/rules`, { rules })
  expect(put.status, JSON.stringify(put.body)).toBe(200)
  return id
}
const patch = (id: string, rules: readonly object[]) => api.call('PATCH', `${S}/tracking-plans/${id}/rules`, { rules })
const take = (id: string, body: object) => api.call('POST', `${S}/tracking-plans/${id}/libraries`, body)
const rulesOf = async (id: string) => (await api.call('GET', `${S}/tracking-plans/${id}/rules`)).body.data.rules
const ruleOf = async (id: string, key: string) => (await rulesOf(id)).find((rule: { key: string }) => rule.key === key)
const propertiesOf = async (id: string, key: string) => (await ruleOf(id, key))?.jsonSchema.properties.properties.properties
const group = (properties: object, more: object = {}) => ({
  type: 'COMMON',
  key: '',
  jsonSchema: { properties: { properties: { type: 'object', properties, ...more } } },
})

it('PRO-25 editing the library changes two plans; editing a synced row is refused', async () => {
  const events = await library('RULE_LIBRARY', [trackRule('Order Completed', { total: { type: 'number' } })], 'Commerce')
  const [one, two] = [await plan([trackRule('Own', {})]), await plan([])]
  for (const id of [one, two]) expect((await take(id, { libraryId: events, sync: true })).status).toBe(200)
  const own = trackRule('Order Completed', { total: { type: 'number' }, extra: { type: 'string' } }, { required: ['extra'] })
  const { required: _, ...jsonSchema } = own.jsonSchema as JsonObject
  expect((await patch(one, [{ ...own, jsonSchema }])).status).toBe(200)

  const changed = trackRule(
    'Order Completed',
    { total: { type: 'integer' }, currency: { type: 'string' } },
    { required: ['total'] },
  )
  expect((await patch(events, [changed, trackRule('Refunded', {})])).status).toBe(200)
  expect(await propertiesOf(one, 'Order Completed')).toEqual({
    total: { type: 'integer' },
    currency: { type: 'string' },
    extra: { type: 'string' },
  })
  expect((await ruleOf(one, 'Order Completed')).jsonSchema.properties.properties.required).toEqual(['total', 'extra'])
  expect((await ruleOf(two, 'Order Completed')).jsonSchema).toEqual(changed.jsonSchema)
  expect((await rulesOf(one)).map(({ key }: { key: string }) => key)).toEqual(['Order Completed', 'Own', 'Refunded'])
  expect((await ruleOf(two, 'Refunded')).synced.from).toEqual(['Commerce'])
  const { changes } = (await api.call('GET', `${S}/tracking-plans/${two}/changes`)).body.data
  expect(changes).toContainEqual(
    expect.objectContaining({ action: 'changed', subject: 'TRACK Order Completed', changedBy: 'test' }),
  )

  const weaker = trackRule(
    'Order Completed',
    { total: { type: 'number' }, currency: { type: 'string' } },
    { required: ['total'] },
  )
  const refusals = [
    await patch(two, [weaker]),
    await patch(two, [{ ...changed, newKey: 'Renamed' }]),
    await api.call('PUT', `${S}/tracking-plans/${two}/rules`, { rules: [changed] }),
    await api.call('DELETE', `${S}/tracking-plans/${two}/rules`, { rules: [{ type: 'TRACK', key: 'Refunded' }] }),
  ]
  expect(refusals.map(({ status }) => status)).toEqual([409, 409, 409, 409])
  expect(refusals[0]?.body.error.message).toContain('is synced with the library "Commerce": change it there')
  expect((await ruleOf(two, 'Order Completed')).jsonSchema).toEqual(changed.jsonSchema)

  expect((await api.call('DELETE', `${S}/tracking-plans/${events}`)).status).toBe(409)
  expect(
    (await api.call('DELETE', `${S}/tracking-plans/${events}/rules`, { rules: [{ type: 'TRACK', key: 'Refunded' }] })).status,
  ).toBe(200)
  expect([await ruleOf(one, 'Refunded'), await ruleOf(two, 'Refunded')]).toEqual([undefined, undefined])
  expect((await api.call('DELETE', `${S}/tracking-plans/${two}/libraries/${events}`)).status).toBe(200)
  expect((await patch(two, [weaker])).status).toBe(200)
  expect((await patch(events, [changed])).status).toBe(200)
  expect((await ruleOf(two, 'Order Completed')).jsonSchema).toEqual(weaker.jsonSchema)
})

it('PRO-25 a group of properties is added to the events that are named, and its changes bite with the next call', async () => {
  const product = await library('PROPERTY_LIBRARY', [group({ sku: { type: 'string' } })], 'Product')
  const id = await plan([trackRule('Viewed', { page: {} }), trackRule('Bought', {}), trackRule('Other', {})])
  const own = await source()
  expect((await connect(id, own.id)).status).toBe(200)
  expect((await take(id, { libraryId: product, sync: true, events: ['Viewed', 'Bought'] })).status).toBe(200)
  expect(await propertiesOf(id, 'Viewed')).toEqual({ page: {}, sku: { type: 'string' } })
  expect(await propertiesOf(id, 'Other')).toEqual({})
  const ask = async () => {
    const call = { type: 'track', userId: 'u', event: 'Viewed', properties: { sku: 7 } }
    return (await api.call('POST', `${S}/tracking-plans/${id}/validations`, { call })).body.data.violations.length
  }
  expect(await ask()).toBe(1)
  expect(
    (await patch(product, [group({ sku: { type: ['string', 'number'] }, brand: {} }, { required: ['brand'] })])).status,
  ).toBe(200)
  expect((await ruleOf(id, 'Bought')).jsonSchema.properties.properties).toMatchObject({
    properties: { sku: { type: ['string', 'number'] }, brand: {} },
    required: ['brand'],
  })
  expect(await ask()).toBe(1)
  expect((await patch(id, [trackRule('Viewed', { page: {}, sku: {}, brand: {} })])).status).toBe(409)
  const more = { sku: { type: ['string', 'number'] }, brand: {}, more: {} }
  expect((await patch(id, [trackRule('Viewed', more, { required: ['brand'] })])).status).toBe(200)
  expect(await propertiesOf(id, 'Viewed')).toEqual(more)
})

it('a library is copied, filled from a source, and refused where it makes no sense', async () => {
  const events = await library('RULE_LIBRARY', [trackRule('A', { a: {} }), trackRule('B', {})], 'Letters')
  const id = await plan([])
  expect((await take(id, { libraryId: events, events: ['A'] })).status).toBe(200)
  expect((await rulesOf(id)).map(({ key, synced }: { key: string; synced?: unknown }) => [key, synced])).toEqual([
    ['A', undefined],
  ])
  expect((await patch(id, [trackRule('A', { other: {} })])).status).toBe(200)
  expect((await take(id, { libraryId: events, sync: true, events: ['A'] })).body.error.problems[0].field).toBe('events')
  expect((await take(id, { libraryId: events, events: ['C'] })).status).toBe(422)
  expect((await take(id, { libraryId: id })).status).toBe(422)
  expect((await take(events, { libraryId: events })).status).toBe(422)
  expect((await take(id, { libraryId: 'tp_no' })).status).toBe(404)
  expect((await patch(events, [group({})])).status).toBe(422)
  expect((await connect(events, (await source()).id)).status).toBe(409)
  const copy = await api.call('POST', `${S}/tracking-plans/${id}/copies`, { name: 'Copy' })
  expect([copy.status, copy.body.data.trackingPlan.rules, copy.body.data.trackingPlan.type]).toEqual([201, 1, 'LIVE'])
  const filled = await api.call('POST', `${S}/tracking-plans/inferences`, {
    name: 'Seen',
    type: 'RULE_LIBRARY',
    sourceId: (await source()).id,
  })
  expect([filled.status, filled.body.data.trackingPlan.type]).toEqual([201, 'RULE_LIBRARY'])
})

const leaf = fc.constantFrom<JsonObject>({ type: 'string' }, { type: 'number' }, { enum: ['a'] }, {})
const nested = (inner: fc.Arbitrary<JsonObject>) =>
  fc.tuple(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'required'), inner, { maxKeys: 3 }), fc.boolean()).map(
    ([properties, all]): JsonObject => ({
      type: 'object',
      ...(Object.keys(properties).length > 0 ? { properties, ...(all ? { required: Object.keys(properties) } : {}) } : {}),
    }),
  )
const schema = nested(fc.oneof(leaf, nested(leaf)))

it('PRO-25 whatever a library and a plan say, the plan then says all of the library and keeps its own properties', () => {
  fc.assert(
    fc.property(schema, schema, schema, fc.constantFrom(0, 2), (first, second, own, open) => {
      const [before, after]: readonly Part[] = [
        { schema: first, open },
        { schema: second, open },
      ]
      if (!before || !after) return
      const synced = rebased(own, undefined, before)
      expect(keepsTo(synced, before)).toBe(true)
      const moved = rebased(synced, before, after)
      expect(keepsTo(moved, after)).toBe(true)
      expect(rebased(moved, after, after)).toEqual(moved)
      const names = (one: JsonObject) => Object.keys((one['properties'] ?? {}) as JsonObject)
      for (const name of names(own)) if (!names(first).includes(name)) expect(names(moved)).toContain(name)
      for (const name of names(moved)) expect([...names(own), ...names(second)]).toContain(name)
    }),
  )
})
