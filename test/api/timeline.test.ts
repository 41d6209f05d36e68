import { expect, it } from 'vitest'
import { basic, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const api = await testApi(await freshDatabase())

const timelineOf = async (id: string) =>
  (await api.call('GET', `/spaces/spa_test/profiles/user_id:${id}/timeline?kinds=trait`)).body

it('an identify call says on the timeline what it told', async () => {
  await post(api.server, '/v1/identify', { userId: 'ada', traits: { plan: 'pro', seats: 3 } }, basic(api.writeKey))
  expect((await timelineOf('ada')).data.entries).toMatchObject([
    { kind: 'trait', title: 'Told us plan, seats', data: { plan: 'pro', seats: 3 } },
  ])
})

it.each([[['a list']], ['a text'], [5], [null]])('context.traits that are %j are nothing that it told', async (traits) => {
  const userId = `odd ${JSON.stringify(traits)}`
  await post(api.server, '/v1/identify', { userId, context: { traits } }, basic(api.writeKey))
  const { data } = await timelineOf(encodeURIComponent(userId))
  expect(data.entries).toMatchObject([{ kind: 'trait', title: 'Was identified' }])
})
