import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, post } from '../support/calls.ts'
import { replaying } from './replaying.ts'
import { delivering } from './support.ts'

const world = await delivering()
const { api, decoy, db, S, source, webhook, deliver, deliveries, fate, trap, rows, pass, now } = world
const { ask, at, start, read, finish } = replaying(world)

const DAY = { from: '2026-03-05T00:00:00Z', to: '2026-03-06T00:00:00Z' }
/** The catalogue’s name of a webhook. */
const TOOL = 'Webhooks (Actions)'
const on = (timestamp: string, more: object = {}) => ({ type: 'track', event: 'Order Completed', timestamp, ...more })

it('SRC-15 a day goes to one tool again: exactly that day’s events, once each, marked as a replay; others get nothing', async () => {
  const [{ id, send }, other] = [await source(), await source()]
  const [tool, beside, elsewhere] = [await webhook(id), await webhook(id), await webhook(other.id)]
  await send(on('2026-03-04T23:59:59.999Z'))
  const of = [
    await send(on('2026-03-05T00:00:00.000Z', { properties: { total: 5, list: [{ a: 1 }] }, context: { ip: '8.8.8.8' } })),
    await send({ type: 'identify', timestamp: '2026-03-05T08:00:00Z', traits: { email: 'ada@example.com', plan: 'pro' } }),
    await send({ type: 'page', timestamp: '2026-03-05T09:00:00Z', name: 'Home', category: 'Site', properties: { path: '/' } }),
    await send({ type: 'group', timestamp: '2026-03-05T10:00:00Z', groupId: 'acme', traits: { seats: 5 } }),
    await send({ type: 'alias', timestamp: '2026-03-05T11:00:00Z', previousId: 'old' }),
    await send(on('2026-03-05T23:59:59.999Z')),
  ]
  await send(on('2026-03-06T00:00:00.000Z'))
  await other.send(on('2026-03-05T12:00:00Z'))
  await deliver()
  const live = tool.bodies()
  const before = [beside, elsewhere].map((hook) => hook.tool.calls.length)
  tool.tool.calls.length = 0

  const replay = await start(tool.id, { sourceId: id, ...DAY })
  // What comes in late is live, and no past.
  const late = await send(on('2026-03-05T13:00:00Z'))
  await finish()
  await finish()
  expect(
    tool
      .bodies()
      .map(({ messageId }) => messageId)
      .toSorted(),
  ).toEqual([...of, late].toSorted())
  expect([beside, elsewhere].map((hook) => hook.tool.calls.length)).toEqual([(before[0] ?? 0) + 1, before[1]])
  for (const messageId of of) {
    const told = await deliveries(tool.id, `?messageId=${encodeURIComponent(messageId)}`)
    expect(told.map((one: { replay: boolean; status: string }) => [one.replay, one.status])).toEqual([
      [true, 'delivered'],
      [false, 'delivered'],
    ])
    // The same call, but for the way it takes.
    const [was, is] = [live, tool.bodies()].map((bodies) => bodies.find((body) => body.messageId === messageId))
    const { originalTimestamp: _, ...same } = was
    expect(is).toEqual(
      expect.objectContaining({ ...same, ...(same.properties ? { properties: expect.objectContaining(same.properties) } : {}) }),
    )
    expect(is.integrations).toEqual({ All: false, [TOOL]: true })
  }
  expect(await fate(tool.id, late)).toMatchObject({ replay: false })
  expect(await read(tool.id, replay)).toMatchObject({
    status: 'COMPLETED',
    ...{ from: '2026-03-05T00:00:00.000Z', to: '2026-03-06T00:00:00.000Z', types: null, names: null },
    progress: { expected: 6, queued: 6, done: 6, delivered: 6, waiting: 0, reached: '2026-03-06T00:00:00.000Z' },
  })
  expect((await api.call('GET', at(tool.id))).body.data.replays).toEqual([await read(tool.id, replay)])
  expect((await api.call('GET', at(beside.id))).body.data.replays).toEqual([])
  // It is no file that comes in.
  expect((await api.call('GET', `${S}/imports`)).body.data.imports).toEqual([])
  expect((await api.call('GET', `${S}/imports/${replay}`)).status).toBe(404)
  expect(trap.calls.filter(({ body }) => JSON.parse(body).integrations)).toEqual([])
})

