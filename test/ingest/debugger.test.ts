import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { eventsIn } from '../../src/base/event-stream.ts'
import { must } from '../../src/base/must.ts'
import { sdkCode } from '../../src/event/sdk-code.ts'
import { parseCall } from '../../src/ingest/parse.ts'
import { createTail } from '../../src/ingest/tail.ts'
import { NOTHING_TOLD } from '../../src/ingest/told.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'
import { until } from '../support/wait.ts'

type Call = {
  readonly id: string
  readonly status: string
  readonly name: string
  readonly type: string
  readonly messageId: string | null
  readonly profileId: string | null
  readonly problems: readonly { readonly code: string }[]
  readonly changes: readonly string[]
  readonly raw: string
  readonly pretty: string
}

const database = await freshDatabase()
const api = await testApi(database)
const decoy = await testApi(database, 'spa_decoy')
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })

const path = '/spaces/spa_test/sources/src_spa_test/calls'
const send = (body: object, route = '/v1/batch') => post(api.server, route, body, basic(api.writeKey))
const track = (event: unknown, rest: object = {}) => ({ type: 'track', userId: 'u', event, ...rest })
const calls = async (query = ''): Promise<readonly Call[]> => (await api.call('GET', `${path}?count=500${query}`)).body.data.calls

it('ING-01 SRC-03 OBS-05 every call that came before anybody looked is there, of each of the seven routes', async () => {
  for (const type of ['identify', 'track', 'page', 'screen', 'group', 'alias'])
    await send({ userId: 'u', event: 'E', groupId: 'g', previousId: 'p', messageId: `seven ${type}` }, `/v1/${type}`)
  await send({ batch: [track('In a batch', { messageId: 'seven batch' })] })
  const found = await calls('&search=seven')
  expect(found.map((call) => [call.type, call.status, call.profileId !== null]).toSorted()).toEqual(
    ['alias', 'group', 'identify', 'page', 'screen', 'track', 'track'].map((type) => [type, 'stored', true]),
  )
})

it('SRC-05 OBS-05 what was dropped is there with its reason, what came twice and what is not for us, too', async () => {
  const messageId = 'fates'
  await send({
    batch: [
      track('Fate', { messageId }),
      track('Fate', { messageId }),
      track('Fate', { integrations: { All: false } }),
      track(5, { fate: true }),
      track('Fate', { userId: 'anonymous' }),
    ],
  })
  const found = await calls('&search=fate')
  expect(found.map((call) => [call.status, call.problems.map((one) => one.code)]).toSorted()).toEqual([
    ['dropped', ['event_not_string']],
    ['dropped', ['no_matching_identifiers']],
    ['duplicate', []],
    ['filtered', []],
    ['stored', []],
  ])
})

it('OBS-05 a call whose time nobody can read says that it took the time of receipt', async () => {
  await send({
    batch: [track('Timed', { timestamp: '10.03.2026' }), track('Timed', { timestamp: '2026-03-10' }), track('Timed')],
  })
  const found = await calls('&event=Timed')
  expect(found.map(({ changes }) => changes).toSorted()).toEqual([
    [],
    [],
    ['took the time of receipt: its timestamp is no time of ISO 8601'],
  ])
})

it('SRC-04 OBS-05 text of the payload finds a call; pretty is the code that sends it, raw what came', async () => {
  const call = track('Order Completed', { properties: { total: 39.5, 'odd key': "it's", list: [1, { a: null }] } })
  await send({ batch: [call, track('Other')] })
  const [found, ...others] = await calls(`&search=${encodeURIComponent('ODD key')}`)
  expect(others).toEqual([])
  expect(JSON.parse(found?.raw ?? '')).toEqual(call)
  expect(found?.pretty).toBe(
    `analytics.track({
  userId: 'u',
  event: 'Order Completed',
  properties: { total: 39.5, 'odd key': 'it\\'s', list: [1, { a: null }] },
})`,
  )
  expect((await calls('&event=Order%20Completed')).map((one) => one.name)).toEqual(['Order Completed'])
  expect((await calls('&status=dropped')).every((one) => one.status === 'dropped')).toBe(true)
})

