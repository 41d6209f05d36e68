import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { basic, pictureOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const eve = { type: 'identify', userId: 'eve', traits: { email: 'Eve@Example.com', plan: 'pro' } }
const settle = async (): Promise<void> => {
  clock = new Date(clock.getTime() + 60_000)
  await evaluateFullyDue(db, clock)
  while ((await evaluateDue(db, clock)).more);
}
for (const of of [api, decoy]) {
  await post(of.server, '/v1/batch', { batch: [eve, { type: 'track', userId: 'eve', event: 'Order' }] }, basic(of.writeKey))
  await selectRows(db, sql`insert into identifier_rule (space_id, type, value_limit) values (${of.spaceId}, 'user_id', 3)`)
}
await api.call('POST', '/spaces/spa_test/audiences', {
  name: 'Reachable',
  definition: { query: "event('Order').count() >= 1" },
  options: { filterByExternalIds: ['email'] },
})
await settle()

const remove = async (id: string, body: unknown, collection = 'users', of = api) => {
  const answer = await of.server.inject({
    method: 'POST',
    url: `/v1/spaces/${of.spaceId}/collections/${collection}/profiles/${id}/external_ids/delete`,
    headers: { ...basic(of.profileToken), 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  })
  return { status: answer.statusCode, body: answer.json(), requestId: answer.headers['request-id'] }
}
it.each([
  ['application/json', '{'],
  ['application/json', ''],
  ['application/xml', '<a/>'],
])('IDR-19 a body that cannot be read is bad_request: %s %j', async (type, payload) => {
  const url = `/v1/spaces/spa_test/collections/users/profiles/user_id:eve/external_ids/delete`
  const headers = { ...basic(api.profileToken), 'content-type': type }
  const answer = await api.server.inject({ method: 'POST', url, headers, payload })
  expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request'])
})
const one = (type: string, id: string) => ({ delete_external_ids: [{ id, type }] })

it.each([
  ['the last user id', 'user_id:eve', one('user_id', 'eve'), 400, 'bad_request'],
  ['a group id', 'user_id:eve', one('group_id', 'acme'), 400, 'unsupported_eid_type'],
  ['a group id in capitals', 'user_id:eve', one('GROUP_ID', 'acme'), 400, 'unsupported_eid_type'],
  ['an id that is not theirs', 'user_id:eve', one('email', 'bob@example.com'), 404, 'eid_not_found'],
  ['of a type that every object has', 'user_id:eve', one('constructor', 'x'), 404, 'eid_not_found'],
  ['of nobody', 'user_id:nobody', one('email', 'eve@example.com'), 404, 'not_found'],
  ['by an email', 'email:eve@example.com', one('user_id', 'eve'), 400, 'bad_request'],
  [
    'two at once',
    'user_id:eve',
    {
      delete_external_ids: [
        { id: 'a', type: 'x' },
        { id: 'b', type: 'x' },
      ],
    },
    400,
    'bad_request',
  ],
  ['none', 'user_id:eve', { delete_external_ids: [] }, 400, 'bad_request'],
  ['no type', 'user_id:eve', { delete_external_ids: [{ id: 'a' }] }, 400, 'bad_request'],
  ['an empty body', 'user_id:eve', {}, 400, 'bad_request'],
])('IDR-19 %s is refused with its code', async (_, named, body, status, code) => {
  const before = await pictureOf(db, 'spa_test')
  const answer = await remove(named, body)
  expect([answer.status, answer.body.error.code]).toEqual([status, code])
  expect(answer.body.error.message).not.toBe('')
  expect(answer.requestId).toBeTruthy()
  expect(await pictureOf(db, 'spa_test')).toEqual(before)
})

it('IDR-19 of an account nothing is deleted, and without a token of the Profile API nothing at all', async () => {
  expect((await remove('group_id:acme', one('group_id', 'acme'), 'accounts')).body.error.code).toBe('bad_request')
  const answer = await api.call(
    'POST',
    '/v1/spaces/spa_test/collections/users/profiles/user_id:eve/external_ids/delete',
    one('email', 'eve@example.com'),
  )
  expect(answer.status).toBe(401)
})

const members = async () => (await selectRows(db, sql`select profile_id from membership where space_id = 'spa_test'`)).length
const found = async (reference: string) => (await api.call('GET', `/spaces/spa_test/profiles/${reference}`)).status

it('IDR-19 one id is removed, traits and events stay; audiences that ask for it follow; who says it again is known by it again', async () => {
  expect(await members()).toBe(1)
  expect(await remove('user_id:eve', one('EMAIL', ' EVE@example.com'))).toMatchObject({ status: 200, body: { code: 'success' } })
  expect([await found('email:eve@example.com'), await found('user_id:eve')]).toEqual([404, 200])
  const [person] = (await pictureOf(db, 'spa_test')).people
  expect(person).toMatchObject({ identifiers: { user_id: ['eve'] }, traits: { plan: 'pro' } })
  expect(person?.events).toHaveLength(2)
  await settle()
  expect(await members()).toBe(0)
  await post(api.server, '/v1/identify', { userId: 'mia', traits: { email: 'eve@example.com' } }, basic(api.writeKey))
  const { people } = await pictureOf(db, 'spa_test')
  expect(people.map(({ identifiers }) => identifiers)).toEqual([
    { email: ['eve@example.com'], user_id: ['mia'] },
    { user_id: ['eve'] },
  ])
  expect((await pictureOf(db, 'spa_decoy')).people[0]?.identifiers).toMatchObject({ email: ['eve@example.com'] })
})

it('IDR-19 of two user ids one goes and the other stays', async () => {
  await post(api.server, '/v1/identify', { userId: 'mia.2', traits: { email: 'eve@example.com' } }, basic(api.writeKey))
  expect(await found('user_id:mia.2')).toBe(200)
  expect((await remove('user_id:mia.2', one('user_id', 'mia'))).status).toBe(200)
  expect([await found('user_id:mia'), await found('user_id:mia.2')]).toEqual([404, 200])
  expect((await remove('user_id:mia.2', one('user_id', 'mia.2'))).body.error.code).toBe('bad_request')
})
