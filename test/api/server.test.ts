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
  // These answer no JSON: a picture, TwiML, a file, a stream that never ends.
  expect(silent).toEqual([
    ...['identify', 'track', 'page', 'screen', 'group', 'alias'].map((call) => `GET /v1/pixel/${call}`),
    'POST /webhooks/twilio/{space}/{account}/inbound',
    'GET /exports/{token}',
    'GET /spaces/{space}/live',
    'GET /spaces/{space}/sources/{source}/calls/live',
  ])
})