it.each([
  [
    'identify',
    { userId: 'u', traits: { a: 1 }, messageId: 'm', context: { library: { name: 'x' } } },
    "analytics.identify({ userId: 'u', traits: { a: 1 } })",
  ],
  [
    'page',
    { anonymousId: 'a', context: { ip: '1.1.1.1', library: {} } },
    "analytics.page({ anonymousId: 'a', context: { ip: '1.1.1.1' } })",
  ],
  [
    'track',
    { event: 'say "hi" \\ \n', properties: {}, list: [] },
    `analytics.track({ event: 'say "hi" \\\\ \\n', properties: {}, list: [] })`,
  ],
])('SRC-04 pretty: %s', (type, raw, code) => {
  expect(sdkCode(type, raw)).toBe(code)
})

it.each(['plain', "it's", 'say "hi"', 'back\\slash', '\\"', 'new\nline', '\u2028'])(
  'SRC-04 a text in code is the text: %j',
  (text) => {
    const code = sdkCode('track', { text, nested: { [text]: [text] } })
    const said = new Function('analytics', `return ${code}`)({ track: (call: unknown) => call })
    expect(said).toEqual({ text, nested: { [text]: [text] } })
  },
)

it('keeps the newest 500, whatever came', async () => {
  const batch = Array.from({ length: 700 }, (_, n) => track('Many', { properties: { n } }))
  await send({ batch })
  await send({ batch: batch.slice(0, 100) })
  const found = await calls()
  expect([found.length, found.every((call) => call.name === 'Many')]).toEqual([500, true])
  await send({ batch: [track('After')] })
  expect((await calls()).filter((call) => call.name === 'After')).toHaveLength(1)
  expect(await calls()).toHaveLength(500)
})

it('SRC-03 OBS-05 a call is on the live stream within 2 s, also one that another process took in', async () => {
  const other = await testApi(database)
  const stream = await fetch(`${url}${path}/live?count=1`, { headers: { authorization: `Bearer ${api.token}` } })
  const heard: Call[] = []
  const listening = (async () => {
    for await (const data of eventsIn(must(stream.body, 'a body'))) {
      const call = JSON.parse(data) as Call
      heard.push(call)
      if (call.name === 'Last') return
    }
  })()
  await until('the first', async () => heard.length > 0)
  const at = Date.now()
  await send({ batch: [track('Live here')] })
  await post(other.server, '/v1/batch', { batch: [track('Live there')] }, basic(api.writeKey))
  const took = await until(
    'both',
    async () => heard.filter((call) => call.name.startsWith('Live')).length === 2 && Date.now() - at,
  )
  expect(took).toBeLessThan(10_000)
  await send({ batch: [track('Last')] })
  await listening
  expect(new Set(heard.map((call) => call.id)).size).toBe(heard.length)
})

it('G9 the calls of another space are not there', async () => {
  expect((await decoy.call('GET', '/spaces/spa_decoy/sources/src_spa_decoy/calls')).body.data.calls).toEqual([])
  expect((await decoy.call('GET', '/spaces/spa_decoy/sources/src_spa_test/calls')).status).toBe(404)
})

it('`usher source tail` shows calls as they come', async () => {
  const usher = usherAt(url, api.token)
  await send({ batch: [track('Tailed', { properties: { n: 1 } }), track(7, { tailed: 1 })] })
  const said = await usher('source', 'tail', 'test', '--search', 'tailed', '--end', '2')
  expect(said).toContain("analytics.track({ userId: 'u', event: 'Tailed', properties: { n: 1 } })")
  expect(said).toContain('dropped: event_not_string')
  expect(await usher('source', 'tail', 'test', '--event', 'Tailed', '--raw', '--end', '1')).toBe(
    `${JSON.stringify(track('Tailed', { properties: { n: 1 } }))}\n`,
  )
})

