import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { addToOutbox } from '../../src/db/outbox.ts'
import { selectRows } from '../support/calls.ts'
import { connecting } from './support.ts'

const world = await connecting()
const {
  api,
  decoy,
  db,
  database,
  S,
  now,
  pass: later,
  work,
  settle,
  relay,
  deliver,
  send,
  order,
  audience,
  trait,
  connect,
  told,
} = world
const { connectDecoy, queued, count, trap, rows, tell } = world
const DAY_MS = 86_400_000
const SCRIPT = fileURLToPath(new URL('../support/sync-process.ts', import.meta.url))
const WEBHOOKS = 'Webhooks (Actions)'
const at = (path: string, id: string) => `${S}${path}/destination-connections/${id}`

it('without a connection nothing is written for any, whoever enters', async () => {
  await audience('Quiet', "event('Quiet').count() >= 1")
  await trait('Quiet count', "event('Quiet').count()")
  await send({ type: 'track', userId: 'ada', event: 'Quiet' })
  await settle()
  expect(await rows('membership')).toHaveLength(1)
  expect(await count('outbox')).toBe(0)
  expect(await queued()).toEqual([])
})

it('EVT-01 EVT-03 EVT-09 EVT-10 who is in is told of once, then each change, as identify and track, to this destination only', async () => {
  const id = await audience('Buyers')
  await send(
    { type: 'identify', userId: 'ada', traits: { email: 'ada@example.com' } },
    { type: 'track', userId: 'ada', event: 'Order' },
  )
  await settle()
  const hook = await told(`/audiences/${id}`)
  const other = await world.webhook(world.sourceId)
  await connectDecoy()
  await work()
  const entered = [
    { type: 'identify', userId: 'ada', traits: { email: 'ada@example.com', buyers: true } },
    {
      type: 'track',
      event: 'Audience Entered',
      userId: 'ada',
      properties: { audience_key: 'buyers', buyers: true },
      context: { email: 'ada@example.com' },
    },
  ]
  expect(hook.said().toSorted((a, b) => (String(a['type']) < String(b['type']) ? -1 : 1))).toEqual(entered)
  expect(hook.bodies()[0]).toMatchObject({
    integrations: { All: false, [WEBHOOKS]: true },
    context: {
      personas: {
        computation_class: 'audience',
        computation_id: id,
        computation_key: 'buyers',
        namespace: 'spa_test',
        space_id: 'spa_test',
      },
    },
  })
  await work()
  expect(hook.tool.calls, 'a second sync without changes sends nothing').toHaveLength(2)
  await order('bob')
  await work()
  expect(hook.said().slice(2)).toHaveLength(2)
  expect(
    hook
      .said()
      .slice(2)
      .every(({ userId }) => userId === 'bob'),
  ).toBe(true)
  later(8 * DAY_MS)
  await work()
  const exits = hook.said().slice(4)
  expect(exits.map(({ event }) => event).filter(Boolean)).toEqual(['Audience Exited', 'Audience Exited'])
  expect(exits).toContainEqual({
    type: 'identify',
    userId: 'ada',
    traits: { email: 'ada@example.com', buyers: false },
  })
  expect(await rows('connection_told'), 'what is over is not kept').toEqual([])
  expect(other.tool.calls).toEqual([])
  expect(trap.calls.length, 'the decoy has its own').toBeGreaterThan(0)
  expect(trap.calls.every(({ body }) => !body.includes('"spa_test"'))).toBe(true)
})

it('CTR-15 CTR-16 a computed trait tells its values, each only when it is another', async () => {
  const id = await trait('Orders')
  const hook = await told(`/computed-traits/${id}`, { connectionSettings: { computedEventName: 'Counted' } })
  await work()
  hook.tool.calls.length = 0
  await order('cleo')
  await work()
  await send({ type: 'track', userId: 'cleo', event: 'View' })
  await work()
  await order('cleo')
  await work()
  const [first, ...rest] = [1, 2].map((value) => [
    { type: 'identify', userId: 'cleo', traits: { orders: value } },
    { type: 'track', event: 'Counted', userId: 'cleo', properties: { trait_key: 'orders', orders: value } },
  ])
  expect(hook.said()).toEqual(expect.arrayContaining([...(first ?? []), ...rest.flat()]))
  expect(hook.said()).toHaveLength(4)
  expect(hook.bodies()[0].context.personas.computation_class).toBe('trait')
})

