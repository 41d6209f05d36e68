import { expect, it } from 'vitest'
import { CUSTOMER_IO, startCustomerIo } from '../support/fakes/customer-io.ts'
import { trackRule } from '../tracking-plan/support/planned.ts'
import { delivering } from './support.ts'

const { api, S, source, connect, webhook, deliver, map, fate } = await delivering()

const transform = async (sourceId: string, body: object, destination = 'actions-webhook') => {
  const answer = await api.call('POST', `${S}/transformations`, {
    sourceId,
    name: 'T',
    ...body,
    destinationMetadataId: destination,
  })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
}

it('PRO-27 a transformation of one tool: only that tool sees the change, all its destinations do, and a filter on the old name still matches', async () => {
  const { id, send } = await source()
  const [first, second] = [await webhook(id), await webhook(id)]
  const tool = await startCustomerIo()
  const customerIo = await connect(id, 'actions-customerio', { ...CUSTOMER_IO, baseUrl: tool.url })
  await map(customerIo, { actionId: 'trackEvent', trigger: 'type = "track"' })
  await transform(id, {
    if: "event = 'Order Completed'",
    newEventName: 'Purchase',
    propertyRenames: [{ oldName: 'total', newName: 'amount' }],
  })
  await api.call('POST', `${S}/destination/${second.id}/filters`, {
    title: 'old name',
    if: 'event = "Order Completed" and properties.total > 100',
    actions: [{ type: 'DROP' }],
  })
  const small = await send({ type: 'track', event: 'Order Completed', properties: { total: 5 } })
  const large = await send({ type: 'track', event: 'Order Completed', properties: { total: 500 } })
  await deliver()
  const purchase = (messageId: string, amount: number) =>
    expect.objectContaining({ event: 'Purchase', messageId, properties: { amount } })
  expect(first.bodies().toSorted((a, b) => a.properties.amount - b.properties.amount)).toEqual([
    purchase(small, 5),
    purchase(large, 500),
  ])
  expect(second.bodies()).toEqual([purchase(small, 5)])
  expect(await fate(second.id, large)).toMatchObject({ status: 'filtered', reason: 'FILTERED_BY_RULES', name: 'Order Completed' })
  const told = tool.calls.map(({ body }) => JSON.parse(body))
  expect(told.map(({ name }) => name)).toEqual(['Order Completed', 'Order Completed'])
  expect(told.map(({ data }) => data.total).toSorted((a, b) => a - b)).toEqual([5, 500])
})

it('PRO-27 what a filter took away stays away behind the transformation, and triggers see the new name', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  await transform(id, { if: "event = 'Order Completed'", newEventName: 'Purchase' })
  await api.call('POST', `${S}/destination/${hook.id}/filters`, {
    title: 'strip',
    if: 'all',
    actions: [{ type: 'DROP_PROPERTIES', fields: { properties: ['email'] } }],
  })
  await api.call('PATCH', `${S}/destinations/${hook.id}/mappings/${hook.mapping}`, { trigger: 'event = "Purchase"' })
  await send({ type: 'track', event: 'Order Completed', properties: { email: 'a@b.c', total: 5 } })
  await deliver()
  expect(hook.bodies()).toEqual([expect.objectContaining({ event: 'Purchase', properties: { total: 5 } })])
})

it('PRO-27 a tool’s transformation that drops the call keeps it from that tool only', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  await transform(id, { if: "event = 'Private'", drop: true }, 'actions-customerio')
  const tool = await startCustomerIo()
  const customerIo = await connect(id, 'actions-customerio', { ...CUSTOMER_IO, baseUrl: tool.url })
  await map(customerIo, { actionId: 'trackEvent', trigger: 'type = "track"' })
  const messageId = await send({ type: 'track', event: 'Private' })
  await deliver()
  expect([hook.tool.calls.length, tool.calls.length]).toEqual([1, 0])
  expect(await fate(customerIo, messageId)).toMatchObject({
    status: 'filtered',
    detail: expect.stringContaining('transformation "T"'),
  })
})

