import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { LEASE_MS } from '../../src/destination/claim.ts'
import { createDeliveries } from '../../src/destination/drain.ts'
import { waitAfter } from '../../src/destination/retry.ts'
import { selectRows } from '../support/calls.ts'
import { type Answering, type Reply, startFake } from '../support/fakes/http.ts'
import { delivering } from './support.ts'

const { database, api, db, S, source, connect, webhook, map, context, deliver, fate, deliveries, pass, now, trap } =
  await delivering()
const SCRIPT = fileURLToPath(new URL('../support/deliver-process.ts', import.meta.url))
const MINUTE = 60_000

/** One call to a tool that answers so. */
const sendTo = async (answer: Answering) => {
  const { id, send } = await source()
  const hook = await webhook(id, answer)
  const messageId = await send({ type: 'track', event: 'Tried' })
  return { ...hook, messageId, send, fate: () => fate(hook.id, messageId) }
}

it.each([400, 401, 403, 404, 410, 422])('MAP-18 an answer of %i is final: the call is sent once', async (status) => {
  const at = await sendTo(() => ({ status, body: { error: 'no' } }))
  await deliver()
  pass(MINUTE)
  await deliver()
  expect(at.tool.calls).toHaveLength(1)
  expect(await at.fate()).toMatchObject({
    status: 'failed',
    reason: String(status),
    detail: expect.stringContaining(`answered ${status}`),
  })
})

it.each<readonly [string, Reply | 'cut', string]>([
  ['500', { status: 500 }, '500'],
  ['503', { status: 503 }, '503'],
  ['ECONNRESET', 'cut', 'ECONNRESET'],
])('MAP-18 after %s the call is tried again, later and later, and delivered', async (_, answer, reason) => {
  let left = 2
  const at = await sendTo(() => (left-- > 0 ? answer : { status: 200 }))
  await deliver()
  expect(await at.fate()).toMatchObject({ status: 'queued', reason, dueAt: new Date(now().getTime() + 10_000).toISOString() })
  pass(9_000)
  await deliver()
  expect(at.tool.calls).toHaveLength(1)
  pass(1_000)
  await deliver()
  expect(await at.fate()).toMatchObject({ status: 'queued', dueAt: new Date(now().getTime() + 20_000).toISOString() })
  pass(20_000)
  await deliver()
  expect(await at.fate()).toMatchObject({ status: 'delivered', reason: null })
  expect(at.tool.calls.map(({ headers }) => headers['usher-attempt'])).toEqual(['1', '2', '3'])
  expect(new Set(at.tool.calls.map(({ headers }) => headers['usher-message-id'])).size).toBe(1)
})

it('MAP-18 nobody listens: ECONNREFUSED is tried again', async () => {
  const at = await sendTo(() => ({ status: 200 }))
  await at.tool.close()
  await deliver()
  expect(await at.fate()).toMatchObject({ status: 'queued', reason: 'ECONNREFUSED' })
})

it('MAP-18 429: not before Retry-After, nor anything else meanwhile', async () => {
  let busy = true
  const at = await sendTo(() => (busy ? { status: 429, headers: { 'retry-after': '45' } } : { status: 200 }))
  await deliver()
  busy = false
  const other = await at.send({ type: 'track', event: 'Meanwhile' })
  pass(44_000)
  await deliver()
  expect(await at.fate()).toMatchObject({ status: 'queued', reason: '429' })
  expect(await fate(at.id, other)).toMatchObject({ status: 'delivered' })
  pass(1_000)
  await deliver()
  expect(await at.fate()).toMatchObject({ status: 'delivered' })
})

it('MAP-18 a tool that says 429 is left alone by the same worker: what waits is not sent into it, and costs no attempt', async () => {
  const { id, send } = await source()
  const hook = await webhook(id, () => ({ status: 429, headers: { 'retry-after': '30' } }))
  for (let n = 0; n < 30; n++) await send({ type: 'track', event: `Call ${n}` })
  await deliver()
  const calls = hook.tool.calls.length
  expect(calls).toBeLessThanOrEqual(10)
  const waiting = await deliveries(hook.id, '?status=queued&count=50')
  expect(waiting).toHaveLength(30)
  const untried = await selectRows(
    db,
    sql`select attempts from event_delivery where destination_id = ${hook.id} and attempts = 0`,
  )
  expect(untried.length).toBe(30 - calls)
})

