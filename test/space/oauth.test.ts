import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Analytics } from '@segment/analytics-node'
import { importPKCS8, SignJWT } from 'jose'
import { expect, it } from 'vitest'
import { createServer } from '../../src/api/server.ts'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { endServerAtEnd, testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'

const database = await freshDatabase()
const { db } = database
let moved = 0
const now = () => new Date(Date.now() + moved)
const api = await testApi(database, 'spa_test', now)
const decoy = await testApi(database, 'spa_decoy', now)
// The address by which senders know us must be known before we listen.
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const tcp = createTcp().listen(0, '127.0.0.1', () => {
      const { port } = tcp.address() as { port: number }
      tcp.close(() => resolve(port))
    })
  })
const port = await freePort()
const publicUrl = `http://127.0.0.1:${port}`
const server = await createServer({ ...api.door, config: { ...api.door.config, publicUrl } })
await server.listen({ host: '127.0.0.1', port })
endServerAtEnd(server)

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
const S = '/spaces/spa_test'
const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => {
  const answer = await server.inject({
    method,
    url: S + path,
    headers: { authorization: `Bearer ${api.token}` },
    ...(body ? { payload: body } : {}),
  })
  return { status: answer.statusCode, body: answer.json() }
}
const keys = pair()
const make = async (more: object = {}, publicKey = keys.publicKey) =>
  (await call('POST', '/oauth-apps', { name: 'Shop server', publicKey, ...more })).body.data.app
const app = await make()

type Claims = { readonly [claim: string]: unknown }
let count = 0
const assertion = async (claims: Claims = {}, header: Claims = {}, privateKey = keys.privateKey) => {
  const at = Math.floor(now().getTime() / 1_000)
  const body = { iss: app.id, sub: app.id, aud: publicUrl, iat: at, exp: at + 60, jti: `jti ${count++}`, ...claims }
  return new SignJWT(body)
    .setProtectedHeader({ alg: 'RS256', kid: app.keys[0].id, typ: 'JWT', ...header })
    .sign(await importPKCS8(privateKey, 'RS256'))
}
const ask = async (form: Record<string, string>) => {
  const answer = await server.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  })
  return { status: answer.statusCode, body: answer.json() }
}
const FORM = {
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
}
const token = async (scope?: string): Promise<string> => {
  const { status, body } = await ask({ ...FORM, client_assertion: await assertion(), ...(scope ? { scope } : {}) })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.access_token
}
const track = (headers: Record<string, string>, messageId: string) =>
  post(server, '/v1/track', { userId: 'u', event: 'E', messageId, writeKey: api.writeKey }, headers)
const bearer = (value: string) => ({ authorization: `Bearer ${value}` })
const settle = (): void => {
  // Write keys and tokens are remembered for two seconds.
  moved += 3_000
}
const oauth = async (change: object) => {
  const answer = await call('PATCH', '/sources/src_spa_test', { oauth: change })
  settle()
  return answer
}

it('SRC-19 JWT → token → accepted; an enforced source refuses the bare write key; a revoked token is a 401', async () => {
  const { status, body } = await ask({ ...FORM, client_assertion: await assertion(), scope: 'tracking_api:write' })
  expect([status, body]).toEqual([
    200,
    { access_token: expect.any(String), token_type: 'Bearer', expires_in: 86_400, scope: 'tracking_api:write' },
  ])
  expect((await oauth({ appId: app.id })).body.data.source.oauth).toEqual({ appId: app.id, enforced: false })
  expect((await track(bearer(body.access_token), 'by token')).status).toBe(200)
  // Connected is not enforced: senders move over one by one.
  expect((await track(basic(api.writeKey), 'by key')).status).toBe(200)
  await oauth({ enforced: true })
  expect((await track(basic(api.writeKey), 'refused')).body.error.code).toBe('token_missing')
  expect((await track({}, 'refused')).status).toBe(401)
  expect((await track(bearer(body.access_token), 'by token again')).status).toBe(200)
  expect((await track(bearer('made up'), 'refused')).body.error.code).toBe('token_refused')
  const batch = await post(server, '/v1/batch', { batch: [{ type: 'track', userId: 'u', event: 'E' }] }, basic(api.writeKey))
  expect(batch.status).toBe(401)
  expect((await call('POST', '/oauth-apps/revoke', { token: body.access_token })).status).toBe(200)
  settle()
  const revoked = await track(bearer(body.access_token), 'refused')
  expect([revoked.status, revoked.body.error.code]).toEqual([401, 'token_refused'])
  const stored = (await eventsOf(db, 'spa_test')).map((event) => event['message_id'])
  expect(stored).toEqual(['by key', 'by token', 'by token again'])
  const drops = (await call('GET', '/sources/src_spa_test/drops')).body.data.drops.map((each: { code: string }) => each.code)
  expect(drops.toSorted()).toEqual(['token_missing', 'token_refused'])
})

