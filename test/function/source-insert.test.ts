import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { afterAll, expect, it } from 'vitest'
import { codeReachOf, giveCodeReach } from '../../src/db/code-reach.ts'
import { processIdOf } from '../../src/function/sandbox.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { did } from '../audience/support/world.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { until } from '../support/wait.ts'
import { type Body, functioning } from './space.ts'

const SPACE = 'spa_insert'
const { api, decoy, db, S, source, made, deploy, connect, running } = await functioning(SPACE)
const people = async (name: string) =>
  (await api.call('POST', `${S}/audiences/previews`, { definition: { condition: did(name) } })).body.data.audiencePreview.size
    .count

const ALL = ['onIdentify', 'onTrack', 'onPage', 'onScreen', 'onGroup', 'onAlias']
const with_ = (name: string, body: string): string =>
  `${ALL.filter((one) => one !== name)
    .map((one) => `function ${one}(event) { return event }`)
    .join('\n')}\nasync function ${name}(event, settings) { ${body} }`

it('SRC-18 the changed event is what the profile, audiences and every destination see; DropEvent is counted', async () => {
  const at = await running(
    with_(
      'onTrack',
      `if (event.event === 'noise') throw new DropEvent('only noise')
       if (event.event === 'order') { event.event = 'Order Completed'; event.properties.total *= 2; event.userId = 'grace'; delete event.properties.secret }
       return event`,
    ),
  )
  const { body, stored } = await at.batch([
    { type: 'track', event: 'order', properties: { total: 1, secret: 's', kept: 'k' } },
    { type: 'track', event: 'noise' },
    { type: 'track', event: 'other' },
    { type: 'identify', traits: { plan: 'pro' } },
  ])
  expect(body.results.map(({ status }: Body) => status)).toEqual(['stored', 'dropped', 'stored', 'stored'])
  expect(stored[0]).toMatchObject({ name: 'Order Completed', properties: { total: 2, kept: 'k' } })
  expect(body.results[1]).toMatchObject({
    code: 'DROP_EVENT',
    message: expect.stringMatching(/^is dropped by the function "function \d+": only noise$/),
  })
  expect([await people('Order Completed'), await people('order')]).toEqual([1, 0])
  const [person] = (await api.call('GET', `${S}/profiles?search=grace`)).body.data.profiles
  expect(stored[0]?.['profile_id']).toBe(person.id)
  // The debugger shows what came in as it came, and what the function did.
  const calls: readonly Body[] = await at.calls()
  const order = calls.find(({ name }) => name === 'order')
  expect(order.changes.map((one: string) => one.replace(/^function \d+: /, ''))).toEqual(
    ['changed userId', 'changed event', 'changed properties.total', 'removed properties.secret'].toSorted(
      (a, b) => order.changes.findIndex((c: string) => c.endsWith(a)) - order.changes.findIndex((c: string) => c.endsWith(b)),
    ),
  )
  expect(JSON.stringify(order.raw)).toContain('secret')
  expect(calls.find(({ name }) => name === 'noise')).toMatchObject({ status: 'dropped' })
  // Filtered at source, by its code and its function.
  const { steps } = (await api.call('GET', `${S}/sources/${at.id}/overview?window=1h`)).body.data
  expect(steps).toMatchObject({ received: 4, filtered: 1, failed: 0, eligible: 3 })
  expect(JSON.stringify(await at.drops())).toContain('DROP_EVENT')
  // Another source, and the same source of another space, have none.
  expect((await (await source()).send({ type: 'track', event: 'noise' })).result.status).toBe('stored')
  await post(decoy.server, '/v1/track', { userId: 'u', event: 'noise', messageId: 'decoy noise' }, basic(decoy.writeKey))
  expect((await selectRows(db, sql`select name from event where space_id = ${decoy.spaceId}`)).map(({ name }) => name)).toEqual([
    'noise',
  ])
})