it('DST-01 EVT-02 only the calls that are switched on are sent, under the names of this connection', async () => {
  const id = await audience('Named')
  const renamed = await told(`/audiences/${id}`, {
    includeExisting: false,
    connectionSettings: { sendIdentify: false, enteredEventName: 'Came', exitedEventName: 'Went' },
  })
  const usual = await told(`/audiences/${id}`, { includeExisting: false, connectionSettings: { sendTrack: false } })
  await work()
  later(1_000)
  await order('dora')
  await work()
  expect(renamed.said().map(({ type, event }) => [type, event])).toEqual([['track', 'Came']])
  expect(usual.said().map(({ type }) => type)).toEqual(['identify'])
  const none = { connectionSettings: { sendTrack: false, sendIdentify: false } }
  const refused = await api.call('PATCH', at(`/audiences/${id}`, usual.connection), none)
  expect(refused).toMatchObject({ status: 422, body: { error: { problems: [{ field: 'connectionSettings.sendTrack' }] } } })
})

it('EVT-04 EVT-05 EVT-07 each identifier is told, a new one within a day, and all that ever were are told the exit', async () => {
  const id = await audience('Many ids', "event('Many').within(7 days).count() >= 1")
  await send(
    { type: 'identify', userId: 'eve', traits: { email: 'one@example.com' } },
    { type: 'identify', userId: 'eve', traits: { email: 'two@example.com' } },
    { type: 'track', userId: 'eve', event: 'Many' },
  )
  const hook = await told(`/audiences/${id}`, { connectionSettings: { sendTrack: false } })
  await work()
  const emails = () => hook.said().map(({ traits }) => (traits as { email?: string }).email)
  expect(emails().toSorted()).toEqual(['one@example.com', 'two@example.com'])
  await send({ type: 'identify', userId: 'eve', traits: { email: 'three@example.com' } })
  later(DAY_MS + 1)
  await work()
  expect(emails().slice(2)).toEqual(['three@example.com'])
  later(8 * DAY_MS)
  await work()
  expect(emails().slice(3).toSorted()).toEqual(['one@example.com', 'three@example.com', 'two@example.com'])
})

it('EVT-08 who was in before, where existing members are left out, is told of neither then nor when they leave', async () => {
  const id = await audience('Old ones', "event('Old').within(7 days).count() >= 1")
  await send({ type: 'track', userId: 'fay', event: 'Old' })
  await settle()
  later(1_000)
  const hook = await told(`/audiences/${id}`, { includeExisting: false })
  await work()
  later(8 * DAY_MS)
  await work()
  expect(hook.tool.calls).toEqual([])
})

it('DST-06 DST-07 DST-13 paused it keeps what it is and loses nothing; it may be told anew; removed it is gone', async () => {
  const id = await audience('Paused')
  const hook = await told(`/audiences/${id}`, { connectionSettings: { sendTrack: false } })
  await order('gil')
  await work()
  const one = async () => (await api.call('GET', at(`/audiences/${id}`, hook.connection))).body.data.destinationConnection
  expect(await one()).toMatchObject({
    status: 'Connected',
    syncStatus: 'Live',
    mappings: { enabled: 1, disabled: 1 },
    destination: { id: hook.id, enabled: true },
  })
  const first = hook.said().length
  await api.call('PATCH', at(`/audiences/${id}`, hook.connection), { enabled: false })
  expect(await one()).toMatchObject({ status: 'Disconnected', syncStatus: 'Paused' })
  await api.call('PATCH', `${S}/destinations/${hook.id}`, { enabled: false })
  expect(await one()).toMatchObject({ status: 'Disabled' })
  await order('hal')
  await work()
  expect(hook.said()).toHaveLength(first)
  await api.call('PATCH', at(`/audiences/${id}`, hook.connection), { enabled: true })
  await order('ida')
  await work()
  expect(hook.said(), 'the destination is still off').toHaveLength(first)
  await api.call('PATCH', `${S}/destinations/${hook.id}`, { enabled: true })
  await work()
  expect(
    hook
      .said()
      .slice(first)
      .map(({ userId }) => userId)
      .toSorted(),
  ).toEqual(['hal', 'ida'])
  const all = hook.said().length
  expect((await api.call('PATCH', at(`/audiences/${id}`, hook.connection), { performResync: true })).status).toBe(200)
  expect((await api.call('PATCH', at(`/audiences/${id}`, hook.connection), { performResync: true })).status).toBe(409)
  await work()
  expect(hook.said()).toHaveLength(2 * all)
  expect((await api.call('DELETE', at(`/audiences/${id}`, hook.connection))).status).toBe(200)
  await order('jon')
  await work()
  expect(hook.said()).toHaveLength(2 * all)
  expect((await api.call('GET', at(`/audiences/${id}`, hook.connection))).status).toBe(404)
  const again = await connect(`/audiences/${id}`, hook.id, { connectionSettings: { sendTrack: false } })
  expect(again.status).toBe(201)
  await work()
  expect(hook.said().length, 'set up again it begins anew').toBe(2 * all + all + 1)
})

