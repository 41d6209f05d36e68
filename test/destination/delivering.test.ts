import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { CUSTOMER_IO, startCustomerIo } from '../support/fakes/customer-io.ts'
import { delivering } from './support.ts'

const { source, connect, webhook, deliver, fate, trap, rows, map } = await delivering()

it('a call of a source goes to its webhook as it came, signed, under its id, and the decoy’s goes to the decoy’s', async () => {
  const { id, send } = await source()
  const hook = await webhook(id, undefined, { sharedSecret: 'between us' })
  const messageId = await send({
    type: 'track',
    event: 'Order Completed',
    properties: { total: 12.5 },
    context: { ip: '8.8.8.8' },
  })
  await deliver()
  expect(hook.bodies()).toEqual([
    expect.objectContaining({
      type: 'track',
      event: 'Order Completed',
      userId: 'ada',
      messageId,
      properties: { total: 12.5 },
      context: { ip: '8.8.8.8' },
      receivedAt: '2026-03-10T12:00:00.000Z',
    }),
  ])
  expect(hook.bodies()[0]).not.toHaveProperty('writeKey')
  const [call] = hook.tool.calls
  expect(call?.headers['x-signature']).toBe(
    createHmac('sha1', 'between us')
      .update(call?.body ?? '')
      .digest('hex'),
  )
  const [, at, stamped] = /^t=(\d+),v1=(\w+)$/.exec(String(call?.headers['usher-signature'])) ?? []
  expect(stamped).toBe(createHmac('sha256', 'between us').update(`${at}.${call?.body}`).digest('hex'))
  expect(call?.headers['usher-message-id']).toBe(encodeURIComponent(messageId))
  expect(await fate(hook.id, messageId)).toMatchObject({
    status: 'delivered',
    reason: null,
    attempts: [{ status: 200, outcome: 'delivered' }],
  })
  expect(trap.calls.map(({ body }) => JSON.parse(body).event)).toEqual(['Decoy'])
})

it('a call that is sent twice is delivered once', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  await send({ type: 'track', event: 'Twice', messageId: 'twice' })
  await send({ type: 'track', event: 'Twice', messageId: 'twice' })
  await deliver()
  expect(hook.tool.calls).toHaveLength(1)
})

it('calls reach Customer.io in the words of its API', async () => {
  const { id, send } = await source()
  const tool = await startCustomerIo()
  const destination = await connect(id, 'actions-customerio', { ...CUSTOMER_IO, baseUrl: tool.url })
  for (const [actionId, trigger] of [
    ['createUpdatePerson', 'type = "identify"'],
    ['trackEvent', 'type = "track"'],
    ['trackPageView', 'type = "page"'],
  ])
    await map(destination, { actionId, trigger })
  await send({ type: 'identify', traits: { email: 'ada@example.com', created_at: '2026-01-01T00:00:00Z', plan: 'pro' } })
  await send({ type: 'track', event: 'Order Completed', properties: { total: 5 }, timestamp: '2026-03-09T00:00:00Z' })
  await send({ type: 'page', name: 'Home', userId: null, anonymousId: 'somebody' })
  const group = await send({ type: 'group', groupId: 'acme' })
  await deliver()
  expect(tool.calls.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
    'POST /api/v1/customers/ada/events',
    'POST /api/v1/events',
    'PUT /api/v1/customers/ada',
  ])
  const bodies = tool.calls.map(({ body }) => JSON.parse(body))
  expect(bodies).toContainEqual({ email: 'ada@example.com', plan: 'pro', created_at: 1_767_225_600 })
  expect(bodies).toContainEqual({ name: 'Order Completed', type: 'event', data: { total: 5 }, timestamp: 1_773_014_400 })
  expect(bodies).toContainEqual(expect.objectContaining({ name: 'Home', type: 'page', anonymous_id: 'somebody' }))
  expect(await fate(destination, group)).toMatchObject({ status: 'discarded', reason: 'UNSUPPORTED_EVENT_TYPE' })
})

it('without a destination a source writes nothing for any', async () => {
  const { send } = await source()
  const before = (await rows('event_delivery')).length
  await send({ type: 'track', event: 'Nowhere' })
  expect(await rows('event_delivery')).toHaveLength(before)
})