it('SRC-18 a destination of the source gets the changed event, and none of what is dropped', async () => {
  const at = await running(
    with_(
      'onTrack',
      `if (event.event === 'noise') throw new DropEvent(); event.properties = { by: 'function' }; event.userId = 'grace'; return event`,
    ),
  )
  const { status } = await api.call('POST', `${S}/destinations`, { sourceId: at.id, metadataId: 'actions-webhook', name: 'Hook' })
  expect(status).toBe(201)
  await at.batch([
    { type: 'track', event: 'order', messageId: 'to a tool', properties: { own: 1 } },
    {
      type: 'track',
      event: 'order',
      messageId: 'to a tool only',
      properties: { own: 1 },
      integrations: { All: false, Webhook: true },
    },
    { type: 'track', event: 'noise' },
  ])
  const rows = await selectRows(db, sql`select payload from event_delivery where space_id = ${SPACE} order by message_id`)
  expect(rows.map(({ payload }) => [payload.userId, payload.properties])).toEqual([
    ['grace', { by: 'function' }],
    ['grace', { by: 'function' }],
  ])
})

it('SRC-18 calls that are for other tools only go through it, and it may say whom a call is for', async () => {
  const at = await running(
    with_(
      'onTrack',
      `if (event.event === 'hide') event.integrations = { All: false }
    if (event.event === 'bad') throw new ValidationError('no')
    return event`,
    ),
  )
  const fate = async (event: string, integrations?: object) => (await at.send({ type: 'track', event, integrations })).result
  expect((await fate('hide')).status).toBe('filtered')
  expect((await fate('other', { All: false })).status).toBe('filtered')
  expect((await fate('bad', { All: false })).code).toBe('MESSAGE_REJECTED')
})

it('calls that come one by one go through it, and the event tester shows what it does', async () => {
  const at = await running(with_('onTrack', `event.properties = { by: 'function' }; return event`))
  const one = await post(api.server, '/v1/track', { userId: 'u', event: 'single', messageId: 'single' }, basic(at.key))
  expect(one.body.results[0].status).toBe('stored')
  const [row] = await selectRows(db, sql`select properties from event where space_id = ${SPACE} and message_id = 'single'`)
  expect(row?.['properties']).toEqual({ by: 'function' })
  const tested = await api.call('POST', `${S}/sources/${at.id}/test-call`, { call: { type: 'track', userId: 'u', event: 'E' } })
  expect(tested.body.data.door).toMatchObject({
    insert: { asked: true, verdict: 'change' },
    event: { properties: { by: 'function' } },
  })
})

it('it stands behind the filters, switches and the plan, and before the transformations of the source', async () => {
  const at = await running(
    with_('onTrack', `console.log(event.event); event.properties.seen = event.event; event.event = 'by function'; return event`),
  )
  await api.call('POST', `${S}/transformations`, {
    name: 'T',
    sourceId: at.id,
    if: "event = 'by function'",
    newEventName: 'By Both',
  })
  await api.call('PATCH', `${S}/sources/${at.id}/switches`, { type: 'track', name: 'off', enabled: false })
  expect((await at.send({ type: 'track', event: 'sent', properties: {} })).stored).toMatchObject({
    name: 'By Both',
    properties: { seen: 'sent' },
  })
  expect((await at.send({ type: 'track', event: 'off' })).result.code).toBe('event_setting')
  await api.call('PATCH', `${S}/sources/${at.id}/switches`, { type: 'track', name: 'By Both', enabled: false })
  expect((await at.send({ type: 'track', event: 'sent', properties: {} })).result.code).toBe('event_setting')
})

