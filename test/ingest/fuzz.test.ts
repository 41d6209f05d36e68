import fc from 'fast-check'
import { expect, it } from 'vitest'
import { oddItem } from '../fuzz/bodies.ts'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)
const key = basic(api.writeKey)

let made = 0

it('ING-07 whatever lies in a batch, its sound neighbour is stored and nothing breaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(oddItem, { maxLength: 6 }), async (items) => {
      const messageId = `sound ${made++}`
      const answer = await post(
        api.server,
        '/v1/batch',
        { batch: [...items, { type: 'track', userId: 'sound', event: 'E', messageId }] },
        key,
      )
      expect(answer.status).toBe(200)
      expect(answer.body.results).toHaveLength(items.length + 1)
      expect(answer.body.results.at(-1)).toEqual({ status: 'stored', messageId })
    }),
    { numRuns: 120, verbose: true },
  )
  expect((await eventsOf(database.db, 'spa_test')).filter((event) => event['message_id'].startsWith('sound'))).toHaveLength(made)
})

it('whatever bytes arrive, the answer is 200 or 400', async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json(),
    fc.string(),
  )
  const path = fc.constantFrom('/v1/track', '/v1/identify', '/v1/batch', '/v1/group', '/v1/t?strict=1')
  const encoding = fc.constantFrom('', 'gzip', 'deflate', 'br', 'nonsense')
  await fc.assert(
    fc.asyncProperty(path, body, encoding, async (to, payload, contentEncoding) => {
      const answer = await post(api.server, to, payload, {
        ...key,
        ...(contentEncoding ? { 'content-encoding': contentEncoding } : {}),
      })
      expect([200, 400]).toContain(answer.status)
    }),
    { numRuns: 120, verbose: true },
  )
})