it('SRC-19 Segment’s own SDK gets itself a token and sends with it', async () => {
  const analytics = new Analytics({
    writeKey: api.writeKey,
    host: publicUrl,
    flushAt: 1,
    oauthSettings: { clientId: app.id, clientKey: keys.privateKey, keyId: app.keys[0].id, authServer: publicUrl },
  })
  const errors: unknown[] = []
  analytics.on('error', (error) => errors.push(error))
  analytics.track({ userId: 'sdk', event: 'By SDK', messageId: 'by sdk' })
  await analytics.closeAndFlush({ timeout: 20_000 })
  expect(errors).toEqual([])
  expect((await eventsOf(db, 'spa_test')).map((event) => event['message_id'])).toContain('by sdk')
})

it.each<[string, Claims, Claims, string]>([
  ['an expired one', { iat: 1_000, exp: 1_060 }, {}, 'expired'],
  ['one that lives longer than 60 s', { exp: Math.floor(Date.now() / 1_000) + 86_400 }, {}, 'at most 60 seconds'],
  ['one of another app', { sub: 'app_nobody' }, {}, 'No app has this sub'],
  ['one for somebody else', { aud: 'https://example.com' }, {}, '"aud"'],
  ['one without a jti', { jti: undefined }, {}, '"jti"'],
  ['one with an unknown kid', {}, { kid: 'kid_other' }, 'No app has this sub and a key with this kid'],
  [
    'one of the future',
    { iat: Math.floor(Date.now() / 1_000) + 3_000, exp: Math.floor(Date.now() / 1_000) + 3_030 },
    {},
    'future',
  ],
])('SRC-19 no token for %s', async (_name, claims, header, says) => {
  const { status, body } = await ask({ ...FORM, client_assertion: await assertion(claims, header) })
  expect([status, body.error]).toEqual([401, 'invalid_client'])
  expect(body.error_description).toContain(says)
})

it('SRC-19 no token for a foreign signature, for what was shown before, or for a scope that the app has not', async () => {
  const foreign = await ask({ ...FORM, client_assertion: await assertion({}, {}, pair().privateKey) })
  expect(foreign.body.error_description).toContain('signature does not fit')
  const once = await assertion()
  expect((await ask({ ...FORM, client_assertion: once })).status).toBe(200)
  expect((await ask({ ...FORM, client_assertion: once })).body.error_description).toContain('shown before')
  expect((await ask({ ...FORM, client_assertion: await assertion(), scope: 'functions:write' })).body.error).toBe('invalid_scope')
  expect((await ask({ grant_type: 'password' })).body.error).toBe('unsupported_grant_type')
  expect((await ask({ ...FORM })).body.error).toBe('invalid_request')
  expect((await ask({ ...FORM, client_assertion: 'nonsense' })).status).toBe(401)
})

it('SRC-19 a token lives as long as the app says, and is of its space and app only', async () => {
  const value = await token()
  moved += 24 * 3_600_000 + 3_000
  expect((await track(bearer(value), 'late')).body.error.code).toBe('token_refused')
  const other = await make({ name: 'Other', tokenDays: 30, scopes: ['tracking_api:write', 'public_api:read_write'] })
  const claims = { iss: other.id, sub: other.id }
  const { body } = await ask({ ...FORM, client_assertion: await assertion(claims, { kid: other.keys[0].id }) })
  expect(body.expires_in).toBe(30 * 86_400)
  expect((await track(bearer(body.access_token), 'of another')).body.error.code).toBe('token_of_another')
  // It may use the API, and only of its own space.
  const asked = (url: string) => server.inject({ method: 'GET', url, headers: bearer(body.access_token) })
  expect((await asked(`${S}/sources`)).statusCode).toBe(200)
  expect((await asked('/spaces/spa_decoy/sources')).statusCode).toBe(403)
  expect((await server.inject({ method: 'GET', url: `${S}/sources`, headers: bearer(await token()) })).statusCode).toBe(401)
})