it('FUN-07 each error is counted with its code, and what should be tried again is answered 503 when all else is stored', async () => {
  const at = await running(
    with_(
      'onTrack',
      `const { kind } = event.properties
    const kinds = { ValidationError, InvalidEventPayload, EventNotSupported, DropEvent, RetryError, TypeError }
    if (kind) throw new kinds[kind]('because')
    return event`,
    ).replace(/function onPage.*\n/, ''),
  )
  const code = async (kind: string) => (await at.send({ type: 'track', event: 'E', properties: { kind } })).result
  expect(
    [
      await code('ValidationError'),
      await code('InvalidEventPayload'),
      await code('EventNotSupported'),
      await code('TypeError'),
    ].map((result) => [result.code, result.message.replace(/function \d+/, 'f')]),
  ).toEqual([
    ['MESSAGE_REJECTED', 'is not taken (Message Rejected) by the function "f": because (line 7)'],
    ['MESSAGE_REJECTED', 'is not taken (Message Rejected) by the function "f": because (line 7)'],
    ['UNSUPPORTED_EVENT_TYPE', 'is not taken (Unsupported Event Type) by the function "f": because (line 7)'],
    ['INVOKE_ERROR', 'is not taken (Bad Request) by the function "f": TypeError: because (line 7)'],
  ])
  expect((await at.send({ type: 'page', name: 'P' })).result).toMatchObject({ code: 'UNSUPPORTED_EVENT_TYPE' })
  const { status, headers, body, stored, sent } = await at.batch([
    { type: 'track', event: 'good', properties: {} },
    { type: 'track', event: 'again', properties: { kind: 'RetryError' } },
    { type: 'identify', traits: { a: 1 } },
  ])
  expect([status, headers['retry-after'], body.success, body.error.code]).toEqual([503, '5', false, 'RETRY_ERROR'])
  expect(stored.map((event) => event !== undefined)).toEqual([true, false, true])
  // Who sends again loses nothing and doubles nothing.
  const repaired = await made(with_('onTrack', 'return event'))
  await deploy(repaired)
  await api.call('DELETE', `${S}/insert-function-instances/${at.instanceId}`)
  await connect(repaired, at.id)
  const again = await post(api.server, '/v1/batch', { batch: sent }, basic(at.key))
  expect([again.status, again.body.results.map(({ status: one }: Body) => one)]).toEqual([
    200,
    ['duplicate', 'stored', 'duplicate'],
  ])
  const { steps } = (await api.call('GET', `${S}/sources/${at.id}/overview?window=1h`)).body.data
  expect(steps).toMatchObject({ filtered: 6, failed: 0 })
})

it('what is given back that is no event is dropped with the reason, never silently', async () => {
  const at = await running(
    with_('onTrack', `return eval2(event.properties.as, event)`) +
      `
    const eval2 = (as, event) => ({
      nothing: undefined, text: 'text', list: [1], large: { ...event, big: 'x'.repeat(40000) }, nobody: { type: 'track', event: 'E' },
      typed: { ...event, type: 'page' }, id: { ...event, userId: 7 }, nameless: { ...event, event: '' }, time: { ...event, timestamp: 'soon' },
      moved: { ...event, timestamp: '2026-01-02T03:04:05.000Z' }, renumbered: { ...event, messageId: 'other' },
    })[as]`,
  )
  const said = async (as: string) => {
    const { result, stored } = await at.send({ type: 'track', event: 'E', properties: { as } })
    return [
      as,
      result.code ?? result.status,
      (result.message ?? '').replace(/^.*function \d+": /, ''),
      stored?.['timestamp']?.toISOString().slice(0, 10),
    ]
  }
  const seen = []
  for (const as of ['nothing', 'text', 'list', 'large', 'nobody', 'typed', 'id', 'nameless', 'time']) seen.push(await said(as))
  expect(seen.map(([as, code, message]) => [as, code, message])).toEqual([
    ['nothing', 'MESSAGE_REJECTED', 'it gave nothing back; return the event, or throw DropEvent'],
    ['text', 'MESSAGE_REJECTED', 'what it gave back is no event'],
    ['list', 'MESSAGE_REJECTED', 'what it gave back is no event'],
    ['large', 'MESSAGE_REJECTED', 'the message is too large: more than 32 KB'],
    ['nobody', 'MESSAGE_REJECTED', 'userId and anonymousId are both missing: send at least one of them'],
    ['typed', 'MESSAGE_REJECTED', 'it changed the type of the event'],
    ['id', 'MESSAGE_REJECTED', 'userId is not a text with something in it: send ids as texts of 1 to 500 characters'],
    ['nameless', 'MESSAGE_REJECTED', 'event is missing: name what happened, for example "Order Completed"'],
    ['time', 'MESSAGE_REJECTED', 'what it gave as timestamp is no time'],
  ])
  expect(await said('moved')).toEqual(['moved', 'stored', '', '2026-01-02'])
  // Its id is how it is known when it comes again.
  expect((await at.send({ type: 'track', event: 'E', properties: { as: 'renumbered' } })).stored).toBeDefined()
})

const held = Promise.withResolvers<void>()
const answering = createServer(async (request, response) => {
  if (request.url === '/held') await held.promise
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ city: `city of ${request.url}` }))
})
await new Promise<void>((resolve) => answering.listen(0, '127.0.0.1', resolve))
afterAll(() => answering.close())