it('SRC-15 only the types and names that are asked for go, from whichever place of the day', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const third = await send(on('2026-03-05T15:00:00Z'))
  const first = await send(on('2026-03-05T09:00:00Z'))
  await send(on('2026-03-05T10:00:00Z', { event: 'Noise' }))
  const second = await send({ type: 'page', name: 'Home', timestamp: '2026-03-05T12:00:00Z' })
  await send({ type: 'identify', timestamp: '2026-03-05T12:00:00Z' })
  const replay = await start(hook.id, {
    ...{ sourceId: id, ...DAY },
    types: ['track', 'page', 'group'],
    names: ['Order Completed', 'Page Viewed', 'identify'],
  })
  const queued = async () => (await rows('event_delivery')).filter((row) => row['replay_id'] === replay)
  await finish()
  expect((await queued()).map((row) => row['message_id']).toSorted()).toEqual([first, second, third].toSorted())
  expect(await read(hook.id, replay)).toMatchObject({ status: 'COMPLETED', progress: { expected: 3, delivered: 3 } })
})

it('SRC-15 only what failed: what the tool did not take goes again as it was, what it took since does not', async () => {
  const { id, send } = await source()
  let takes = (body: string) => !body.includes('Bad')
  const hook = await webhook(id, ({ body }) => ({ status: takes(body) ? 200 : 400 }))
  const good = await send({ type: 'track', event: 'Good' })
  const bad = await send({
    type: 'track',
    event: 'Bad',
    userId: null,
    anonymousId: 'device',
    integrations: { [TOOL]: { x: 1 } },
  })
  const worse = await send({ type: 'track', event: 'Bad too' })
  await deliver()
  hook.tool.calls.length = 0
  takes = (body) => !body.includes('Bad too')
  const again = async () => {
    const replay = await start(hook.id, { sourceId: id, from: '2026-03-01T00:00:00Z', failedOnly: true })
    await finish()
    const sent = hook.bodies()
    hook.tool.calls.length = 0
    return { sent, progress: (await read(hook.id, replay)).progress }
  }
  const one = await again()
  expect(one.sent.map(({ messageId }) => messageId).toSorted()).toEqual([bad, worse].toSorted())
  expect(one.sent.find(({ messageId }) => messageId === bad)).toMatchObject({
    anonymousId: 'device',
    integrations: { All: false, [TOOL]: true },
  })
  expect(one.sent.some(({ userId }) => userId === undefined || userId === null)).toBe(true)
  expect(one.progress).toMatchObject({ expected: 2, done: 2, delivered: 1, failed: 1 })
  const two = await again()
  expect(two.sent.map(({ messageId }) => messageId)).toEqual([worse])
  expect(await fate(hook.id, good)).toMatchObject({ replay: false })
})

it('SRC-16 the call says All: false and the tool, keeps what it says of consent and its times, and what it said of tools is lost', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const consent = { categoryPreferences: { Advertising: false, Analytics: true } }
  const messageId = await send(
    on('2026-03-05T12:00:00.123Z', { integrations: { [TOOL]: false, Other: { key: 1 } }, context: { consent } }),
  )
  await deliver()
  expect(await fate(hook.id, messageId)).toMatchObject({ status: 'filtered', reason: 'FILTERED_BY_INTEGRATIONS_OBJECT' })
  const receivedAt = now().toISOString()
  pass(60_000)
  await start(hook.id, { sourceId: id, ...DAY })
  await finish()
  expect(hook.bodies()).toEqual([
    expect.objectContaining({
      ...{ messageId, userId: 'ada', receivedAt, timestamp: '2026-03-05T12:00:00.123Z' },
      integrations: { All: false, [TOOL]: true },
      context: expect.objectContaining({ consent }),
    }),
  ])
})

