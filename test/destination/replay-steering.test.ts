import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createDeliveries } from '../../src/destination/drain.ts'
import { MOST_WAITING, sendNextReplays } from '../../src/ingest/replay/destination/make.ts'
import { basic, post } from '../support/calls.ts'
import { replaying } from './replaying.ts'
import { delivering } from './support.ts'

const world = await delivering()
const { database, api, S, source, webhook, deliver, fate, context: drain, rows, pass, now } = world
const { context, start, read, queue, steer, finish } = replaying(world)
const SCRIPT = fileURLToPath(new URL('../support/send-process.ts', import.meta.url))

const SPAN = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' }
const BEGIN = Date.parse(SPAN.from)
let made = 0

/** A source with so many calls in the span, and a webhook that was connected later. */
const withPast = async (count: number, answer?: Parameters<typeof webhook>[1]) => {
  const { id, send, writeKey } = await source()
  const calls = Array.from({ length: count }, (_, n) => ({
    ...{ type: 'track', event: 'Past', userId: `u ${n % 7}`, messageId: `past ${made++}`, properties: { n } },
    timestamp: new Date(BEGIN + Math.floor((n * 86_400_000) / count)).toISOString(),
  }))
  for (let from = 0; from < count; from += 500) {
    const answered = await post(api.server, '/v1/batch', { batch: calls.slice(from, from + 500) }, basic(writeKey))
    expect(answered.status).toBe(200)
  }
  const hook = await webhook(id, answer)
  // The clock stands still, and what has a rate would wait for it.
  await api.call('PATCH', `${S}/destinations/${hook.id}`, { ratePerSecond: 10_000 })
  return { ...hook, sourceId: id, send, ids: calls.map(({ messageId }) => messageId), asked: { sourceId: id, ...SPAN } }
}
const ofReplay = async (replay: string, ...statuses: string[]) =>
  (await rows('event_delivery')).filter((row) => row['replay_id'] === replay && statuses.includes(row['status']))

it('SRC-17 it shows how far it is; paused it rests with what it has queued while live calls go; resumed it ends, each call once', async () => {
  const at = await withPast(1_200)
  const replay = await start(at.id, at.asked)
  expect(await read(at.id, replay)).toMatchObject({
    status: 'RUNNING',
    progress: { expected: 1_200, queued: 0, done: 0, reached: null },
  })
  expect(await sendNextReplays(context)).toBe(true)
  const first = (await read(at.id, replay)).progress
  expect(first.queued).toBeGreaterThan(0)
  expect(first.queued).toBeLessThanOrEqual(500)
  expect(first).toMatchObject({ expected: 1_200, waiting: first.queued, done: 0 })
  // The oldest first.
  expect((await ofReplay(replay, 'queued')).map((row) => row['message_id']).toSorted()).toEqual(
    at.ids.slice(0, first.queued).toSorted(),
  )

  expect((await steer(at.id, replay, 'pause')).body.data.replay).toMatchObject({ status: 'PAUSED', progress: first })
  const live = await at.send({ type: 'track', event: 'Live' })
  await finish()
  expect(at.bodies().map(({ messageId }) => messageId)).toEqual([live])
  expect(await read(at.id, replay)).toMatchObject({ status: 'PAUSED', finishedAt: null, progress: first })
  expect((await steer(at.id, replay, 'pause')).status).toBe(409)

  const resumed = (await steer(at.id, replay, 'resume')).body.data.replay
  expect(resumed).toMatchObject({ status: 'RUNNING', progress: first })
  await finish()
  expect(
    at
      .bodies()
      .map(({ messageId }) => messageId)
      .toSorted(),
  ).toEqual([live, ...at.ids].toSorted())
  expect(await read(at.id, replay)).toMatchObject({
    status: 'COMPLETED',
    progress: { expected: 1_200, queued: 1_200, done: 1_200, delivered: 1_200, waiting: 0 },
  })
  expect((await steer(at.id, replay, 'cancel')).status).toBe(409)
}, 60_000)

