import { expect, it } from 'vitest'
import { eventsOf } from '../support/calls.ts'
import { planned, trackRule, traitsRule } from './support/planned.ts'

const { api, db, S, source, connected } = await planned()
const PLANNED = trackRule('Planned', {
  integer: { type: 'integer' },
  kept: {},
  order: { type: 'object', properties: { id: { type: 'string' } } },
  items: { type: 'array', items: { type: 'object', properties: { sku: {}, price: { type: 'number' } } } },
  list: { type: 'array' },
})
const common = (required: readonly string[], properties: object = {}) => ({
  type: 'COMMON',
  key: '',
  version: 1,
  jsonSchema: { type: 'object', required, properties },
})
const drops = async (sourceId: string) =>
  (await api.call('GET', `${S}/sources/${sourceId}/drops`)).body.data as { drops?: readonly { code: string; count: number }[] }

it('PRO-15 a blocked unplanned event is stored nowhere, and the source’s overview shows `unplanned`', async () => {
  const blocking = await connected([PLANNED], { track: { allowUnplannedEvents: false } })
  const { result, stored } = await blocking.send({ event: 'Surprise' })
  expect(result).toMatchObject({ status: 'dropped', code: 'unplanned', message: 'is not in the tracking plan' })
  expect(stored).toBeUndefined()
  expect((await blocking.send({ event: 'Planned' })).result.status).toBe('stored')
  expect((await blocking.send({ type: 'page', name: 'Home' })).result.status).toBe('stored')
  expect(JSON.stringify(await drops(blocking.id))).toContain('"unplanned"')
})

it('PRO-16 an unplanned property is left out, nested ones too, and `omitted` names it; the event goes on', async () => {
  const { send } = await connected([PLANNED], { track: { allowUnplannedEventProperties: false } })
  const { stored } = await send({
    event: 'Planned',
    properties: {
      kept: { anything: 1 },
      newProperty: 1,
      order: { id: 'o', extra: 1 },
      items: [{ sku: 's', colour: 'red' }, { colour: 'blue' }],
      list: [1, { hidden: 2 }],
    },
  })
  expect(stored?.['properties']).toEqual({ kept: { anything: 1 }, order: { id: 'o' }, items: [{ sku: 's' }, {}], list: [1, {}] })
  expect(stored?.['context'].protocols).toMatchObject({
    omitted: ['newProperty', 'order.extra', 'items.$.colour', 'list.$.hidden'],
  })
  expect((await send({ event: 'Unplanned', properties: { a: 1 } })).stored?.['properties']).toEqual({})
})

it('PRO-17 a violation blocks with `schema_violation`, or its property is left out as `omitted_on_violation`', async () => {
  const blocking = await connected([PLANNED], { track: { allowEventOnViolations: false } })
  const broken = { event: 'Planned', properties: { integer: 1.5, kept: 1 } }
  const blocked = await blocking.send(broken)
  expect([blocked.result.code, blocked.stored]).toEqual(['schema_violation', undefined])
  expect(await blocking.violations()).toEqual([expect.objectContaining({ count: 1, blocked: 1 })])
  const omitting = await connected([PLANNED], { track: { allowPropertiesOnViolations: false } })
  const { stored } = await omitting.send({ ...broken, properties: { ...broken.properties, items: [{ sku: 1, price: 'x' }] } })
  expect(stored?.['properties']).toEqual({ kept: 1, items: [{ sku: 1 }] })
  expect(stored?.['context'].protocols.omitted_on_violation.toSorted()).toEqual(['integer', 'items.$.price'])
  expect(stored?.['context'].protocols.violations).toHaveLength(2)
})

