import { expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { basic, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { foundInDump } from '../support/dump.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const other = await testApi(database, 'spa_other', () => clock)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
for (const of of [api, other])
  await post(
    of.server,
    '/v1/batch',
    { batch: [{ type: 'identify', userId: 'u1', traits: { in: of.spaceId } }] },
    basic(of.writeKey),
  )

const make = async (body: object, of = api) => (await of.call('POST', `/spaces/${of.spaceId}/tokens`, body)).body.data
const list = async (of = api) => (await of.call('GET', `/spaces/${of.spaceId}/tokens`)).body.data.tokens
const profileApi = async (secret: string, space = 'spa_test') => {
  const at = `/v1/spaces/${space}/collections/users/profiles/user_id:u1/traits`
  // As Segment's clients do: the token as user name of Basic, no password.
  const answer = await api.server.inject({ url: at, headers: basic(secret) })
  return { status: answer.statusCode, body: answer.json() }
}
const manage = async (secret: string) =>
  (await api.server.inject({ url: '/spaces/spa_test/audiences', headers: { authorization: `Bearer ${secret}` } })).statusCode

it('PRF-09 a token is shown once: in no answer, list or row is it again, only its hash', async () => {
  const { token, secret } = await make({ name: 'Shop backend' })
  expect(token).toMatchObject({ name: 'Shop backend', kind: 'profile_api', createdBy: 'test', current: false })
  expect(token).not.toHaveProperty('lastUsedAt')
  expect(secret).toMatch(/^[\w-]{32}$/)
  expect((await profileApi(secret)).body.traits).toEqual({ in: 'spa_test' })
  expect(JSON.stringify(await list())).not.toContain(secret)
  expect(await foundInDump(db, [secret])).toEqual([])
  expect(await foundInDump(db, [sha256(secret)])).toEqual([`api_token: ${sha256(secret)}`])
})

it('PRF-09 a token opens its own space only, and the Profile API only', async () => {
  const { secret } = await make({ name: 'Reader' })
  expect((await profileApi(secret, 'spa_other')).status).toBe(403)
  expect(await manage(secret)).toBe(403)
  const live = await api.server.inject({ url: '/session', headers: { authorization: `Bearer ${secret}` } })
  expect(live.statusCode).toBe(403)
  // What manages the space does not read profiles by the Profile API, so that it is not carried about.
  const refused = await profileApi(api.token)
  expect([refused.status, refused.body.error.code]).toEqual([401, 'authentication_error'])
  expect(refused.body.error.message).toContain('usher token add')
  const names = (await list(other)).map(({ name }: { name: string }) => name)
  expect(names.toSorted()).toEqual(['test', 'test profiles'])
})

it('PRF-09 with a token that reads profiles nothing is made in its space from another one', async () => {
  const definition = { query: "event('Order').count() >= 1" }
  const { audience } = (await other.call('POST', '/spaces/spa_other/audiences', { name: 'Copied', definition })).body.data
  const at = `/spaces/spa_other/audiences/${audience.id}`
  const resolved = { accept: { events: ['Order'], traits: [] } }
  const copy = (token: string) => other.call('POST', `${at}/clones`, { name: 'Copied', token, ...resolved })
  expect((await copy(api.profileToken)).status).toBe(422)
  expect((await copy(api.token)).status).toBe(201)
})

it('PRF-09 a revoked token opens nothing from the next request on, and stays in the list with who revoked it', async () => {
  const { token, secret } = await make({ name: 'Leaked' })
  expect((await profileApi(secret)).status).toBe(200)
  expect((await other.call('DELETE', `/spaces/spa_other/tokens/${token.id}`)).status).toBe(404)
  expect((await profileApi(secret)).status).toBe(200)
  expect((await api.call('DELETE', `/spaces/spa_test/tokens/${token.id}`)).status).toBe(200)
  expect((await profileApi(secret)).body.error.code).toBe('authentication_error')
  clock = new Date(clock.getTime() + 60_000)
  expect((await api.call('DELETE', `/spaces/spa_test/tokens/${token.id}`)).body.data.token).toMatchObject({
    revokedBy: 'test',
    revokedAt: '2026-03-10T12:10:00.000Z',
  })
  expect((await list()).at(-1)).toMatchObject({ name: 'Leaked', revokedBy: 'test' })
})

it('PRF-09 says when a token was used last, to the minute, without a write for each request', async () => {
  const { token, secret } = await make({ name: 'Busy' })
  const usedAt = async () => (await list()).find(({ id }: { id: string }) => id === token.id).lastUsedAt
  await profileApi(secret)
  const first = clock.toISOString()
  clock = new Date(clock.getTime() + 30_000)
  await profileApi(secret)
  expect(await usedAt()).toBe(first)
  clock = new Date(clock.getTime() + 30_000)
  await profileApi(secret)
  expect(await usedAt()).toBe(clock.toISOString())
})

it('a token that manages is made and revoked too, but not by itself, and none sees more than who makes it', async () => {
  const { secret } = await make({ name: 'Deploy', kind: 'management', seesPersonalData: false })
  expect(await manage(secret)).toBe(200)
  expect((await profileApi(secret)).status).toBe(401)
  const headers = { authorization: `Bearer ${secret}` }
  const at = '/spaces/spa_test/tokens'
  const mine = (await api.server.inject({ url: at, headers }))
    .json()
    .data.tokens.find(({ current }: { current: boolean }) => current)
  expect(mine).toMatchObject({ name: 'Deploy', seesPersonalData: false })
  const itself = await api.server.inject({ method: 'DELETE', url: `${at}/${mine.id}`, headers })
  expect([itself.statusCode, itself.json().error.code]).toEqual([409, 'token_in_use'])
  const more = { name: 'More', kind: 'management', seesPersonalData: true }
  expect((await api.server.inject({ method: 'POST', url: at, headers, payload: more })).statusCode).toBe(403)
  const same = await api.server.inject({ method: 'POST', url: at, headers, payload: { name: 'Same', kind: 'management' } })
  expect(same.json().data.token.seesPersonalData).toBe(false)
  expect((await api.call('POST', at, { name: ' ' })).status).toBe(422)
  expect((await api.call('POST', at, { name: 'x', kind: 'root' })).status).toBe(422)
})

it('PRF-09 the command line makes, lists and revokes them', async () => {
  const usher = usherAt(url, api.token)
  const made = await usher('token', 'add', 'From here')
  const [, id = '', secret = ''] = /\((tok_\w+)\), shown this once: (\S+)/.exec(made) ?? []
  expect((await profileApi(secret)).status).toBe(200)
  expect(await usher('token', 'list')).toMatch(new RegExp(`${id} +From here +Profile API +test`))
  expect(await usher('token', 'revoke', id)).toContain('Revoked "From here".')
  expect((await profileApi(secret)).status).toBe(401)
})