it('the mappings and filters of the destination decide what becomes of the calls', async () => {
  const id = await audience('Filtered')
  const hook = await told(`/audiences/${id}`, { includeExisting: false })
  const filter = { title: 'no identify', if: 'type = "identify"', actions: [{ type: 'DROP' }] }
  expect((await api.call('POST', `${S}/destination/${hook.id}/filters`, { ...filter, enabled: true })).status).toBeLessThan(300)
  await work()
  later(1_000)
  await order('kim')
  await work()
  expect(hook.said().map(({ type }) => type)).toEqual(['track'])
})

it('a destination or audience that is deleted takes its connections along', async () => {
  const id = await audience('Short lived')
  const one = await told(`/audiences/${id}`)
  await told(`/audiences/${id}`)
  await work()
  expect((await connect(`/audiences/${id}`, one.id)).body.error).toMatchObject({ code: 'connected' })
  const list = async () =>
    (await api.call('GET', `${S}/audiences/${id}/destination-connections`)).body.data.destinationConnections
  expect(await list()).toHaveLength(2)
  expect((await api.call('DELETE', `${S}/destinations/${one.id}`)).status).toBe(200)
  expect(await list()).toHaveLength(1)
  await api.call('PATCH', `${S}/audiences/${id}`, { enabled: false })
  expect((await api.call('DELETE', `${S}/audiences/${id}`)).status).toBe(200)
  for (const table of ['connection', 'audience_interest'])
    expect((await rows(table)).filter((row) => (row['computation_id'] ?? row['audience_id']) === id)).toEqual([])
  const connections = (await rows('connection')).map((row) => row['id'])
  expect((await rows('connection_told')).filter((row) => !connections.includes(row['connection_id']))).toEqual([])
})

it('G5 a reaction that runs twice, or out of order, sends once, and what another space says changes nothing', async () => {
  const id = await audience('Twice')
  const hook = await told(`/audiences/${id}`, { includeExisting: false })
  await work()
  later(1_000)
  await order('lea')
  await settle()
  const items = await selectRows(db, sql`select * from outbox where space_id = 'spa_test' and payload ->> 'audience_id' = ${id}`)
  expect(items).toHaveLength(1)
  for (let times = 0; times < 2; times++) await tell('spa_test', items as never, now())
  await tell('spa_decoy', items as never, now())
  await relay()
  await deliver()
  expect(hook.said()).toHaveLength(2)
  await addToOutbox(db, 'spa_test', now(), [
    { profileId: items[0]?.['profile_id'], id: items[0]?.['id'], topic: 'exited', payload: { audience_id: id } },
  ])
  await relay()
  await deliver()
  expect(hook.said(), 'she is in, whatever was heard').toHaveLength(2)
})