it('MAP-18 while a tool is left alone no other worker asks it; where the one that was told ends, others may', async () => {
  const { id, send } = await source()
  const hook = await webhook(id, () => ({ status: 429, headers: { 'retry-after': '30' } }))
  for (let n = 0; n < 30; n++) await send({ type: 'track', event: `Call ${n}` })
  const told = createDeliveries(context())
  await told.wake()
  await told.idle()
  const calls = hook.tool.calls.length
  await deliver()
  expect(hook.tool.calls.length).toBe(calls)
  pass(31_000)
  await told.stop()
  await deliver()
  expect(hook.tool.calls.length).toBeGreaterThan(calls)
})

it('MAP-18 after four hours, or the destination’s own window, the call expires; its content stays to be sent again', async () => {
  const at = await sendTo(() => ({ status: 503 }))
  const impatient = await sendTo(() => ({ status: 503 }))
  await api.call('PATCH', `${S}/destinations/${impatient.id}`, { retryMinutes: 1 })
  const began = now().getTime()
  while (now().getTime() - began < 5 * 60 * MINUTE) {
    await deliver()
    pass(15 * MINUTE)
  }
  expect(await at.fate()).toMatchObject({ status: 'failed', reason: 'expires', call: { event: 'Tried' } })
  expect(at.tool.calls.length).toBeGreaterThan(8)
  expect((await at.fate()).detail).toMatch(/^Tried \d+ times in 240 minutes; last: 503/)
  expect(impatient.tool.calls.length).toBe(2)
})

it('MAP-18 waits double, are half as long to half as much more by chance, at most three quarters of an hour, and never before the tool said', () => {
  expect([1, 2, 3, 10].map((attempts) => waitAfter(attempts, 0.5))).toEqual([10_000, 20_000, 40_000, 30 * MINUTE])
  expect([waitAfter(1, 0), waitAfter(1, 0.999)].map(Math.round)).toEqual([5_000, 14_990])
  expect(waitAfter(1, 0.5, 3_600)).toBe(3_600_000)
})

it('MAP-18 307 is followed, to another host without what authorises the call', async () => {
  const to = await startFake(() => ({ status: 200 }))
  const at = await sendTo(() => ({ status: 307, headers: { location: `${to.url}/there?a=b` } }))
  await map(at.id, {
    settings: { url: at.tool.url, headers: { authorization: 'Bearer x', 'x-own': 'y' } },
    trigger: 'event = "Second"',
  })
  await at.send({ type: 'track', event: 'Second' })
  await deliver()
  expect(await at.fate()).toMatchObject({ status: 'delivered' })
  expect(to.calls.every(({ method, path }) => method === 'POST' && path === '/there?a=b')).toBe(true)
  expect(to.calls.map(({ headers }) => [headers.authorization, headers['x-own']])).toContainEqual([undefined, 'y'])
  expect(at.tool.calls.map(({ headers }) => headers.authorization)).toContain('Bearer x')
})

it('MAP-18 a circle of redirects ends', async () => {
  const at = await sendTo(({ headers }) => ({ status: 307, headers: { location: `http://${headers.host}/again` } }))
  await deliver()
  expect(at.tool.calls).toHaveLength(4)
  expect(await at.fate()).toMatchObject({ status: 'failed', reason: '307' })
})

it('an address that is nobody’s is never called, by number, by name or by redirect', async () => {
  const { id, send } = await source()
  const hook = await connect(id, 'actions-webhook')
  await map(hook, { settings: { url: 'http://169.254.169.254/latest/meta-data' } })
  const direct = await send({ type: 'track', event: 'Nosy' })
  const at = await sendTo(() => ({ status: 307, headers: { location: 'http://169.254.169.254/' } }))
  await deliver()
  expect(await fate(hook, direct)).toMatchObject({ status: 'failed', reason: 'EREFUSED' })
  expect(await at.fate()).toMatchObject({ status: 'failed', reason: 'EREFUSED' })
})

it('where the operator names hosts, no other is called', async () => {
  const at = await sendTo(() => ({ status: 200 }))
  await deliver({ hosts: ['hooks.example'] })
  expect(await at.fate()).toMatchObject({
    status: 'failed',
    reason: 'EREFUSED',
    detail: expect.stringContaining('USHER_DESTINATION_HOSTS'),
  })
  const allowed = await sendTo(() => ({ status: 200 }))
  await deliver({ hosts: ['127.0.0.1'] })
  expect(await allowed.fate()).toMatchObject({ status: 'delivered' })
})

