import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { transact } from '../../src/db/query.ts'
import { createDeliveries } from '../../src/destination/drain.ts'
import { deliveriesLoop } from '../../src/destination/loop.ts'
import { MOST_WAITING, sendingLoop, sendNextReplays } from '../../src/ingest/replay/destination/make.ts'
import { basic, post } from '../support/calls.ts'
import { until } from '../support/wait.ts'
import { replaying } from './replaying.ts'
import { delivering } from './support.ts'

const world = await delivering()
const { database, db, api, S, source, webhook, deliver, fate, context: drain, rows, pass, now } = world
const { context, start, read, queue, steer, finish } = replaying(world)
const SCRIPT = fileURLToPath(new URL('../support/send-process.ts', import.meta.url))

const SPAN = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' }
const BEGIN = Date.parse(SPAN.from)
let made = 0

/** A source with so many calls in the span, and a webhook that was connected later. */
const withPast = async (
  count: number,
  answer?: Parameters<typeof webhook>[1],
  when = (n: number): number => Math.floor((n * 86_400_000) / count),
) => {
  const { id, send, writeKey } = await source()
  const calls = Array.from({ length: count }, (_, n) => ({
    ...{ type: 'track', event: 'Past', userId: `${id} ${n % 7}`, messageId: `past ${made++}`, properties: { n } },
    timestamp: new Date(BEGIN + when(n)).toISOString(),
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

it('SRC-17 paused it holds also what was being sent and comes back, and resumed it sends that, too', async () => {
  let paused: Promise<unknown> | undefined
  let broken = true
  const at = await withPast(30, async () => {
    paused ??= steer(at.id, replay, 'pause')
    await paused
    return { status: broken ? 500 : 200 }
  })
  const replay: string = await start(at.id, at.asked)
  await finish()
  const before = at.tool.calls.length
  expect(before).toBeGreaterThan(0)
  pass(3_600_000)
  await finish()
  expect(at.tool.calls).toHaveLength(before)
  expect(await ofReplay(replay, 'held')).toHaveLength(30)
  broken = false
  await steer(at.id, replay, 'resume')
  await finish()
  expect(new Set(at.bodies().map(({ messageId }) => messageId)).size).toBe(30)
  expect(await read(at.id, replay)).toMatchObject({ status: 'COMPLETED', progress: { done: 30, waiting: 0 } })
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

it('SRC-16 who is erased between the reading and the queueing of a part is not sent', async () => {
  const at = await withPast(14)
  const replay = await start(at.id, at.asked)
  const gone = `${at.sourceId} 3`
  const committed = Promise.withResolvers<void>()
  const erasing = transact(db, async (tx) => {
    await sql`delete from profile where space_id = 'spa_test' and identifiers -> 'user_id' ? ${gone}`.execute(tx)
    await committed.promise
  })
  const part = queue()
  const waits = sql<{
    one: number
  }>`select 1 as one from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await until('the part to wait', async () => (await waits.execute(db)).rows.length > 0)
  committed.resolve()
  await Promise.all([erasing, part])
  await finish()
  const users = at.bodies().map(({ userId }) => userId)
  expect(users).toHaveLength(12)
  expect(users).not.toContain(gone)
  expect(await read(at.id, replay)).toMatchObject({ status: 'COMPLETED', progress: { expected: 14, queued: 12, delivered: 12 } })
})

it('SRC-17 workers do it by themselves, however many there are, with live calls between', async () => {
  const at = await withPast(600)
  const failures: unknown[] = []
  const clocked = { ...drain(), now: () => new Date() }
  const replay = await start(at.id, at.asked)
  const failed = (error: unknown) => void failures.push(error)
  const sending = [deliveriesLoop(clocked, failed), deliveriesLoop(clocked, failed)]
  const told = () => {
    for (const one of sending) one.wake()
  }
  const loops = [1, 2].map(() => sendingLoop({ ...context, now: clocked.now, told }, failed))
  const live = await at.send({ type: 'track', event: 'Live' })
  await until('it to end', async () => (await read(at.id, replay)).status === 'COMPLETED', 30_000)
  await Promise.all([...sending, ...loops].map((one) => one.stop()))
  await deliver()
  expect(failures).toEqual([])
  expect(
    at
      .bodies()
      .map(({ messageId }) => messageId)
      .toSorted(),
  ).toEqual([live, ...at.ids].toSorted())
}, 60_000)

it('SRC-15 more calls of one instant than go together go all, once, with those around', async () => {
  const at = await withPast(640, undefined, (n) => (n < 20 ? n : n < 620 ? 40_000_000 : 40_000_000 + n))
  const replay = await start(at.id, at.asked)
  await finish()
  expect(
    at
      .bodies()
      .map(({ messageId }) => messageId)
      .toSorted(),
  ).toEqual(at.ids.toSorted())
  expect(await read(at.id, replay)).toMatchObject({ status: 'COMPLETED', progress: { expected: 640, queued: 640 } })
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
