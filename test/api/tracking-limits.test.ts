import { expect, it } from 'vitest'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { NO_RATES, testApi } from '../support/server.ts'

const database = await freshDatabase()
let now = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => now)
const call = { userId: 'ada', event: 'Clicked' }

it.each(['text/html', 'application/xml', 'multipart/form-data; boundary=x', 'image/png'])(
  'ING-03 a strict request with the content type %s is refused with a 400 that names the header',
  async (type) => {
    const answer = await post(api.server, '/v1/track?strict=1', call, { ...basic(api.writeKey), 'content-type': type })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'content_type'])
    expect(answer.body.error.message).toContain('Content-Type')
    expect(await eventsOf(database.db, 'spa_test')).toEqual([])
  },
)

it.each(['application/json', 'application/json; charset=utf-8', 'application/vnd.shop+json', 'text/plain;charset=UTF-8'])(
  'ING-03 a strict request with the content type %s is taken: SDKs in browsers say text/plain, so that the browser need not ask first',
  async (type) => {
    const answer = await post(api.server, '/v1/track?strict=1', call, { ...basic(api.writeKey), 'content-type': type })
    expect(answer.body.results[0].status).toBe('stored')
  },
)

it('ING-03 otherwise the body decides, whatever the header claims: what an SDK sends is never lost for it', async () => {
  const answer = await post(api.server, '/v1/track', call, { ...basic(api.writeKey), 'content-type': 'image/png' })
  expect(answer.body.results[0].status).toBe('stored')
})

it('ING-10 beyond the limit of a second, calls are answered 429 with Retry-After and X-RateLimit-Reset in seconds', async () => {
  const limited = await testApi(database, 'spa_limited', () => now, `${NO_RATES},tracking=5`)
  const other = await testApi(database, 'spa_other', () => now, `${NO_RATES},tracking=5`)
  const send = (of: typeof limited, count: number, first: number) =>
    post(
      of.server,
      '/v1/batch',
      { batch: Array.from({ length: count }, (_, n) => ({ type: 'track', ...call, messageId: `m${first + n}` })) },
      basic(of.writeKey),
    )
  expect((await send(limited, 3, 0)).status).toBe(200)
  expect((await post(limited.server, '/v1/track', { ...call, messageId: 'm3' }, basic(limited.writeKey))).status).toBe(200)
  const beyond = await send(limited, 2, 4)
  expect([beyond.status, beyond.headers['retry-after'], beyond.headers['x-ratelimit-reset']]).toEqual([429, '1', '1'])
  expect(beyond.body.error.message).toContain('5 calls a second')
  expect((await send(other, 2, 0)).status, 'another space').toBe(200)
  expect(await eventsOf(database.db, 'spa_limited')).toHaveLength(4)
  now = new Date(now.getTime() + 1_000)
  expect((await send(limited, 2, 4)).status).toBe(200)
  // A batch that is larger than the limit is taken when nothing else came: else it could never be.
  now = new Date(now.getTime() + 1_000)
  expect((await send(limited, 9, 10)).status).toBe(200)
  expect((await send(limited, 1, 30)).status).toBe(429)
})