it('MAP-17 the attempts of a call: each with status, time, request and answer, shortened and without secrets', async () => {
  let left = 1
  const tool = await startFake(() => (left-- > 0 ? { status: 500, body: 'x'.repeat(9_000) } : { status: 201, body: { id: 7 } }))
  const { id, send } = await source()
  const hook = await connect(id, 'actions-webhook', { sharedSecret: 'between us' })
  const mapping = await map(hook, {
    settings: {
      url: `${tool.url}/in?token=hidden`,
      headers: { authorization: 'Bearer hidden' },
      data: { '@path': '$.properties' },
    },
  })
  const messageId = await send({ type: 'track', event: 'Long', properties: { text: 'y'.repeat(9_000) } })
  const first = now().toISOString()
  await deliver()
  pass(10_000)
  await deliver()
  const { attempts } = await fate(hook, messageId)
  expect(attempts).toMatchObject([
    { attempt: 1, mappingId: mapping, outcome: 'retry', reason: '500', status: 500, at: first },
    {
      attempt: 2,
      mappingId: mapping,
      outcome: 'delivered',
      reason: null,
      status: 201,
      response: '{"id":7}',
      at: now().toISOString(),
    },
  ])
  expect(attempts[0].request).toMatchObject({
    method: 'POST',
    url: `${tool.url}/in?…`,
    headers: { authorization: '••••', 'usher-attempt': '1' },
  })
  expect([attempts[0].request.body.length, attempts[0].response.length]).toEqual([4_001, 4_000])
  expect(JSON.stringify(attempts)).not.toContain('hidden')
})

it('a page of deliveries goes on where the last ended, by status, and another space sees none', async () => {
  const at = await sendTo(({ body }) => ({ status: body.includes('Bad') ? 400 : 200 }))
  for (const event of ['Bad', 'B', 'C']) {
    pass(1_000)
    await at.send({ type: 'track', event })
  }
  await deliver()
  const page = async (query: string) => (await api.call('GET', `${S}/destinations/${at.id}/deliveries?${query}`)).body
  const first = await page('count=3')
  const second = await page(`count=3&cursor=${first.pagination.next}`)
  const names = [...first.data.deliveries, ...second.data.deliveries].map(({ name }) => name)
  expect(names).toEqual(['C', 'B', 'Bad', 'Tried'])
  expect(second.pagination.next).toBeUndefined()
  expect((await page('status=failed')).data.deliveries.map(({ name }: { name: string }) => name)).toEqual(['Bad'])
})

it('what was delivered is kept as a sample only, what failed is kept', async () => {
  const at = await sendTo(({ body }) => ({ status: body.includes('Bad') ? 400 : 200 }))
  for (let n = 0; n < 14; n++) await at.send({ type: 'track', event: 'Good' })
  for (let n = 0; n < 14; n++) await at.send({ type: 'track', event: 'Bad' })
  await deliver()
  const all = await deliveries(at.id, '?count=100')
  const keptOf = (status: string) =>
    all.filter((one: { status: string; call: unknown }) => one.status === status && one.call).length
  expect([all.length, keptOf('delivered'), keptOf('failed')]).toEqual([29, 10, 14])
})

const dieAt = async (point: string): Promise<void> => {
  const child = spawn(process.execPath, [SCRIPT, database.url, point, now().toISOString()], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}

it.each(['destination.claimed', 'destination.called', 'destination.recorded'])(
  'G6 killed at %s: another worker takes the calls over when the claim is over, and every call is delivered',
  async (point) => {
    const { id, send } = await source()
    const hook = await webhook(id)
    const sent = []
    for (let n = 0; n < 20; n++) sent.push(await send({ type: 'track', event: `Call ${n}` }))
    await dieAt(point)
    await deliver()
    const called = hook.tool.calls.length
    pass(LEASE_MS + 1_000)
    await deliver()
    const arrived = hook.bodies().map(({ messageId }) => messageId)
    expect(new Set(arrived)).toEqual(new Set(sent))
    // Some twice, because nobody knows whether they arrived, each under its id.
    expect(arrived.length - sent.length).toBeLessThanOrEqual(called)
    const all = await deliveries(hook.id, '?count=50')
    expect(all.map(({ status }: { status: string }) => status)).toEqual(sent.map(() => 'delivered'))
  },
)

it('G9 nothing of another space was ever called for this one', () => {
  expect(trap.calls.map(({ body }) => JSON.parse(body).event)).toEqual(['Decoy'])
})
