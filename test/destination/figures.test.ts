import { expect, it } from 'vitest'
import { delivering } from './support.ts'

const { api, decoy, S, source, connect, webhook, deliver, pass } = await delivering()

const figuresOf = async (id: string, query = '') => {
  const { figures } = (await api.call('GET', `${S}/destination-figures${query}`)).body.data
  return figures.find(({ destinationId }: { destinationId: string }) => destinationId === id)
}

it('says what the calls of a day came to, what waits, and what went wrong last', async () => {
  const { id, send } = await source()
  const hook = await webhook(id, ({ body }) => ({ status: JSON.parse(body).properties.answer }))
  expect(await figuresOf(hook.id)).toMatchObject({ delivered: 0, waiting: 0, mappings: 2, mappingsOn: 1, lastError: null })
  await send({ type: 'track', event: 'Old', properties: { answer: 200 } })
  await deliver()
  pass(25 * 3_600_000)
  for (const answer of [200, 200, 400, 503]) {
    await send({ type: 'track', event: 'Order', properties: { answer } })
    pass(1_000)
  }
  expect(await figuresOf(hook.id)).toMatchObject({ waiting: 4, lastError: null })
  await deliver()
  expect(await figuresOf(hook.id)).toMatchObject({
    ...{ delivered: 2, failed: 1, filtered: 0, discarded: 0, waiting: 1, capped: false },
    lastError: { reason: '503' },
  })
  await api.call('POST', `${S}/destination/${hook.id}/filters`, { title: 'none', if: 'all', actions: [{ type: 'DROP' }] })
  await send({ type: 'track', event: 'Order', properties: { answer: 200 } })
  await deliver()
  expect(await figuresOf(hook.id)).toMatchObject({ delivered: 2, filtered: 1 })
})

it('answers those of one source where one is named, and none of another space', async () => {
  const [mine, other] = [await source(), await source()]
  const hook = await connect(mine.id, 'actions-webhook')
  expect(await figuresOf(hook, `?sourceId=${mine.id}`)).toMatchObject({ mappings: 1, mappingsOn: 0 })
  expect(await figuresOf(hook, `?sourceId=${other.id}`)).toBeUndefined()
  const { figures } = (await decoy.call('GET', '/spaces/spa_decoy/destination-figures')).body.data
  expect(figures).toMatchObject([{ mappings: 2, mappingsOn: 1 }])
})
