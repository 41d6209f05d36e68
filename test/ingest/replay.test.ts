import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { makeNextReplays, type ReplayContext } from '../../src/ingest/replay/make.ts'
import { basic, eventsOf, pictureOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const START = new Date('2026-03-10T12:00:00Z')
const DAY_MS = 86_400_000
let made = 0

/** Two spaces of one installation with a clock of their own; the first has a source with a past. */
const world = async () => {
  let now = START
  const clock = () => now
  const [giver, taker] = [await testApi(database, `spa_${made++}`, clock), await testApi(database, `spa_${made++}`, clock)]
  const source = `src_${giver.spaceId}`
  const context: ReplayContext = {
    db,
    now: clock,
    random: taker.door.random,
    newClaim: () => `claim ${made++}`,
    told: () => {},
  }
  const connected = `/spaces/${taker.spaceId}/connected-sources`
  return {
    giver,
    taker,
    source,
    context,
    later: (ms: number): void => {
      now = new Date(now.getTime() + ms)
    },
    send: (calls: readonly object[]) => post(giver.server, '/v1/batch', { batch: calls }, basic(giver.writeKey)),
    connect: (more: object = {}) => taker.call('POST', connected, { token: giver.token, sourceId: source, ...more }),
    steer: (id: string, what: string) => taker.call('POST', `${connected}/${id}/replay`, { do: what }),
    read: async () => (await taker.call('GET', connected)).body.data.connectedSources[0],
    replayAll: async () => {
      for (let turn = 0; turn < 200 && (await makeNextReplays(context)); turn++);
    },
  }
}

const daysAgo = (days: number): string => new Date(START.getTime() - days * DAY_MS).toISOString()
const order = (n: number, days: number, more: object = {}) => ({
  type: 'track',
  userId: `u${n % 3}`,
  event: 'Order Completed',
  properties: { n },
  messageId: `m${n}`,
  timestamp: daysAgo(days),
  ...more,
})
const idsOf = async (spaceId: string) => (await eventsOf(db, spaceId)).map((event) => event['message_id'])

it('ING-22 connecting a source with replay on shows the last month of its events on profiles, and what comes in from then on', async () => {
  const w = await world()
  await w.send([
    order(1, 31),
    order(2, 29),
    order(3, 1),
    {
      type: 'identify',
      userId: 'u0',
      messageId: 'i1',
      timestamp: daysAgo(20),
      traits: { email: 'ada@example.com', plan: 'pro' },
    },
    {
      type: 'page',
      userId: 'u0',
      anonymousId: 'a0',
      messageId: 'p1',
      timestamp: daysAgo(10),
      name: 'Pricing',
      properties: { path: '/x' },
    },
    { type: 'group', userId: 'u0', groupId: 'acme', messageId: 'g1', timestamp: daysAgo(9), traits: { seats: 5 } },
  ])
  expect((await w.connect()).status).toBe(201)
  expect(await w.read()).toMatchObject({
    fromSourceId: w.source,
    replay: { status: 'RUNNING', kind: 'replay', progress: { expected: 5 } },
  })
  w.later(11_000)
  await w.replayAll()
  expect(await w.read()).toMatchObject({ replay: { status: 'COMPLETED', progress: { expected: 5, taken: 5, refused: 0 } } })
  expect(await idsOf(w.taker.spaceId)).toEqual(['g1', 'i1', 'm2', 'm3', 'p1'])
  const [here, there] = [await eventsOf(db, w.taker.spaceId), await eventsOf(db, w.giver.spaceId)]
  const contentOf = (events: typeof here) =>
    events.map(({ message_id, type, name, properties, timestamp }) => ({
      message_id,
      type,
      name,
      properties,
      at: timestamp.toISOString(),
    }))
  expect(contentOf(here)).toEqual(contentOf(there).filter(({ message_id }) => message_id !== 'm1'))
  const { people } = await pictureOf(db, w.taker.spaceId)
  expect(people.find(({ identifiers }) => JSON.stringify(identifiers['user_id']) === '["u0"]')).toMatchObject({
    identifiers: { email: ['ada@example.com'], anonymous_id: ['a0'] },
    traits: { plan: 'pro' },
  })
  expect(people.find(({ collection }) => collection === 'accounts')).toMatchObject({ traits: { seats: 5 } })
  await w.send([order(9, 0)])
  expect(await idsOf(w.taker.spaceId)).toContain('m9')
  expect(here.every(({ source_id }) => source_id !== w.source)).toBe(true)
})

it('ING-22 with replay off none of the past is there, only what is received after connecting', async () => {
  const w = await world()
  await w.send([order(1, 2)])
  expect((await w.connect({ replay: false })).body.data.connectedSource.replay).toBeNull()
  w.later(11_000)
  await w.replayAll()
  expect(await idsOf(w.taker.spaceId)).toEqual([])
  await w.send([order(2, 0)])
  expect(await idsOf(w.taker.spaceId)).toEqual(['m2'])
  // Ended, it brings nothing more; what came in stays.
  const { sourceId } = await w.read()
  await w.taker.call('DELETE', `/spaces/${w.taker.spaceId}/connected-sources/${sourceId}`)
  w.later(3_000)
  await w.send([order(3, 0)])
  expect([await idsOf(w.taker.spaceId), await idsOf(w.giver.spaceId)]).toEqual([['m2'], ['m1', 'm2', 'm3']])
})

it('ING-22 it goes oldest first with progress; paused it rests while live calls come, cancelled it ends, and nothing is taken twice', async () => {
  const w = await world()
  const past = Array.from({ length: 2_400 }, (_, n) => order(n, 29 - n / 100))
  await w.send(past.slice(0, 1_200))
  await w.send(past.slice(1_200))
  const { sourceId } = (await w.connect()).body.data.connectedSource
  w.later(11_000)
  // A day at most each time: the first one is empty.
  const counts: number[] = []
  for (let turn = 0; turn < 3; turn++) {
    await makeNextReplays(w.context)
    counts.push((await eventsOf(db, w.taker.spaceId)).length)
  }
  expect(counts).toEqual([0, 100, 200])
  const there = (await eventsOf(db, w.taker.spaceId)).map((event) => Number(event['properties'].n)).toSorted((a, b) => a - b)
  expect(there).toEqual(Array.from({ length: there.length }, (_, n) => n))
  expect((await w.steer(sourceId, 'pause')).body.data.connectedSource.replay).toMatchObject({
    status: 'PAUSED',
    progress: { expected: 2_400, taken: there.length },
  })
  await w.replayAll()
  expect(await eventsOf(db, w.taker.spaceId)).toHaveLength(there.length)
  expect((await w.send([order(5_000, 0)])).body.results).toEqual([expect.objectContaining({ status: 'stored' })])
  expect(await idsOf(w.taker.spaceId)).toContain('m5000')
  expect((await w.steer(sourceId, 'pause')).status).toBe(409)
  expect((await w.steer(sourceId, 'resume')).body.data.connectedSource.replay.status).toBe('RUNNING')
  // One that died with a part stored says so; one that died before is done again.
  await run(
    db,
    query('test.*', sql`update import set claim = 'dead', claimed_until = ${START} where space_id = ${w.taker.spaceId}`),
  )
  await w.replayAll()
  // The live one came while it was being connected: the replay met it again.
  expect((await w.read()).replay).toMatchObject({ status: 'COMPLETED', progress: { taken: 2_400, duplicates: 1 } })
  expect(await eventsOf(db, w.taker.spaceId)).toHaveLength(2_401)
  expect((await w.steer(sourceId, 'cancel')).status).toBe(409)
})

it('ING-22 a replay that is cancelled brings no more', async () => {
  const w = await world()
  await w.send([order(1, 20), order(2, 1)])
  const { sourceId } = (await w.connect()).body.data.connectedSource
  await makeNextReplays(w.context)
  expect((await w.steer(sourceId, 'cancel')).body.data.connectedSource.replay).toMatchObject({ status: 'CANCELLED' })
  w.later(11_000)
  await w.replayAll()
  expect((await idsOf(w.taker.spaceId)).length).toBeLessThan(2)
})

it('ING-22 no journey hears of a replay, and the space’s own rules judge what comes', async () => {
  const w = await world()
  const { spaceId } = w.taker
  await run(
    db,
    query('test.*', sql`insert into event_interest (space_id, name, consumer) values (${spaceId}, 'Order Completed', 'journey')`),
  )
  await w.send([order(1, 3), order(2, 2)])
  await w.taker.call('POST', `/spaces/${spaceId}/regulations`, {
    regulationType: 'SUPPRESS_ONLY',
    subjectType: 'USER_ID',
    subjectIds: ['u1'],
  })
  await w.connect()
  w.later(11_000)
  await w.replayAll()
  expect((await w.read()).replay.progress).toMatchObject({ taken: 1, refused: 1 })
  expect(await run(db, query('test.*', sql`select id from outbox where space_id = ${spaceId} and topic = 'event'`))).toEqual([])
})

it('what rules at the source’s door change or drop comes to the other space as it was stored, live and by replay', async () => {
  const w = await world()
  const turn = (of: object) =>
    w.giver.call('PATCH', `/spaces/${w.giver.spaceId}/sources/${w.source}/switches`, { type: 'track', enabled: false, ...of })
  await turn({ name: 'Order Completed', path: 'card' })
  await turn({ name: 'Noise' })
  const calls = (n: number) => [order(n, 1, { properties: { card: '4111', n } }), order(n + 1, 1, { event: 'Noise' })]
  await w.send(calls(1))
  await w.connect()
  await w.send(calls(3))
  // Who sends again, because an answer was lost, changes nothing here or there.
  await w.send(calls(3))
  w.later(11_000)
  await w.replayAll()
  const events = await eventsOf(db, w.taker.spaceId)
  expect(events.map((event) => [event['message_id'], event['properties']])).toEqual([
    ['m1', { n: 1 }],
    ['m3', { n: 3 }],
  ])
})

it('ING-22 only who has a token of the other space may connect its source, and each once', async () => {
  const w = await world()
  expect((await w.connect({ token: 'guessed' })).status).toBe(403)
  expect((await w.connect({ sourceId: 'src_nobody' })).status).toBe(404)
  expect((await w.connect({ token: w.taker.token, sourceId: `src_${w.taker.spaceId}` })).body.error.code).toBe('own_source')
  expect((await w.connect()).status).toBe(201)
  expect((await w.connect()).body.error.code).toBe('source_is_connected')
  const third = await testApi(database, `spa_${made++}`, () => START)
  const { sourceId } = await w.read()
  const chained = await third.call('POST', `/spaces/${third.spaceId}/connected-sources`, { token: w.taker.token, sourceId })
  expect(chained.body.error.code).toBe('fed_source')
})

it('ING-23 a source with the wrong label cannot attach to the space', async () => {
  const w = await world()
  const policy = `/spaces/${w.taker.spaceId}/source-policy`
  await w.taker.call('PUT', policy, { labels: ['environment:prod'] })
  expect((await w.taker.call('GET', policy)).body.data.labels).toEqual(['environment:prod'])
  expect((await w.connect()).body.error).toMatchObject({ code: 'wrong_label', message: expect.stringContaining('has no label') })
  const label = (labels: readonly string[]) =>
    w.giver.call('PUT', `/spaces/${w.giver.spaceId}/sources/${w.source}/labels`, { labels })
  await label(['environment:dev'])
  const refused = await w.connect()
  expect([refused.status, refused.body.error.message]).toEqual([
    409,
    expect.stringMatching(/labelled environment:prod; "test" is labelled environment:dev/),
  ])
  expect((await w.taker.call('GET', `/spaces/${w.taker.spaceId}/connected-sources`)).body.data.connectedSources).toEqual([])
  expect((await label(['no label'])).status).toBe(422)
  await label(['environment:prod', 'team:web'])
  expect((await w.connect()).status).toBe(201)
  // What is in the space cannot be given a label that it would not be let in with.
  const own = await w.taker.call('PUT', `/spaces/${w.taker.spaceId}/sources/src_${w.taker.spaceId}/labels`, {
    labels: ['environment:dev'],
  })
  expect(own.body.error.code).toBe('wrong_label')
})