it('PRO-17 the common rule blocks with `common_schema_violation`, or leaves the property out, of what the other controls left', async () => {
  const rule = common(['anonymousId'], { properties: { type: 'object', properties: { currency: { type: 'string' } } } })
  const planned = trackRule('Planned', { currency: {} })
  const blocking = await connected([planned, rule], { track: { commonEventOnViolations: 'BLOCK' } })
  expect((await blocking.send({ event: 'Planned' })).result.code).toBe('common_schema_violation')
  expect((await blocking.send({ event: 'Planned', anonymousId: 'a' })).result.status).toBe('stored')
  expect((await blocking.send({ type: 'identify' })).result.status).toBe('stored')
  const omitting = await connected([planned, rule], { track: { commonEventOnViolations: 'OMIT_PROPERTIES' } })
  const { stored } = await omitting.send({ event: 'Planned', anonymousId: 'a', properties: { currency: 1 } })
  expect([stored?.['properties'], stored?.['context'].protocols.omitted_on_violation]).toEqual([{}, ['currency']])
  const survived = await connected([trackRule('Planned', {}), rule], {
    track: { allowUnplannedEventProperties: false, commonEventOnViolations: 'BLOCK' },
  })
  expect((await survived.send({ event: 'Planned', anonymousId: 'a', properties: { currency: 1 } })).result.status).toBe('stored')
})

it('PRO-18 identify and group each leave out an unplanned trait, and the call goes on', async () => {
  const rules = [traitsRule('IDENTIFY', { email: { type: 'string' } }), traitsRule('GROUP', { industry: { type: 'string' } })]
  const { send } = await connected(rules, {
    identify: { allowUnplannedTraits: false, allowTraitsOnViolations: false },
    group: { allowUnplannedTraits: false },
  })
  const person = await send({ type: 'identify', userId: 'trait-1', traits: { email: 7, secret: 1 } })
  expect(person.stored?.['properties']).toEqual({})
  expect(person.stored?.['context'].protocols).toMatchObject({ omitted: ['secret'], omitted_on_violation: ['email'] })
  const account = await send({ type: 'group', groupId: 'g', traits: { industry: 'tea', secret: 1 } })
  expect(account.stored?.['properties']).toEqual({ industry: 'tea', group_id: 'g' })
  const blocking = await connected([common(['anonymousId'])], { group: { commonEventOnViolations: 'BLOCK' } })
  expect((await blocking.send({ type: 'group', groupId: 'g' })).result.code).toBe('common_schema_violation')
  expect((await blocking.send({ type: 'identify' })).result.status).toBe('stored')
})

it('PRO-19 an unplanned event that breaks the common rule, too, is counted once for both', async () => {
  const { send, id } = await connected([common(['anonymousId'])], {
    track: { allowUnplannedEvents: false, commonEventOnViolations: 'BLOCK' },
  })
  expect((await send({ event: 'X' })).result.code).toBe('unplanned_and_schema_violation')
  expect((await send({ event: 'X', anonymousId: 'a' })).result.code).toBe('unplanned')
  const text = JSON.stringify(await drops(id))
  expect(text.match(/"code":"unplanned_and_schema_violation"/g)).toHaveLength(1)
})

it('PRO-20 settings are read and changed one by one; forwarding that is not named is switched off, a wrong word is a 422', async () => {
  const { id } = await source()
  const target = await source()
  const path = `${S}/sources/${id}/settings`
  const { settings } = (await api.call('GET', path)).body.data
  expect(settings).toMatchObject({
    track: { allowUnplannedEvents: true, commonEventOnViolations: 'ALLOW' },
    group: { allowUnplannedTraits: true },
  })
  await api.call('PATCH', path, { forwardingViolationsTo: target.id, track: { allowUnplannedEvents: false } })
  const kept = await api.call('PATCH', path, { forwardingViolationsTo: target.id, track: { allowEventOnViolations: false } })
  expect(kept.body.data.settings).toMatchObject({
    track: { allowUnplannedEvents: false, allowEventOnViolations: false, allowPropertiesOnViolations: true },
    forwardingViolationsTo: target.id,
  })
  const off = await api.call('PATCH', path, { identify: { allowUnplannedTraits: false } })
  expect([off.body.data.settings.forwardingViolationsTo, off.body.data.settings.track.allowUnplannedEvents]).toEqual([
    undefined,
    false,
  ])
  expect((await api.call('PATCH', path, { track: { commonEventOnViolations: 'OMIT_TRAITS' } })).status).toBe(422)
  expect((await api.call('PATCH', path, { forwardingViolationsTo: 'src_no' })).status).toBe(404)
})