it('SRC-16 consent that was withheld stays withheld, as it is asked for now, though the call names the tool', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const saying = (hour: number, consent?: object) =>
    send(on(`2026-03-05T${hour}:00:00Z`, consent ? { context: { consent } } : {}))
  const withheld = [
    await saying(10, { categoryPreferences: { Advertising: false, Analytics: true } }),
    await saying(11, { categoryPreferences: { Analytics: true } }),
    await saying(12, {}),
  ]
  const given = [await saying(13, { categoryPreferences: { Advertising: true } }), await saying(14)]
  await deliver()
  hook.tool.calls.length = 0
  const category = { id: 'Advertising', name: 'Advertising', destinations: ['actions-webhook'], enabled: true }
  const made = await api.call('POST', `${S}/consent-categories`, category)
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const replay = await start(hook.id, { sourceId: id, ...DAY })
  await finish()
  expect((await api.call('DELETE', `${S}/consent-categories/Advertising`)).status).toBe(200)
  expect(
    hook
      .bodies()
      .map(({ messageId }) => messageId)
      .toSorted(),
  ).toEqual(given.toSorted())
  for (const messageId of withheld)
    expect(await fate(hook.id, messageId)).toMatchObject({
      ...{ replay: true, status: 'filtered', reason: 'FILTERED_BY_END_USER_CONSENT' },
    })
  expect((await read(hook.id, replay)).progress).toMatchObject({ expected: 5, delivered: 2, filtered: 3 })
})

it('SRC-16 a tool that is switched off receives it; its filters and its transformations are asked as they are now', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const [kept, dropped] = [await send(on('2026-03-05T12:00:00Z')), await send(on('2026-03-05T13:00:00Z', { event: 'Private' }))]
  await deliver()
  hook.tool.calls.length = 0
  await api.call('PATCH', `${S}/destinations/${hook.id}`, { enabled: false })
  await api.call('POST', `${S}/destination/${hook.id}/filters`, {
    title: 'private',
    if: 'event = "Private"',
    actions: [{ type: 'DROP' }],
  })
  const transformation = { sourceId: id, name: 'T', if: "event = 'Order Completed'", newEventName: 'Purchase' }
  await api.call('POST', `${S}/transformations`, { ...transformation, destinationMetadataId: 'actions-webhook' })
  const live = await send(on('2026-03-05T14:00:00Z'))
  const replay = await start(hook.id, { sourceId: id, ...DAY })
  await finish()
  expect(
    hook
      .bodies()
      .map(({ messageId, event }) => [messageId, event])
      .toSorted(),
  ).toEqual(
    [
      [kept, 'Purchase'],
      // It came while the tool was off.
      [live, 'Purchase'],
    ].toSorted(),
  )
  expect(await fate(hook.id, dropped)).toMatchObject({ replay: true, status: 'filtered', reason: 'FILTERED_BY_RULES' })
  expect((await read(hook.id, replay)).progress).toMatchObject({ expected: 3, done: 3, delivered: 2, filtered: 1 })
})

it('SRC-16 the events of a person who is suppressed are replayed, those of one who was deleted are gone', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const suppressed = await send(on('2026-03-05T12:00:00Z', { userId: 'eve' }))
  await send(on('2026-03-05T13:00:00Z', { userId: 'gone' }))
  await deliver()
  hook.tool.calls.length = 0
  for (const [regulationType, subject] of [
    ['SUPPRESS_ONLY', 'eve'],
    ['SUPPRESS_WITH_DELETE', 'gone'],
  ]) {
    const body = { regulationType, subjectType: 'USER_ID', subjectIds: [subject] }
    expect((await api.call('POST', `${S}/regulations`, body)).status).toBeLessThan(300)
  }
  while (await eraseNext({ db, now, newClaim: () => randomUUID(), leave: leaveDestinations }));
  await start(hook.id, { sourceId: id, ...DAY })
  await finish()
  expect(hook.bodies().map(({ messageId }) => messageId)).toEqual([suppressed])
})

