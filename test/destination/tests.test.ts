import { expect, it } from 'vitest'
import { delivering } from './support.ts'

const { api, decoy, S, source, webhook, map, deliver, rows } = await delivering()

const tryAt = async (id: string, call: object) => (await api.call('POST', `${S}/destinations/${id}/tests`, { call })).body.data

it('MAP-20 the event tester shows the real request and answer of every mapping that is on and fits, and skips filters and transformations', async () => {
  const { id } = await source()
  const hook = await webhook(id, ({ path }) => ({ status: path === '/no' ? 400 : 200, body: { at: path } }), {
    sharedSecret: 'between us',
  })
  const no = await map(hook.id, {
    name: 'no',
    settings: { url: `${hook.tool.url}/no`, headers: { 'x-own': 'hidden' }, data: { who: { '@path': '$.userId' } } },
  })
  await map(hook.id, { trigger: 'type = "identify"', settings: { url: `${hook.tool.url}/identify` } })
  await map(hook.id, { enabled: false, settings: { url: `${hook.tool.url}/off` } })
  const odd = await map(hook.id, { settings: { url: { '@path': '$.properties.nothing' } } })
  await api.call('POST', `${S}/destination/${hook.id}/filters`, { title: 'x', if: 'all', actions: [{ type: 'DROP' }] })
  await api.call('POST', `${S}/transformations`, {
    ...{ sourceId: id, name: 'T', if: "event = 'Order'", newEventName: 'Changed', destinationMetadataId: 'actions-webhook' },
  })
  const before = (await rows('event_delivery')).length
  const { message, requests } = await tryAt(hook.id, { type: 'track', event: 'Order', userId: 'ada' })
  expect(message).toBeNull()
  expect(requests).toMatchObject([
    {
      mappingId: hook.mapping,
      sent: true,
      outcome: 'delivered',
      status: 200,
      response: '{"at":"/"}',
      request: { method: 'POST' },
    },
    {
      mappingId: no,
      outcome: 'failed',
      reason: '400',
      status: 400,
      request: { url: `${hook.tool.url}/no`, body: '{"who":"ada"}' },
    },
    { mappingId: odd, sent: false, outcome: 'discarded', reason: 'FILTERED_AT_MAPPING' },
  ])
  expect(JSON.stringify(requests)).not.toContain('hidden')
  expect(hook.bodies()[0]).toMatchObject({
    event: 'Order',
    userId: 'ada',
    messageId: expect.any(String),
    timestamp: expect.any(String),
  })
  expect(hook.tool.calls[0]?.headers['x-signature']).toBeDefined()
  await deliver()
  expect([hook.tool.calls.length, (await rows('event_delivery')).length]).toEqual([2, before])
})

it('MAP-20 where no mapping fits, or the tool does not take such calls, it says so and sends nothing', async () => {
  const { id } = await source()
  const hook = await webhook(id)
  await api.call('PATCH', `${S}/destinations/${hook.id}/mappings/${hook.mapping}`, { trigger: 'event = "Other"' })
  expect(await tryAt(hook.id, { type: 'track', event: 'Order' })).toEqual({
    message: 'No trigger of a mapping fits the call.',
    reason: 'NO_MATCHING_MAPPING',
    requests: [],
  })
  expect(await tryAt(hook.id, { type: 'odd' })).toMatchObject({ reason: 'UNSUPPORTED_EVENT_TYPE', requests: [] })
  expect(hook.tool.calls).toEqual([])
  expect((await decoy.call('POST', `/spaces/spa_decoy/destinations/${hook.id}/tests`, { call: { type: 'track' } })).status).toBe(
    404,
  )
})
