import { expect, it } from 'vitest'
import { startFake } from '../support/fakes/http.ts'
import { delivering } from './support.ts'

const { source, connect, webhook, deliver, map, fate, pass } = await delivering()

it('MAP-05 two mappings that fit one call make two requests, in their order', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const second = await map(hook.id, {
    trigger: 'event = "Order" and properties.total > 10',
    settings: { url: hook.tool.url, method: 'PUT', data: { total: { '@path': '$.properties.total' } } },
  })
  const messageId = await send({ type: 'track', event: 'Order', properties: { total: 12 } })
  await send({ type: 'track', event: 'Order', properties: { total: 5 } })
  await deliver()
  const methods = hook.tool.calls.map(({ method }) => method).toSorted()
  expect(methods).toEqual(['POST', 'POST', 'PUT'])
  const { attempts, status } = await fate(hook.id, messageId)
  expect(status).toBe('delivered')
  expect(attempts.map(({ mappingId }: { mappingId: string }) => mappingId).toSorted()).toEqual([hook.mapping, second].toSorted())
})

it('MAP-05 of two requests only the one that was not taken is sent again; one that was refused is not, and is told', async () => {
  const { id, send } = await source()
  const answers = new Map([
    ['/ok', 200],
    ['/later', 503],
    ['/never', 400],
  ])
  const tool = await startFake(({ path }) => ({ status: answers.get(path) ?? 500 }))
  const destination = await connect(id, 'actions-webhook')
  for (const path of answers.keys())
    await map(destination, { trigger: `properties.to != "${path}"`, settings: { url: `${tool.url}${path}` } })
  const all = await send({ type: 'track', event: 'All', properties: {} })
  const fine = await send({ type: 'track', event: 'Fine', properties: { to: '/never' } })
  await deliver()
  expect(await fate(destination, all)).toMatchObject({ status: 'queued', reason: '503' })
  answers.set('/later', 200)
  pass(60_000)
  await deliver()
  const count = (path: string) => tool.calls.filter((call) => call.path === path).length
  expect([count('/ok'), count('/later'), count('/never')]).toEqual([2, 4, 1])
  expect(await fate(destination, all)).toMatchObject({ status: 'failed', reason: '400' })
  expect(await fate(destination, fine)).toMatchObject({ status: 'delivered' })
})

it('MAP-06 a call that fits no mapping, or meets none that is on, is counted NO_MATCHING_MAPPING', async () => {
  const { id, send } = await source()
  const destination = await connect(id, 'actions-webhook')
  const none = await send({ type: 'track', event: 'A' })
  await deliver()
  expect(await fate(destination, none)).toMatchObject({
    status: 'discarded',
    reason: 'NO_MATCHING_MAPPING',
    detail: 'The destination has no mapping that is switched on.',
  })
  await map(destination, { trigger: 'event = "B"', settings: { url: 'https://never.example' } })
  const other = await send({ type: 'track', event: 'A' })
  await deliver()
  expect(await fate(destination, other)).toMatchObject({
    reason: 'NO_MATCHING_MAPPING',
    detail: 'No trigger of a mapping fits the call.',
  })
})

it('MAP-06 a trigger that cannot decide does not fit', async () => {
  const { id, send } = await source()
  const hook = await connect(id, 'actions-webhook')
  await map(hook, { trigger: 'properties.total > 10', settings: { url: 'https://never.example' } })
  const messageId = await send({ type: 'track', event: 'A', properties: { total: 'many' } })
  await deliver()
  expect(await fate(hook, messageId)).toMatchObject({ status: 'discarded', reason: 'NO_MATCHING_MAPPING' })
})

it('a mapping that makes no request of a call discards it with what is missing', async () => {
  const { id, send } = await source()
  const tool = await startFake(() => ({ status: 200 }))
  const destination = await connect(id, 'actions-webhook')
  await map(destination, {
    settings: { url: { '@path': '$.properties.callback' }, headers: { 'x-user': { '@path': '$.userId' } } },
  })
  const [none, odd, fine] = [
    await send({ type: 'track', event: 'A' }),
    await send({ type: 'track', event: 'A', properties: { callback: 'file:///etc/passwd' } }),
    await send({ type: 'track', event: 'A', properties: { callback: `${tool.url}/hook` } }),
  ]
  await deliver()
  expect(await fate(destination, none)).toMatchObject({
    status: 'discarded',
    reason: 'FILTERED_AT_MAPPING',
    detail: expect.stringContaining('url'),
  })
  expect(await fate(destination, odd)).toMatchObject({
    status: 'discarded',
    reason: 'FILTERED_AT_MAPPING',
    detail: expect.stringContaining('is no address'),
  })
  expect(await fate(destination, fine)).toMatchObject({ status: 'delivered' })
  expect(tool.calls.map(({ path, headers }) => [path, headers['x-user']])).toEqual([['/hook', 'ada']])
})

it.each([
  ['a line break', { 'x-odd': 'a\r\nhost: elsewhere' }],
  ['a name of ours', { 'usher-message-id': 'm' }],
  ['a name of the connection', { Host: 'elsewhere' }],
])('a header with %s is not sent', async (_, headers) => {
  const { id, send } = await source()
  const tool = await startFake(() => ({ status: 200 }))
  const destination = await connect(id, 'actions-webhook')
  await map(destination, { settings: { url: tool.url, headers } })
  const messageId = await send({ type: 'track', event: 'A' })
  await deliver()
  expect(await fate(destination, messageId)).toMatchObject({ status: 'discarded', reason: 'FILTERED_AT_MAPPING' })
  expect(tool.calls).toEqual([])
})