it('MAP-14 one call on its way: source’s transformation, destination filter, tool’s transformation, trigger, insert function, mapping, request', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  await api.call('POST', `${S}/transformations`, { sourceId: id, name: 'S', if: "event = 'sent'", newEventName: 'source' })
  const filter = {
    title: 'f',
    if: 'event = "source"',
    actions: [{ type: 'DROP_PROPERTIES', fields: { properties: ['filtered'] } }],
  }
  await api.call('POST', `${S}/destination/${hook.id}/filters`, filter)
  await transform(id, { if: "event = 'source'", newEventName: 'tool' })
  await api.call('PATCH', `${S}/destinations/${hook.id}/mappings/${hook.mapping}`, {
    trigger: 'event = "tool"',
    settings: { url: hook.tool.url, data: { seen: { '@path': '$.event' }, rest: { '@path': '$.properties' } } },
  })
  const messageId = await send({ type: 'track', event: 'sent', properties: { filtered: 1, kept: 2 } })
  const asked: unknown[] = []
  await deliver({
    insert: async ({ call }) => {
      asked.push(call['event'])
      return { kind: 'call', call: { ...call, event: 'inserted' } }
    },
  })
  expect(asked).toEqual(['tool'])
  expect(hook.bodies()).toEqual([{ seen: 'inserted', rest: { kept: 2 } }])
  expect(await fate(hook.id, messageId)).toMatchObject({ status: 'delivered', name: 'source' })
})

it('MAP-14 an insert function is not asked about a call that no trigger fits, and may drop, put off or refuse what it is asked', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  await api.call('PATCH', `${S}/destinations/${hook.id}/mappings/${hook.mapping}`, { trigger: 'type = "track"' })
  const by = { drop: 'DROP_EVENT', retry: 'LATER', failed: 'INVALID' } as const
  const sent = new Map<string, string>()
  for (const event of Object.keys(by)) sent.set(event, await send({ type: 'track', event }))
  await send({ type: 'identify' })
  const asked: unknown[] = []
  await deliver({
    insert: async ({ call }) => {
      asked.push(call['event'])
      const kind = call['event'] as keyof typeof by
      return kind === 'drop' ? { kind, detail: 'said so' } : { kind, reason: by[kind], detail: 'said so' }
    },
  })
  expect(asked.toSorted()).toEqual(['drop', 'failed', 'retry'])
  const fateOf = async (event: string) => {
    const { status, reason } = await fate(hook.id, sent.get(event) ?? '')
    return [status, reason]
  }
  expect(await fateOf('drop')).toEqual(['discarded', 'DROP_EVENT'])
  expect(await fateOf('retry')).toEqual(['queued', 'LATER'])
  expect(await fateOf('failed')).toEqual(['failed', 'INVALID'])
  expect(hook.tool.calls).toEqual([])
})

it('PRO-15 PRO-16 what a plan blocks is absent at a destination, and what it omits the delivered call says', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const made = await api.call('POST', `${S}/tracking-plans`, { name: 'Plan', type: 'LIVE' })
  const plan = made.body.data.trackingPlan.id
  await api.call('PUT', `${S}/tracking-plans/${plan}/rules`, { rules: [trackRule('Order', { revenue: { type: 'number' } })] })
  await api.call('POST', `${S}/tracking-plans/${plan}/sources`, { sourceId: id })
  const settings = { track: { allowUnplannedEvents: false, allowUnplannedEventProperties: false } }
  expect((await api.call('PATCH', `${S}/sources/${id}/settings`, settings)).status).toBe(200)
  const unplanned = await send({ type: 'track', event: 'Unplanned' })
  await send({ type: 'track', event: 'Order', properties: { revenue: 5, newProperty: 'x' } })
  await deliver()
  expect(await fate(hook.id, unplanned)).toBeUndefined()
  expect(hook.bodies()).toEqual([
    expect.objectContaining({
      event: 'Order',
      properties: { revenue: 5 },
      context: expect.objectContaining({ protocols: expect.objectContaining({ omitted: ['newProperty'] }) }),
    }),
  ])
})

it('SRC-08 a trait or an event that is switched off at the source is missing at a destination', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const off = (body: object) => api.call('PATCH', `${S}/sources/${id}/switches`, { ...body, enabled: false })
  expect((await off({ type: 'identify', path: 'phone' })).status).toBe(200)
  expect((await off({ type: 'track', name: 'Noise' })).status).toBe(200)
  await send({ type: 'identify', traits: { phone: '1', plan: 'pro' } })
  await send({ type: 'track', event: 'Noise' })
  await deliver()
  expect(hook.bodies()).toEqual([expect.objectContaining({ type: 'identify', traits: { plan: 'pro' } })])
})