it.each(['sync.queued', 'sync.passed'])(
  'G5 a worker that dies at %s is followed by one that tells each once',
  async (crashAt) => {
    const id = await audience(`Dies at ${crashAt}`, `event('${crashAt}').count() >= 1`)
    const hook = await told(`/audiences/${id}`)
    await send({ type: 'track', userId: 'mia', event: crashAt }, { type: 'track', userId: 'ned', event: crashAt })
    await settle()
    const died = spawnSync('node', [SCRIPT, database.url, crashAt, now().toISOString()], { encoding: 'utf8' })
    expect(died.signal, died.stderr).toBe('SIGKILL')
    later(61_000)
    await work()
    expect(
      hook
        .said()
        .map(({ userId, type }) => `${userId} ${type}`)
        .toSorted(),
    ).toEqual(['mia identify', 'mia track', 'ned identify', 'ned track'])
  },
)

it('EVT-06 two who are merged are one afterwards, and the exit goes to every identifier that either was told under', async () => {
  const id = await audience('Merged', "event('Merge').within(7 days).count() >= 1")
  const hook = await told(`/audiences/${id}`, { connectionSettings: { sendTrack: false } })
  await send(
    { type: 'identify', userId: 'olga', traits: { email: 'olga@example.com' } },
    { type: 'track', userId: 'olga', event: 'Merge' },
    { type: 'identify', anonymousId: 'a browser', traits: { email: 'other@example.com' } },
    { type: 'track', anonymousId: 'a browser', event: 'Merge' },
  )
  await work()
  const whom = () => hook.said().map(({ userId = '', traits }) => `${userId} ${(traits as { email: string }).email}`)
  expect(whom().toSorted()).toEqual([' other@example.com', 'olga olga@example.com'])
  await send({ type: 'identify', userId: 'olga', anonymousId: 'a browser' })
  await work()
  expect(hook.said().slice(2), 'they are in, as before').toEqual([])
  expect((await rows('connection_told')).filter((row) => row['connection_id'] === hook.connection)).toHaveLength(1)
  later(8 * DAY_MS)
  await work()
  expect(whom().slice(2)).toEqual(expect.arrayContaining([' other@example.com', 'olga olga@example.com']))
  expect(
    hook
      .said()
      .slice(2)
      .every(({ traits }) => (traits as { merged: boolean }).merged === false),
  ).toBe(true)
})

it('EVT-06 of two who are merged an identifier that both were told under is kept once', async () => {
  const id = await audience('Merged twice', "event('Both').within(7 days).count() >= 1")
  const hook = await told(`/audiences/${id}`, { connectionSettings: { sendTrack: false } })
  await send(
    { type: 'identify', userId: 'pia', traits: { email: 'pia@example.com' } },
    { type: 'track', userId: 'pia', event: 'Both' },
    { type: 'identify', anonymousId: 'her browser', traits: { email: 'work@example.com' } },
    { type: 'track', anonymousId: 'her browser', event: 'Both' },
  )
  await work()
  const shared = [{ email: 'work@example.com' }, { email: 'shared@example.com', userId: 'pia' }]
  await sql`update connection_told set ids = ids || ${JSON.stringify(shared)}::jsonb where connection_id = ${hook.connection}
    and ids <> '[{"email": "work@example.com"}]'`.execute(db)
  await sql`update connection_told set ids = ids || ${JSON.stringify(shared.slice(1))}::jsonb where connection_id = ${hook.connection}
    and ids = '[{"email": "work@example.com"}]'`.execute(db)
  await send({ type: 'identify', userId: 'pia', anonymousId: 'her browser' })
  const ids = (await rows('connection_told')).flatMap((row) =>
    row['connection_id'] === hook.connection ? (row['ids'] as { email: string }[]) : [],
  )
  expect(ids.map(({ email }) => email).toSorted()).toEqual(['pia@example.com', 'shared@example.com', 'work@example.com'])
})

it('G9 the connections of another space are not there', async () => {
  const id = await audience('Mine')
  const hook = await told(`/audiences/${id}`)
  const theirs = (await decoy.call('GET', '/spaces/spa_decoy/destinations')).body.data.destinations[0].id
  expect((await connect(`/audiences/${id}`, theirs)).status).toBe(404)
  const away = `/spaces/spa_decoy/audiences/mine/destination-connections`
  expect((await decoy.call('GET', `${away}/${hook.connection}`)).status).toBe(404)
  expect((await decoy.call('PATCH', `${away}/${hook.connection}`, { enabled: false })).status).toBe(404)
  expect((await decoy.call('DELETE', `${away}/${hook.connection}`)).status).toBe(404)
})