it('SRC-19 a key is changed without loss, and the only one stays', async () => {
  const next = pair()
  const added = (await call('POST', `/oauth-apps/${app.id}/keys`, { publicKey: next.publicKey })).body.data.app
  expect(added.keys).toHaveLength(2)
  expect((await call('POST', `/oauth-apps/${app.id}/keys`, { publicKey: pair().publicKey })).body.error.code).toBe(
    'too_many_keys',
  )
  const second = added.keys.find((key: { id: string }) => key.id !== app.keys[0].id)
  const signed = await assertion({}, { kid: second.id }, next.privateKey)
  expect((await ask({ ...FORM, client_assertion: signed })).status).toBe(200)
  expect((await call('DELETE', `/oauth-apps/${app.id}/keys/${second.id}`)).status).toBe(200)
  expect((await call('DELETE', `/oauth-apps/${app.id}/keys/${app.keys[0].id}`)).body.error.code).toBe('last_key')
  const gone = await assertion({}, { kid: second.id }, next.privateKey)
  expect((await ask({ ...FORM, client_assertion: gone })).status).toBe(401)
})

it.each([
  ['a private key', keys.privateKey, 'private key'],
  ['nonsense', 'nonsense', 'no public key'],
  ['a short key', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }), '2048'],
  [
    'another kind of key',
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
    'no RSA',
  ],
])('SRC-19 %s is refused as a public key', async (_name, publicKey, says) => {
  const { status, body } = await call('POST', '/oauth-apps', { name: 'x', publicKey })
  expect([status, body.error.problems[0].field]).toEqual([422, 'publicKey'])
  expect(body.error.message).toContain(says)
})

it('SRC-19 an app with sources is not deleted, a source is not closed by mistake, and nothing of another space is touched', async () => {
  expect((await call('DELETE', `/oauth-apps/${app.id}`)).body.error).toMatchObject({
    code: 'app_in_use',
    message: expect.stringContaining('"test"'),
  })
  expect((await oauth({ appId: null })).body.error.problems[0].field).toBe('oauth.enforced')
  expect((await oauth({ appId: null, enforced: false })).status).toBe(200)
  expect((await track(basic(api.writeKey), 'by key again')).status).toBe(200)
  expect((await oauth({ enforced: true })).status).toBe(422)
  expect((await oauth({ appId: 'app_nobody' })).status).toBe(404)
  const away = await decoy.call('PATCH', '/spaces/spa_decoy/sources/src_spa_decoy', { oauth: { appId: app.id } })
  expect(away.status).toBe(404)
  const held = await token()
  expect((await call('DELETE', `/oauth-apps/${app.id}`)).status).toBe(200)
  expect((await call('POST', '/oauth-apps/revoke', { token: held })).status).toBe(404)
  expect((await decoy.call('GET', '/spaces/spa_decoy/oauth-apps')).body.data.apps).toEqual([])
})

it('SRC-19 `usher oauth` and `usher source change --oauth --enforce` do the same', async () => {
  const usher = usherAt(publicUrl, api.token)
  const folder = mkdtempSync(join(tmpdir(), 'usher-oauth-'))
  const file = join(folder, 'public.pem')
  writeFileSync(file, keys.publicKey)
  expect(await usher('oauth', 'create', 'By hand', file, '--days', '7')).toMatch(
    /app_\S+ +By hand +kid_\S+ +7 +tracking_api:write/,
  )
  const { apps } = (await call('GET', '/oauth-apps')).body.data
  const made = apps.find((each: { name: string }) => each.name === 'By hand')
  await usher('source', 'change', 'test', '--oauth', made.id, '--enforce')
  expect((await call('GET', '/sources/src_spa_test')).body.data.source.oauth).toEqual({ appId: made.id, enforced: true })
  await usher('source', 'change', 'test', '--no-oauth', '--no-enforce')
  expect(await usher('oauth', 'delete', made.id)).toBe('deleted\n')
  rmSync(folder, { recursive: true })
})
