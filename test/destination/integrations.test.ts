import { expect, it } from 'vitest'
import { CUSTOMER_IO, startCustomerIo } from '../support/fakes/customer-io.ts'
import { delivering } from './support.ts'

const { api, S, source, connect, webhook, deliver, map, fate, rows, pass } = await delivering()

/** A source with both tools, each with one mapping of every track call. */
const both = async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const tool = await startCustomerIo()
  const customerIo = await connect(id, 'actions-customerio', { ...CUSTOMER_IO, baseUrl: tool.url })
  await map(customerIo, { actionId: 'trackEvent', trigger: 'type = "track"' })
  const fates = async (messageId: string) =>
    Promise.all(
      [hook.id, customerIo].map(async (one) => (await fate(one, messageId))?.reason ?? (await fate(one, messageId))?.status),
    )
  return { id, hook, customerIo, tool, fates, track: (call: object) => send({ type: 'track', event: 'Click', ...call }) }
}
const BY_OBJECT = 'FILTERED_BY_INTEGRATIONS_OBJECT'
const WEBHOOK = 'Webhooks (Actions)'

const at = await both()
it.each<readonly [string, object | undefined, string, string]>([
  ['absent', undefined, 'delivered', 'delivered'],
  ['{}', {}, 'delivered', 'delivered'],
  ['All: true', { All: true }, 'delivered', 'delivered'],
  ['All: false', { All: false }, BY_OBJECT, BY_OBJECT],
  ['All: false and a name: true', { All: false, [WEBHOOK]: true }, 'delivered', BY_OBJECT],
  ['All: false and a name: {…}', { All: false, [WEBHOOK]: { some: 'option' } }, 'delivered', BY_OBJECT],
  ['a name: false', { [WEBHOOK]: false }, BY_OBJECT, 'delivered'],
  ['All: true and a name: false', { All: true, [WEBHOOK]: false }, BY_OBJECT, 'delivered'],
  ['a name: true', { [WEBHOOK]: true }, 'delivered', 'delivered'],
  ['a name: null', { [WEBHOOK]: null }, 'delivered', 'delivered'],
  ['a name in other letters: false', { 'webhooks (actions)': false }, 'delivered', 'delivered'],
  ['an unknown name: false', { 'Nobody Knows': false }, 'delivered', 'delivered'],
  ['Personas: false', { Personas: false }, 'delivered', 'delivered'],
  ['Warehouses: {all: false}', { Warehouses: { all: false } }, 'delivered', 'delivered'],
])('MAP-07 integrations %s', async (_, integrations, webhook, customerIo) => {
  const messageId = await at.track(integrations ? { integrations } : {})
  await deliver()
  expect(await at.fates(messageId)).toEqual([webhook, customerIo])
})

it('MAP-07 an unknown name is written down, and others are unaffected', async () => {
  const messageId = await at.track({ integrations: { 'Nobody Knows': true, 'Segment.io': false, [WEBHOOK]: true } })
  await deliver()
  expect(await fate(at.hook.id, messageId)).toMatchObject({
    status: 'delivered',
    warnings: [{ code: 'UNKNOWN_INTEGRATION', name: 'Nobody Knows' }],
  })
})

