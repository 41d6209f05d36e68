import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import Rudder from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'
import { expect, it } from 'vitest'
import { createSource } from '../../src/space/space.ts'
import { eventsOf } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { until } from '../support/wait.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database, 'spa_test')
await testApi(database, 'spa_decoy')

const FOLDER = new URL('./captures/', import.meta.url)
type Captured = {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: unknown
}

const callsIn = (body: unknown): readonly { readonly messageId: string }[] => {
  const { batch } = body as { batch?: readonly { messageId: string }[] }
  return batch ?? [body as { messageId: string }]
}

// Under keys as the SDKs had them, each in a space of its own.
const replay = async (file: string): Promise<{ sent: ReadonlySet<string>; spaceId: string }> => {
  const spaceId = `spa_${file}`
  const requests = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as readonly Captured[]
  const sent = new Set<string>()
  for (const { method, url, headers, body } of requests) {
    const posted = method === 'POST' && !url.endsWith('/m')
    const basic = `Basic ${Buffer.from(`key of ${spaceId}:`).toString('base64')}`
    const { host: _, 'content-length': __, ...kept } = headers
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const payload = headers['content-encoding'] === 'gzip' ? gzipSync(text) : text
    const answer = await api.server.inject({
      method,
      url,
      headers: { ...kept, ...(posted ? { authorization: basic } : {}) },
      ...(method === 'POST' ? { payload } : {}),
    })
    expect([url, answer.statusCode]).toEqual([url, method === 'OPTIONS' ? 204 : 200])
    if (posted) for (const call of callsIn(typeof body === 'string' ? JSON.parse(body) : body)) sent.add(call.messageId)
  }
  return { sent, spaceId }
}

it.each(readdirSync(FOLDER))('%s, as the SDK put it on the wire, is stored whole and once', async (file) => {
  const spaceId = `spa_${file}`
  await createSource(db, { spaceId, id: 'src', name: file, kind: 'web', writeKey: `key of ${spaceId}` }, new Date())
  const { sent } = await replay(file)
  await replay(file)
  expect((await eventsOf(db, spaceId)).map((event) => event['message_id'])).toEqual([...sent].toSorted())
})

const address = await api.server.listen({ port: 0, host: '127.0.0.1' })
const { port } = api.server.server.address() as AddressInfo

it('@segment/analytics-node reaches us, and what it tries again is stored once', async () => {
  let attempts = 0
  const httpClient = async (url: string, options: { body: string; headers: Record<string, string>; method: string }) => {
    const answer = await fetch(url, { method: options.method, headers: options.headers, body: options.body })
    // The first answer is lost on the way, so the SDK sends the same calls again.
    return attempts++ === 0 ? new Response('', { status: 503, headers: { 'retry-after': '0' } }) : answer
  }
  const analytics = new Analytics({
    writeKey: api.writeKey,
    host: address,
    flushAt: 3,
    maxRetries: 3,
    httpClient: httpClient as never,
  })
  analytics.identify({ userId: 'sdk', traits: { email: 'sdk@example.com' } })
  analytics.track({ userId: 'sdk', event: 'Order Completed', properties: { total: 5 } })
  analytics.group({ userId: 'sdk', groupId: 'g' })
  await analytics.closeAndFlush()
  const events = (await eventsOf(db, 'spa_test')).filter((event) => event['context'].library.name === '@segment/analytics-node')
  expect([attempts, events.map((event) => event['name']).toSorted()]).toEqual([2, ['Order Completed', 'group', 'identify']])
})

it.each([true, false])('@rudderstack/rudder-sdk-node reaches us, gzip %s', async (gzip) => {
  const rudder = new Rudder(api.writeKey, { dataPlaneUrl: `http://127.0.0.1:${port}`, flushAt: 2, flushInterval: 50, gzip })
  rudder.identify({ userId: `rudder ${gzip}`, traits: { email: `${gzip}@example.com` } })
  rudder.track({ userId: `rudder ${gzip}`, event: `Rudder ${gzip}`, properties: { total: 1 } })
  await until(
    'the event of rudder',
    async () => (await eventsOf(db, 'spa_test')).find((event) => event['name'] === `Rudder ${gzip}`),
    20_000,
  )
})