it('FUN-06 a function that is over time is answered 503 with FUNCTION_TIMEOUT', async () => {
  const slow = await running(with_('onTrack', `await new Promise((resolve) => setTimeout(resolve, 30000))`), {
    executionSeconds: 1,
  })
  const { status, result } = await slow.send({ type: 'track', event: 'slow' })
  expect([status, result.code]).toEqual([503, 'FUNCTION_TIMEOUT'])
})

it('FUN-06 other sources of the space do not wait for a function that takes long', async () => {
  const reach = codeReachOf(db)
  giveCodeReach(db, { ...reach, hosts: new Set(['127.0.0.1']) })
  const { port } = answering.address() as AddressInfo
  const slow = await running(with_('onTrack', `await fetch('http://127.0.0.1:${port}/held'); return event`), {
    executionSeconds: 60,
  })
  const quick = await source()
  const waiting = slow.send({ type: 'track', event: 'slow' })
  await once(answering, 'request')
  const answers = await Promise.all(Array.from({ length: 5 }, () => quick.send({ type: 'track', event: 'quick' })))
  expect(answers.map(({ result }) => result.status)).toEqual(Array(5).fill('stored'))
  held.resolve()
  expect((await waiting).result.status).toBe('stored')
  giveCodeReach(db, reach)
})

it('a process that is killed in the middle of a batch: all is answered, and nothing is stored twice', async () => {
  const at = await running(
    with_('onTrack', `await new Promise((resolve) => setTimeout(resolve, 400)); event.properties.through = true; return event`),
  )
  const before = processIdOf(SPACE)
  if (before) process.kill(before, 'SIGKILL')
  await until('that one to be gone', async () => processIdOf(SPACE) === undefined)
  const running_ = at.batch(Array.from({ length: 100 }, (_, n) => ({ type: 'track', event: `killed ${n}`, properties: {} })))
  process.kill(await until('a process', async () => processIdOf(SPACE)), 'SIGKILL')
  const { status, body, stored } = await running_
  expect([status, body.results.filter(({ status: one }: Body) => one === 'stored').length]).toEqual([200, 100])
  expect(stored.every((event) => event?.['properties'].through)).toBe(true)
  const rows = await selectRows(db, sql`select name from event where space_id = ${SPACE} and name like 'killed %'`)
  expect(rows.length).toBe(100)
})

