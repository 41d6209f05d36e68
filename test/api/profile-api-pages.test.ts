import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const now = new Date('2026-03-10T12:00:00Z')
// Each request falls into a second of its own, or the limit of 100 a second would end the walk through pages.
let ticks = 0
const api = await testApi(database, 'spa_test', () => new Date(now.getTime() + ticks++ * 1_000))
const other = await testApi(database, 'spa_other', () => now)
const BASE = '/v1/spaces/spa_test/collections/users/profiles'
const get = async (path: string) => {
  const answer = await api.server.inject({ url: path, headers: { authorization: `Bearer ${api.profileToken}` } })
  return { status: answer.statusCode, body: answer.json() }
}
const daysAgo = (days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString()
const tell = (spaceId: string, ...calls: object[]) => tellAt(now, spaceId, ...calls)
const tellAt = (receivedAt: Date, spaceId: string, ...calls: object[]) =>
  ingestCalls(db, { spaceId, sourceId: 'src' }, calls, { receivedAt, random: (bytes) => randomBytes(bytes) })
await tell('spa_test', { type: 'identify', userId: 'u1', traits: { plan: 'pro' } })

const cursorOf = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url')
it.each(
  ['traits', 'external_ids', 'events', 'links'].flatMap((route) =>
    [null, -5, {}, [], ['2026-03-10T12:00:00Z', 5], ['never', 'm1']].map((position) => [route, position]),
  ),
)('PRF-04 %s does not begin anew at a cursor that is none of its own: %j', async (route, position) => {
  const answer = await get(`${BASE}/user_id:u1/${route}?next=${cursorOf(position)}`)
  expect([answer.status, answer.body.error?.code]).toEqual([400, 'validation_error'])
})

it('PRF-04 an identifier that comes between two pages shows none twice', async () => {
  await tell('spa_test', { type: 'identify', userId: 'pages', anonymousId: 'pages', traits: { email: 'pages@example.com' } })
  const page = async (next: string) => (await get(`${BASE}/user_id:pages/external_ids?limit=1&next=${next}`)).body
  const first = await page('')
  await tellAt(new Date(now.getTime() + 5), 'spa_test', {
    type: 'identify',
    userId: 'pages',
    traits: { email: 'p2@example.com' },
  })
  const second = await page(first.cursor.next)
  const third = await page(second.cursor.next)
  expect([first, second, third].map(({ data }) => data[0].type)).toEqual(['anonymous_id', 'email', 'user_id'])
  expect(third.cursor.has_more).toBe(false)
})

it('PRF-02 PRF-04 who has more accounts than one page is told so, and walks through them', async () => {
  const groups = Array.from({ length: 5 }, (_, n) => ({ type: 'group', userId: 'linked', groupId: `linked to ${n}` }))
  await tell('spa_test', ...groups)
  const page = async (next: string) => (await get(`${BASE}/user_id:linked/links?limit=2&next=${next}`)).body
  const walked: string[] = []
  let next = ''
  do {
    const { data, cursor } = await page(next)
    walked.push(...data.map((link: { external_ids: { id: string }[] }) => link.external_ids[0]?.id))
    expect(cursor.has_more).toBe(cursor.next !== '')
    next = cursor.next
  } while (next !== '')
  expect(walked.toSorted()).toEqual(groups.map(({ groupId }) => groupId))
})

it('PRF-02 PRF-04 an account that is linked between two pages shows none twice, on either side', async () => {
  const link = (at: number, userId: string, groupId: string) =>
    tellAt(new Date(now.getTime() + at), 'spa_test', { type: 'group', userId, groupId })
  const page = async (collection: string, id: string, next: string) => {
    const path = `/v1/spaces/spa_test/collections/${collection}/profiles/${id}/links?limit=2&next=${next}`
    const { data, cursor } = (await get(path)).body
    const ids = data.map(({ external_ids }: { external_ids: { id: string }[] }) => external_ids[0]?.id)
    return [ids, cursor.next] as const
  }
  for (const [collection, id, linked] of [
    ['users', 'user_id:keyed', (at: number) => link(at, 'keyed', `keyed account ${at}`)],
    ['accounts', 'group_id:keyed account', (at: number) => link(at, `keyed person ${at}`, 'keyed account')],
  ] as const) {
    for (const at of [1, 2, 3, 4]) await linked(at)
    const [first, next] = await page(collection, id, '')
    await linked(5)
    const [second] = await page(collection, id, next)
    expect(
      [...first, ...second].map((each) => each?.at(-1)),
      collection,
    ).toEqual(['4', '3', '2', '1'])
    const counted = Buffer.from('2').toString('base64url')
    expect((await get(`/v1/spaces/spa_test/collections/${collection}/profiles/${id}/links?next=${counted}`)).status).toBe(400)
  }
})

it('PRF-02 of events of one instant the last is not the first', async () => {
  const [timestamp, type, userId] = [daysAgo(1), 'track', 'instant']
  await tell('spa_test', ...['i1', 'i2'].map((messageId) => ({ type, userId, event: 'E', messageId, timestamp })))
  const { metadata } = (await get(`${BASE}/user_id:instant/metadata`)).body
  expect([metadata.first_message_id, metadata.last_message_id]).toEqual(['i1', 'i2'])
})

it.each([
  ['GET', `${BASE}/%/traits`, 400],
  ['GET', `${BASE}/user_id:%ff/traits`, 400],
  ['GET', `${BASE}/user_id:${'a'.repeat(1_100)}/traits`, 414],
  ['GET', `${BASE}/user_id:u1`, 404],
  ['GET', `${BASE}/user_id:u/1/traits`, 404],
  ['POST', `${BASE}/user_id:u1/traits`, 404],
  ['OPTIONS', `${BASE}/user_id:u1/traits`, 404],
  ['OPTIONS', '/v1/namespaces/spa_test/collections/users/profiles/user_id:u1/external_ids/delete', 404],
] as const)('PRF-05 %s %s has a Request-Id, and lets no page of a browser in', async (method, url, status) => {
  const headers = { authorization: `Bearer ${api.profileToken}`, origin: 'https://elsewhere.example' }
  const answer = await api.server.inject({ method, url, headers })
  expect(answer.statusCode).toBe(status)
  // What no route takes is answered by the app around this server.
  if (status !== 404) expect(typeof answer.json().error.message).toBe('string')
  expect(answer.headers['request-id']).toMatch(/^req_/)
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
})

it('PRF-05 no two requests have one Request-Id, over processes as well', async () => {
  const ids = await Promise.all(
    [api, api, other].map(async ({ server }) => (await server.inject('/nowhere')).headers['request-id']),
  )
  expect(new Set(ids).size).toBe(3)
})