it('G9 a replay reads the past of its own space, and is steered from there', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const messageId = 'm same'
  await send(on('2026-03-05T12:00:00Z', { messageId }))
  const D = '/spaces/spa_decoy'
  const call = {
    userId: 'ada',
    event: 'Order Completed',
    messageId,
    timestamp: '2026-03-05T12:00:00Z',
    properties: { x: 1 },
  }
  await post(decoy.server, '/v1/track', call, basic(decoy.writeKey))
  const replay = await start(hook.id, { sourceId: id, ...DAY })
  expect((await decoy.call('GET', `${D}/destinations/${hook.id}/replays`)).status).toBe(404)
  expect((await decoy.call('GET', `${D}/destinations/${hook.id}/replays/${replay}`)).status).toBe(404)
  expect((await decoy.call('POST', `${D}/destinations/${hook.id}/replays/${replay}`, { do: 'cancel' })).status).toBe(404)
  expect((await decoy.call('POST', `${D}/destinations/${hook.id}/replays`, { sourceId: id, ...DAY })).status).toBe(404)
  const [theirs] = (await decoy.call('GET', `${D}/destinations`)).body.data.destinations
  expect((await decoy.call('GET', `${D}/destinations/${theirs.id}/replays`)).body.data.replays).toEqual([])
  // Nor at another destination of the same space.
  const beside = await webhook(id)
  expect((await api.call('POST', at(beside.id, replay), { do: 'cancel' })).status).toBe(404)
  trap.calls.length = 0
  await finish()
  expect(hook.bodies().filter(({ integrations }) => integrations)).toEqual([
    expect.objectContaining({ messageId, properties: {} }),
  ])
  expect(trap.calls.map(({ body }) => JSON.parse(body)).filter(({ integrations }) => integrations)).toEqual([])
})

it('SRC-15 what cannot be replayed is refused, each field with what to do', async () => {
  const [{ id, send }, other] = [await source(), await source()]
  const hook = await webhook(id)
  await send(on('2026-03-05T12:00:00Z'))
  const refused = async (body: object) => {
    const answer = await ask(hook.id, { sourceId: id, ...DAY, ...body })
    expect(answer.status, JSON.stringify(answer.body)).toBe(422)
    return JSON.stringify(answer.body.error)
  }
  expect(await refused({ sourceId: other.id })).toMatch(/sourceId.*is not the source of/)
  expect(await refused({ from: '2026-03-06T00:00:00Z' })).toMatch(/"to".*is not after from.*later instant/)
  expect(await refused({ from: '2027-01-01T00:00:00Z', to: undefined })).toMatch(/"from".*is not in the past/)
  expect(await refused({ to: '2027-01-01T00:00:00Z' })).toMatch(/"to".*is not in the past.*leave it out/)
  expect(await refused({ failedOnly: true, from: '2026-01-01T00:00:00Z' })).toMatch(/"from".*28 days.*begin at/)
  expect(await refused({ from: 'yesterday' })).toMatch(/from/)
  expect(await refused({ types: ['call'] })).toMatch(/types/)
  expect(await refused({ names: [] })).toMatch(/names/)
  expect(await refused({ where: 'x' })).toMatch(/where/)
  expect((await ask('dst_nobody', { sourceId: id, ...DAY })).status).toBe(404)
  const running = await start(hook.id, { sourceId: id, ...DAY })
  const second = await ask(hook.id, { sourceId: id, ...DAY })
  expect([second.status, second.body.error.code]).toEqual([409, 'replay_running'])
  expect(second.body.error.message).toContain(running)
})
