import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { basic, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)

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

it('IDR-14 the timeline is found by every name that a profile is found by, in every spelling and after any number of merges', async () => {
  const tell = (seconds: number, ...names: string[]) =>
    ingestCalls(
      database.db,
      { spaceId: 'spa_test', sourceId: 'src' },
      names.map((name) => ({ type: 'identify', anonymousId: name, traits: { email: 'chain@example.com' } })),
      { receivedAt: new Date(Date.UTC(2026, 2, 10, 12, 0, seconds)), random: (bytes) => randomBytes(bytes) },
    )
  const idOf = async (reference: string): Promise<string> =>
    (await api.call('GET', `/spaces/spa_test/profiles/${reference}`)).body.data.profile.id
  // The older survives, so each that comes is older than the one before.
  const names = ['youngest', 'middle', 'oldest']
  for (const [at, name] of names.entries())
    await ingestCalls(database.db, { spaceId: 'spa_test', sourceId: 'src' }, [{ type: 'identify', anonymousId: name }], {
      receivedAt: new Date(Date.UTC(2026, 2, 10 - at, 12)),
      random: (bytes) => randomBytes(bytes),
    })
  const ids = await Promise.all(names.map((name) => idOf(`anonymous_id:${name}`)))
  await tell(0, 'youngest', 'middle')
  await tell(1, 'middle', 'oldest')
  const survivor = await idOf('email:chain@example.com')
  for (const name of [...ids, survivor, 'email:Chain@Example.com', 'ANONYMOUS_ID:middle']) {
    const { status, body } = await api.call('GET', `/spaces/spa_test/profiles/${encodeURIComponent(name)}/timeline?kinds=trait`)
    expect([status, body.data?.entries.length], name).toEqual([200, 7])
  }
  expect((await api.call('GET', '/spaces/spa_test/profiles/nobody/timeline')).status).toBe(404)
})