it('files of calls go through it', async () => {
  const at = await running(
    with_('onTrack', `if (event.event === 'bad') throw new RetryError('later'); event.properties.through = true; return event`),
  )
  const lines = ['good', 'bad', 'fine'].map((event, n) =>
    JSON.stringify({ type: 'track', userId: 'u', event, messageId: `file ${n}`, properties: {} }),
  )
  const content = `${lines.join('\n')}\n`
  const opened = await api.call('POST', `${S}/imports/calls`, {
    ...{ name: 'calls.ndjson', bytes: content.length, fingerprint: 'print of the calls', sourceId: at.id },
  })
  expect([opened.status, JSON.stringify(opened.body)]).toEqual([200, expect.anything()])
  const { importId } = opened.body.data.import
  const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/octet-stream' }
  const url = `${S}/imports/calls/${importId}/pieces?offset=0&last=true`
  expect((await api.server.inject({ method: 'POST', url, headers, payload: content })).statusCode).toBe(200)
  const { body } = await api.call('GET', `${S}/imports/${importId}`)
  expect(JSON.stringify(body.data)).toContain('RETRY_ERROR')
  const rows = await selectRows(
    db,
    sql`select name, properties from event where space_id = ${SPACE} and message_id like 'file %' order by message_id`,
  )
  expect(rows).toEqual([
    { name: 'good', properties: { through: true } },
    { name: 'fine', properties: { through: true } },
  ])
  // So do calls that rooms of ours bring in for a source.
  const call = { type: 'track', userId: 'u', event: 'own', messageId: 'file own', properties: {} }
  const [result] = await ingestCalls(db, { spaceId: SPACE, sourceId: at.id }, [call], {
    receivedAt: new Date(),
    random: api.door.random,
  })
  const [own] = await selectRows(db, sql`select properties from event where space_id = ${SPACE} and name = 'own'`)
  expect([result?.status, own?.['properties']]).toEqual(['stored', { through: true }])
})

it('FUN-16 it reaches no private address, unless the operator named the host; then it may enrich what comes in', async () => {
  const { port } = answering.address() as AddressInfo
  const code = with_(
    'onIdentify',
    `event.traits = { ...event.traits, ...(await (await fetch('http://127.0.0.1:${port}/' + event.userId)).json()) }; return event`,
  )
  const closed = await running(code)
  expect((await closed.send({ type: 'identify', userId: 'zoe' })).result).toMatchObject({
    code: 'INVOKE_ERROR',
    message: expect.stringContaining('it is a private address'),
  })
  giveCodeReach(db, { ...codeReachOf(db), hosts: new Set(['127.0.0.1']) })
  const open = await running(code)
  expect((await open.send({ type: 'identify', userId: 'zoe' })).result.status).toBe('stored')
  const [person] = (await api.call('GET', `${S}/profiles?search=zoe`)).body.data.profiles
  expect(JSON.stringify((await api.call('GET', `${S}/profiles/${person.id}`)).body)).toContain('city of /zoe')
})

it('SRC-18 what the function takes out of what a batch says for all does not come back', async () => {
  const at = await running(
    with_('onTrack', `delete event.context.ip; delete event.context.locale; delete event.integrations.Slack; return event`),
  )
  const shared = { context: { direct: true, ip: '1.1.1.1', locale: 'de', app: { name: 'shop' } }, integrations: { Slack: true } }
  const { status } = await api.call('POST', `${S}/destinations`, { sourceId: at.id, metadataId: 'actions-webhook', name: 'Hook' })
  expect(status).toBe(201)
  const item = { type: 'track', userId: 'u', event: 'shared', messageId: 'shared' }
  const { body } = await post(api.server, '/v1/batch', { ...shared, batch: [item] }, basic(at.key))
  expect(body.results).toMatchObject([{ status: 'stored' }])
  const [row] = await selectRows(db, sql`select context from event where space_id = ${SPACE} and message_id = 'shared'`)
  expect(row?.['context']).toEqual({ direct: true, app: { name: 'shop' } })
  const [delivery] = await selectRows(
    db,
    sql`select payload from event_delivery where space_id = ${SPACE} and message_id = 'shared'`,
  )
  expect([delivery?.['payload'].messageId, delivery?.['payload'].integrations ?? {}]).toEqual(['shared', {}])
})