it('`usher source tail` says why it shows nothing: what was asked wrongly, a name of two sources, a stream that ends', async () => {
  const usher = usherAt(url, api.token)
  await expect(usher('source', 'tail', 'test', '--status', 'lost')).rejects.toThrow(/Not accepted:\n {2}status/)
  for (const name of ['twin', 'twin']) await api.call('POST', '/spaces/spa_test/sources', { name })
  await expect(usher('source', 'tail', 'twin')).rejects.toThrow(
    /2 sources are called "twin"\. Name one by its id: src_\w+, src_\w+\./,
  )
  const own = await testApi(database, 'spa_ending')
  const at = await own.server.listen({ host: '127.0.0.1', port: 0 })
  await post(own.server, '/v1/batch', { batch: [track('Last')] }, basic(own.writeKey))
  const said: string[] = []
  const ended = expect(usherAt(at, own.token, said)('source', 'tail', 'src_spa_ending')).rejects.toThrow('ended the stream')
  await until('it to follow', async () => said.join('').includes("'Last'"))
  await own.server.close()
  await ended
})

it('`usher source tail --count 0` shows none of the calls before', async () => {
  await send({ batch: [track('Before')] })
  await until('it to be there', async () => (await calls('&event=Before')).length === 1)
  const said: string[] = []
  const tailing = usherAt(url, api.token, said)('source', 'tail', 'test', '--count', '0', '--end', '1')
  await until('somebody to hear', async () => {
    await send({ batch: [track('After')] })
    return said.join('').includes("'After'")
  })
  expect(await tailing).not.toContain("'Before'")
})

it('CNS-06 a call that the API remembers is not written out for who looks after its person is erased', async () => {
  let clock = new Date('2026-03-10T12:10:00Z')
  const quiet = await testApi(database, 'spa_quiet', () => clock)
  const of = (userId: string, messageId: string) => track('Remembered', { userId, messageId })
  const sendQuietly = (batch: readonly object[]) => post(quiet.server, '/v1/batch', { batch }, basic(quiet.writeKey))
  // Nobody looks at this source, so they are in memory only.
  await sendQuietly([of('eve', 'of eve'), of('bob', 'of bob')])
  const body = { regulationType: 'DELETE_ONLY', subjectType: 'USER_ID', subjectIds: ['eve'] }
  await quiet.call('POST', '/spaces/spa_quiet/regulations', body)
  for (let n = 0; n < 3; n++) {
    while (await eraseNext({ db: database.db, now: () => clock, newClaim: () => `claim ${n}`, leave: leaveDestinations }));
    clock = new Date(clock.getTime() + 61_000)
  }
  await sendQuietly([of('bob', 'afterwards')])
  clock = new Date(clock.getTime() + 61_000)
  const found = (await quiet.call('GET', '/spaces/spa_quiet/sources/src_spa_quiet/calls?count=500')).body.data.calls
  expect(found.map((call: Call) => call.messageId)).toEqual(['afterwards'])
})

it('SRC-03 OBS-05 the newest calls outlive the process that took them in, whether anybody looked or not', async () => {
  const first = await testApi(database)
  await post(first.server, '/v1/batch', { batch: [track('Before the restart')] }, basic(api.writeKey))
  const kept = () => selectRows(database.db, sql`select name from source_call where name = 'Before the restart'`)
  expect(await kept()).toEqual([])
  await first.server.close()
  expect(await kept()).toHaveLength(1)
  expect((await calls('&event=Before%20the%20restart')).length).toBe(1)
})

it('SRC-03 of a process that is killed only the last seconds are lost', async () => {
  const tail = createTail(database.db, { now: () => new Date(), random: (n) => randomBytes(n) }, 20)
  const raw = track('Kept')
  const receivedAt = new Date()
  const around = { sourceId: 'src_spa_test', receivedAt, newMessageId: () => 'kept' }
  tail.note('spa_test', 'src_spa_test', {
    arrivals: [{ raw, parsed: parseCall(raw, around), sourceId: 'src_spa_test', receivedAt }],
    results: [{ status: 'stored', messageId: 'kept' }],
    ...NOTHING_TOLD,
    profileOf: () => undefined,
    bytes: 100,
  })
  await until('it to be written', async () => {
    const rows = await selectRows(database.db, sql`select name from source_call where message_id = 'kept'`)
    return rows.length === 1
  })
  await tail.close()
})
