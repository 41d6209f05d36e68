import fc from 'fast-check'
import { expect, it } from 'vitest'
import { basic, eventsOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const api = await testApi(database)
const key = basic(api.writeKey)

const weird = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom<unknown>(
    null,
    '',
    '\u0000',
    '\ud800',
    'x'.repeat(600),
    1e308,
    -0,
    [],
    {},
    '2026-13-45T99:00:00Z',
    '0001-01-01',
    '9999-12-31T23:59:59Z',
    true,
  ),
)
const FIELDS = [
  'type',
  'userId',
  'anonymousId',
  'event',
  'messageId',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'properties',
  'traits',
  'context',
  'integrations',
  'name',
  'category',
  'groupId',
  'previousId',
]
const INNER = [
  'traits',
  'device',
  'externalIds',
  'messaging_subscriptions',
  'consent',
  'ip',
  'active',
  'direct',
  'integrations',
  'groupId',
  'email',
  'phone',
]
const good = {
  type: fc.constantFrom('identify', 'track', 'page', 'screen', 'group', 'alias'),
  userId: fc.constantFrom('u1', 'u2'),
  event: fc.constant('E'),
  groupId: fc.constant('g'),
}
const context = fc.dictionary(
  fc.constantFrom(...INNER),
  fc.oneof(
    weird,
    fc.array(fc.dictionary(fc.constantFrom('id', 'type', 'key', 'status', 'groups', 'collection', 'encoding'), weird)),
  ),
)
const item = fc.oneof(
  weird,
  fc.tuple(fc.record(good), fc.dictionary(fc.constantFrom(...FIELDS), weird)).map(([sound, odd]) => ({ ...sound, ...odd })),
  fc
    .tuple(fc.record(good), fc.dictionary(fc.constantFrom('traits', 'properties'), fc.dictionary(fc.string(), weird)), context)
    .map(([sound, odd, inner]) => ({ ...sound, ...odd, context: inner })),
)
let made = 0

it('ING-07 whatever lies in a batch, its sound neighbour is stored and nothing breaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 6 }), async (items) => {
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
