import { expect, it } from 'vitest'
import { delivering } from './support.ts'

const { api, decoy, S, source, webhook, deliver, pass, rows } = await delivering()

it('SRC-15 says how many calls a replay would send, and sends none', async () => {
  const { id, send } = await source()
  const hook = await webhook(id, ({ body }) => ({ status: JSON.parse(body).event === 'Bad' ? 400 : 200 }))
  for (const event of ['Good', 'Good', 'Bad']) await send({ type: 'track', event, timestamp: '2026-03-10T11:00:00Z' })
  await deliver()
  pass(1_000)
  const before = (await rows('event_delivery')).length
  const look = (body: object) =>
    api.call('POST', `${S}/destinations/${hook.id}/replay-previews`, { sourceId: id, from: '2026-03-10T00:00:00Z', ...body })
  const count = async (body: object) => (await look(body)).body.data.expected
  expect(await count({})).toBe(3)
  expect(await count({ names: ['Good'] })).toBe(2)
  expect(await count({ types: ['page'] })).toBe(0)
  expect(await count({ failedOnly: true })).toBe(1)
  const wrong = await look({ to: '2027-01-01T00:00:00Z' })
  expect([wrong.status, wrong.body.error.problems[0].field]).toEqual([422, 'to'])
  const elsewhere = `/spaces/spa_decoy/destinations/${hook.id}/replay-previews`
  expect((await decoy.call('POST', elsewhere, { sourceId: id, from: '2026-03-10T00:00:00Z' })).status).toBe(404)
  expect((await rows('event_delivery')).length).toBe(before)
  const { replays } = (await api.call('GET', `${S}/destinations/${hook.id}/replays`)).body.data
  expect(replays).toEqual([])
})