it('SRC-17 cancelled it sends nothing more: what waits is withdrawn, also what was being sent and comes back, and another may begin', async () => {
  const at = await withPast(30)
  const replay = await start(at.id, at.asked)
  await queue()
  let cancelled: Promise<unknown> | undefined
  let calls = 0
  const broken = await webhook(at.sourceId, async () => {
    calls++
    cancelled ??= steer(broken.id, again, 'cancel')
    await cancelled
    return { status: 500 }
  })
  const again: string = await start(broken.id, at.asked)
  await queue()
  expect((await steer(at.id, replay, 'cancel')).body.data.replay).toMatchObject({
    status: 'CANCELLED',
    progress: { queued: 30, waiting: 0, discarded: 30 },
  })
  await finish()
  expect(at.tool.calls).toEqual([])
  expect(await fate(at.id, at.ids[0] ?? '')).toMatchObject({
    ...{ replay: true, status: 'discarded', reason: 'REPLAY_CANCELLED', call: null },
    detail: expect.stringContaining('cancelled before it was sent'),
  })
  expect(await read(at.id, replay)).toMatchObject({ status: 'CANCELLED', finishedAt: now().toISOString() })

  // Of the other, calls were under way when it was cancelled, and would be tried again.
  expect(calls).toBeGreaterThan(0)
  const before = calls
  pass(3_600_000)
  await finish()
  expect(calls).toBe(before)
  expect(await read(broken.id, again)).toMatchObject({ status: 'CANCELLED', progress: { waiting: 0, discarded: 30 } })
  expect((await read(broken.id, again)).finishedAt).not.toBeNull()

  const third = await start(at.id, at.asked)
  await finish()
  expect(at.tool.calls).toHaveLength(30)
  expect(await read(at.id, third)).toMatchObject({ status: 'COMPLETED', progress: { delivered: 30 } })
})

it('SRC-17 live calls are taken before replayed ones, however many of those wait and for however long', async () => {
  let live: Promise<string> | undefined
  const at = await withPast(120, async () => {
    live ??= at.send({ type: 'track', event: 'Between' })
    await live
    return { status: 200 }
  })
  await start(at.id, at.asked)
  await queue()
  pass(60_000)
  const sent = []
  for (let n = 0; n < 3; n++) sent.push(await at.send({ type: 'track', event: 'Live' }))
  await deliver()
  const order = at.bodies().map(({ event }) => event)
  expect(order.slice(0, 3)).toEqual(['Live', 'Live', 'Live'])
  // It came with the first of all, and went with the next that were taken: not behind all those that waited.
  expect(order.indexOf('Between')).toBe(3)
  expect(order.filter((event) => event === 'Past')).toHaveLength(120)
})

it('SRC-17 a live call that comes while replayed ones go waits for those that were taken together, and for no others', async () => {
  let replayed = 0
  let live: Promise<string> | undefined
  const at = await withPast(150, async ({ body }) => {
    if (JSON.parse(body).event === 'Past' && replayed++ === 0) live = at.send({ type: 'track', event: 'Between' })
    await live
    return { status: 200 }
  })
  await start(at.id, at.asked)
  await queue()
  await deliver()
  const order = at.bodies().map(({ event }) => event)
  expect(order.indexOf('Between')).toBeLessThanOrEqual(50)
  expect(order).toHaveLength(151)
})

it('SRC-17 the queue of a replay is short, whatever its past holds, and grows as it empties', async () => {
  const at = await withPast(MOST_WAITING + 700)
  const filter = { title: 'all', if: 'all', actions: [{ type: 'DROP' }] }
  await api.call('POST', `${S}/destination/${at.id}/filters`, filter)
  const replay = await start(at.id, at.asked)
  await queue()
  expect((await read(at.id, replay)).progress).toMatchObject({ queued: MOST_WAITING, waiting: MOST_WAITING })
  const deliveries = createDeliveries(drain())
  await deliveries.wake()
  await deliveries.idle()
  await deliveries.stop()
  expect((await read(at.id, replay)).progress).toMatchObject({ queued: MOST_WAITING, waiting: 0, filtered: MOST_WAITING })
  await finish()
  expect(await read(at.id, replay)).toMatchObject({ status: 'COMPLETED', progress: { filtered: MOST_WAITING + 700 } })
}, 60_000)

it('SRC-17 G6 killed in the middle of a part, before and after it is kept: another worker goes on, and nothing goes twice', async () => {
  const at = await withPast(1_100)
  const replay = await start(at.id, at.asked)
  const dieAt = async (point: string) => {
    const child = spawn(process.execPath, [SCRIPT, database.url, point, now().toISOString()], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
    return (await read(at.id, replay)).progress
  }
  expect(await dieAt('destination_replay.queued')).toMatchObject({ queued: 0, waiting: 0 })
  // The claim of the dead one holds yet.
  await queue()
  expect((await read(at.id, replay)).progress.queued).toBe(0)
  pass(61_000)
  const kept = await dieAt('destination_replay.kept')
  expect(kept.queued).toBeGreaterThan(0)
  expect(kept.waiting).toBe(kept.queued)
  pass(61_000)
  await finish()
  expect(
    at
      .bodies()
      .map(({ messageId }) => messageId)
      .toSorted(),
  ).toEqual(at.ids.toSorted())
  expect(await read(at.id, replay)).toMatchObject({
    status: 'COMPLETED',
    progress: { expected: 1_100, queued: 1_100, delivered: 1_100 },
  })
}, 60_000)