it('PRO-21 a blocked event arrives in the other source, not blocked again there; one with only omissions does not', async () => {
  const target = await connected([PLANNED], { track: { allowUnplannedEvents: false } })
  const { send, id } = await connected([PLANNED], {
    track: { allowUnplannedEvents: false, allowUnplannedEventProperties: false },
    forwardingBlockedEventsTo: target.id,
  })
  await send({ event: 'Surprise', properties: { a: 1 } })
  await send({ event: 'Planned', properties: { extra: 1 } })
  const arrived = (await eventsOf(db, 'spa_test')).filter((event) => event['source_id'] === target.id)
  expect(arrived.map(({ name, properties }) => ({ name, properties }))).toEqual([{ name: 'Surprise', properties: { a: 1 } }])
  expect((await send({ event: 'Surprise', messageId: 'again', properties: {} })).result.code).toBe('unplanned')
  expect((await send({ event: 'Surprise', messageId: 'again', properties: {} })).result.code).toBe('unplanned')
  const again = (await eventsOf(db, 'spa_test')).filter((event) => event['source_id'] === target.id)
  expect([again.length, id === target.id]).toEqual([2, false])
})

it('PRO-22 a source that forwards to itself, or in a circle, is refused', async () => {
  const [a, b, c] = [await source(), await source(), await source()]
  const forward = (from: string, body: object) => api.call('PATCH', `${S}/sources/${from}/settings`, body)
  const self = await forward(a.id, { forwardingViolationsTo: a.id })
  expect([self.status, self.body.error.code]).toEqual([422, 'forwarding_loop'])
  expect((await forward(a.id, { forwardingBlockedEventsTo: b.id })).status).toBe(200)
  expect((await forward(b.id, { forwardingViolationsTo: c.id })).status).toBe(200)
  expect((await forward(c.id, { forwardingBlockedEventsTo: a.id })).body.error.problems[0].field).toBe(
    'forwardingBlockedEventsTo',
  )
})

it('PRO-23 each violation becomes a `Violation Generated` in the source of choice, with all its properties', async () => {
  const target = await source()
  const { send, id, planId } = await connected([PLANNED], { forwardingViolationsTo: target.id })
  const context = { app: { name: 'shop', version: '2.1' }, library: { name: 'analytics.js' } }
  const broken = {
    event: 'Planned',
    messageId: 'bad',
    timestamp: '2026-03-10T11:00:00Z',
    context,
    properties: { integer: 'x', order: { id: 1 } },
  }
  await send(broken)
  await send(broken)
  await send({ event: 'Planned', properties: { integer: 1 } })
  const arrived = (await eventsOf(db, 'spa_test')).filter((event) => event['source_id'] === target.id)
  expect(arrived).toHaveLength(2)
  const [event] = arrived.filter(({ properties }) => properties.violationField === 'properties.integer')
  expect(event).toMatchObject({ name: 'Violation Generated', type: 'track', message_id: expect.stringMatching(/^sch-/), context })
  expect(event?.['properties']).toEqual({
    eventName: 'Planned',
    eventType: 'track',
    eventMessageID: 'bad',
    eventSentAt: '0001-01-01T00:00:00Z',
    eventTimestamp: '2026-03-10T11:00:00Z',
    appVersion: '2.1',
    sourceID: id,
    sourceName: expect.stringMatching(/^source/),
    sourceSlug: id,
    trackingPlanID: planId,
    trackingPlanName: expect.stringMatching(/^Plan/),
    violationType: 'Invalid Type',
    violationField: 'properties.integer',
    violationDescription: 'Invalid type. Expected: integer, given: string',
  })
  const people = (await api.call('GET', `${S}/profiles?search=schema-violations`)).body
  expect(JSON.stringify(people)).toContain('schema-violations')
})

it('PRO-23 a plan that is renamed is called by its new name with the next violation', async () => {
  const target = await source()
  const { send, planId } = await connected([PLANNED], { forwardingViolationsTo: target.id })
  await send({ event: 'Planned', properties: { integer: 'x' } })
  await api.call('PATCH', `${S}/tracking-plans/${planId}`, { name: 'Renamed' })
  await send({ event: 'Planned', properties: { integer: 'x' } })
  const arrived = (await eventsOf(db, 'spa_test')).filter((event) => event['source_id'] === target.id)
  expect(arrived.map(({ properties }) => properties.trackingPlanName === 'Renamed').toSorted()).toEqual([false, true])
})