it('MAP-07 the object of the batch counts where the call has none of its own', async () => {
  const { id, writeKey } = await source()
  const hook = await webhook(id)
  const batch = [
    { type: 'track', userId: 'ada', event: 'Plain', messageId: 'plain' },
    { type: 'track', userId: 'ada', event: 'Own', messageId: 'own', integrations: { [WEBHOOK]: true } },
  ]
  const headers = { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`, 'content-type': 'application/json' }
  const payload = { batch, integrations: { All: false } }
  await api.server.inject({ method: 'POST', url: '/v1/batch', headers, payload })
  await deliver()
  expect(hook.bodies().map(({ event }) => event)).toEqual(['Own'])
})

it('MAP-07 a call that is not for the space is about nobody here, goes to its tools all the same, and once', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const call = {
    type: 'track',
    event: 'Elsewhere',
    userId: 'nobody-here',
    messageId: 'elsewhere',
    integrations: { All: false, [WEBHOOK]: true },
  }
  await send(call)
  await send(call)
  await deliver()
  expect(hook.bodies().map(({ event }) => event)).toEqual(['Elsewhere'])
  expect((await rows('profile_identifier')).filter(({ value }) => value === 'nobody-here')).toEqual([])
})

it('SRC-09 an event that is off for one tool is not sent there, others receive it, and naming the tool wins', async () => {
  const { id, fates, track, hook } = await both()
  const change = (enabled: boolean) =>
    api.call('PATCH', `${S}/sources/${id}/integration-filters`, {
      type: 'track',
      name: 'Click',
      metadataId: 'actions-webhook',
      enabled,
    })
  const off = await change(false)
  expect(off.body.data.integrationFilters).toEqual([expect.objectContaining({ name: 'Click', metadataId: 'actions-webhook' })])
  const [click, other, named, all] = [
    await track({}),
    await track({ event: 'Other' }),
    await track({ integrations: { [WEBHOOK]: true } }),
    await track({ integrations: { All: true } }),
  ]
  await deliver()
  expect(await fates(click)).toEqual(['FILTERED_BY_RULES', 'delivered'])
  expect((await fate(hook.id, click))?.detail).toContain('schema page keeps "Click" from Webhooks (Actions)')
  expect(await fates(other)).toEqual(['delivered', 'delivered'])
  expect(await fates(named)).toEqual(['delivered', 'delivered'])
  expect(await fates(all)).toEqual(['FILTERED_BY_RULES', 'delivered'])
  expect((await change(true)).body.data.integrationFilters).toEqual([])
  const again = await track({})
  await deliver()
  expect(await fates(again)).toEqual(['delivered', 'delivered'])
})

it('SRC-09 the switch is about all destinations of the tool at the source, all pages are one event, and wrong ones are refused', async () => {
  const { id, send } = await source()
  const [first, second] = [await webhook(id), await webhook(id)]
  const path = `${S}/sources/${id}/integration-filters`
  const page = { type: 'page', name: 'Page Viewed', metadataId: 'actions-webhook', enabled: false }
  expect((await api.call('PATCH', path, page)).status).toBe(200)
  expect((await api.call('PATCH', path, { ...page, type: 'identify', name: '' })).status).toBe(200)
  for (const call of [{ type: 'page', name: 'Home' }, { type: 'identify' }, { type: 'track', event: 'Page Viewed' }])
    await send(call)
  await deliver()
  expect([first, second].map(({ bodies }) => bodies().map(({ type }) => type))).toEqual([['track'], ['track']])
  expect((await api.call('PATCH', path, { ...page, name: '' })).body.error.message).toBe('name: is missing')
  expect((await api.call('PATCH', path, { ...page, metadataId: 'nothing' })).status).toBe(422)
  expect((await api.call('GET', `${S}/sources/src_spa_decoy/integration-filters`)).status).toBe(404)
})

it('a destination that is switched off gets nothing that is sent while it is, nor what still waited', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const waiting = await send({ type: 'track', event: 'Waiting' })
  await api.call('PATCH', `${S}/destinations/${hook.id}`, { enabled: false })
  const meanwhile = await send({ type: 'track', event: 'Meanwhile' })
  await deliver()
  expect(await fate(hook.id, waiting)).toMatchObject({ status: 'discarded', reason: 'NO_ENABLED_DESTINATIONS' })
  expect(await fate(hook.id, meanwhile)).toBeUndefined()
  await api.call('PATCH', `${S}/destinations/${hook.id}`, { enabled: true })
  pass(1_000)
  await send({ type: 'track', event: 'Again' })
  await deliver()
  expect(hook.bodies().map(({ event }) => event)).toEqual(['Again'])
})
