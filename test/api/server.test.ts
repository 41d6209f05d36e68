import { expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)
const other = await testApi(database, 'spa_other')

it('answers the space of the token', async () => {
  const { status, body } = await api.call('GET', '/spaces/spa_test')
  expect([status, body.data.space.id]).toEqual([200, 'spa_test'])
})

it('refuses a token of another space', async () => {
  expect((await other.call('GET', '/spaces/spa_test')).status).toBe(403)
})

it('refuses without a token, and says what to send', async () => {
  const answer = await api.server.inject({ url: '/spaces/spa_test' })
  expect([answer.statusCode, answer.json().error.code]).toEqual([401, 'authentication_error'])
})

it('describes itself in OpenAPI 3.1', async () => {
  const answer = await api.server.inject({ url: '/openapi.json' })
  expect(answer.json()).toMatchObject({ openapi: '3.1.0', paths: { '/spaces/{space}': {}, '/health': {} } })
})

it('every operation says in OpenAPI what it answers when it succeeds', async () => {
  const { paths } = (await api.server.inject({ url: '/openapi.json' })).json() as {
    paths: Record<string, Record<string, { responses?: Record<string, { content?: Record<string, { schema?: object }> }> }>>
  }
  const silent = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses = {} }]) => {
      const good = Object.entries(responses).filter(([status]) => /^[23]/.test(status))
      const said = good.some(
        ([status, { content = {} }]) =>
          status === '204' ||
          /^3/.test(status) ||
          Object.values(content).some(({ schema }) => schema && Object.keys(schema).length > 0),
      )
      return said ? [] : [`${method.toUpperCase()} ${path}`]
    }),
  )
  // These answer no JSON: a picture, a script, TwiML, a file, a stream that never ends.
  expect(silent).toEqual([
    ...['identify', 'track', 'page', 'screen', 'group', 'alias'].map((call) => `GET /v1/pixel/${call}`),
    'GET /analytics.js/v1/{writeKey}/analytics.min.js',
    'POST /webhooks/twilio/{space}/{account}/inbound',
    'GET /exports/{token}',
    'GET /spaces/{space}/live',
    'GET /spaces/{space}/tracking-plans/{id}/csv',
    'GET /spaces/{space}/sources/{source}/calls/live',
  ])
})

const JOURNEY = { entry: { type: 'audience', audience: 'vip' }, exits: [], start: 'out' }

it.each([
  ['GET', '/violations?trackingPlanId=%00', undefined],
  ['PATCH', '/sources/%00/settings', {}],
  ['GET', '/audiences/%00/members?count=1', undefined],
  ['POST', '/folders/moves', { folderId: 'E\u0000', audiences: [], computedTraits: ['plan'] }],
  ['GET', '/profiles/user_id:%00', undefined],
  [
    'POST',
    '/journeys',
    { name: 'W', definition: { ...JOURNEY, steps: { out: { type: 'exit', name: '\ud800', reason: 'done' } } } },
  ],
  [
    'POST',
    '/journeys',
    { name: 'W', definition: { ...JOURNEY, steps: { out: { type: 'exit', name: '\u0000', reason: 'done' } } } },
  ],
] as const)(
  '%s %s with a U+0000 or half of a surrogate pair, which no text may hold, is the caller’s fault and not ours',
  async (method, path, body) => {
    const answer = await api.call(method, `/spaces/spa_test${path}`, body)
    expect([answer.status, answer.body.error.code]).toEqual([400, 'not_text'])
  },
)

it('the Profile API answers 400 for one too', async () => {
  const at = '/v1/spaces/spa_test/collections/users/profiles/user_id:%00/traits'
  const answer = await api.server.inject({ url: at, headers: { authorization: `Bearer ${api.profileToken}` } })
  expect(answer.json().error).toMatchObject({ code: 'not_text', message: expect.stringContaining('U+0000') })
})

it('a number of a version that no version has is refused, not asked for', async () => {
  const { audience } = (
    await api.call('POST', '/spaces/spa_test/audiences', { name: 'A', definition: { query: "event('E').count() >= 1" } })
  ).body.data
  const at = `/spaces/spa_test/audiences/${audience.id}/versions/compare`
  expect((await api.call('GET', `${at}?from=2&to=15550100000`)).status).toBe(422)
})
