import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { eventsOf, pictureOf, post } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const now = new Date('2026-03-01T12:00:00Z')
let made = 0
const space = () => testApi(database, `spa_${made++}`, () => now)
type Space = Awaited<ReturnType<typeof space>>

const announce = async (api: Space, name: string, content: string, more: object = {}) =>
  api.call('POST', `/spaces/${api.spaceId}/imports/calls`, {
    name,
    bytes: Buffer.byteLength(content),
    fingerprint: `print of ${name} ${content.length}`,
    ...(/\.csv/i.test(name) ? { header: content.slice(0, content.indexOf('\n') + 1) } : {}),
    ...more,
  })
const piece = async (api: Space, id: string, offset: number, content: string | Buffer, last = false) => {
  const answer = await api.server.inject({
    method: 'POST',
    url: `/spaces/${api.spaceId}/imports/calls/${id}/pieces?offset=${offset}&last=${last}`,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/octet-stream' },
    payload: content,
  })
  return { status: answer.statusCode, body: answer.json() }
}
const read = async (api: Space, id: string) => (await api.call('GET', `/spaces/${api.spaceId}/imports/${id}`)).body.data

/** The whole file, in pieces of so many lines. */
const importAll = async (api: Space, name: string, content: string, linesAPiece = Infinity, more: object = {}) => {
  const { status, body } = await announce(api, name, content, more)
  expect(status, JSON.stringify(body)).toBe(200)
  const { importId, progress } = body.data.import
  const left =
    Buffer.from(content)
      .subarray(progress.reached)
      .toString()
      .match(/[^\n]*\n|[^\n]+$/g) ?? []
  let at: number = progress.reached
  for (let from = 0; from < left.length; from += linesAPiece) {
    const text = left.slice(from, from + linesAPiece).join('')
    expect((await piece(api, importId, at, text)).status).toBe(200)
    at += Buffer.byteLength(text)
  }
  expect((await piece(api, importId, at, '', true)).status).toBe(200)
  return read(api, importId)
}

const at = (minute: number): string => new Date(Date.UTC(2024, 4, 1, 0, minute)).toISOString()
const lines = (count: number, more: (n: number) => object = () => ({})): string =>
  Array.from(
    { length: count },
    (_, n) =>
      `${JSON.stringify({ type: 'track', userId: `u${n % 3}`, event: 'Order Completed', timestamp: at(n), properties: { n }, ...more(n) })}\n`,
  ).join('')

it('takes calls of the past, says how many, and the same file again changes nothing', async () => {
  const [api, decoy] = [await space(), await space()]
  const file = lines(10)
  const done = await importAll(api, 'orders.ndjson', file, 3)
  expect(done.import).toMatchObject({
    status: 'COMPLETED',
    kind: 'calls',
    progress: { reached: file.length, taken: 10, duplicates: 0, refused: 0 },
  })
  const events = await eventsOf(db, api.spaceId)
  expect(events.map((event) => event['timestamp'].toISOString()).toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => at(n)))
  expect((await announce(api, 'orders.ndjson', file)).body.data.import).toMatchObject({
    status: 'COMPLETED',
    progress: { taken: 10 },
  })
  const again = await importAll(api, 'orders.ndjson', file, 4, { again: true })
  expect(again.import).toMatchObject({ status: 'COMPLETED', progress: { taken: 0, duplicates: 10 } })
  // A file that grew at its end brings what is new.
  const grown = await importAll(api, 'grown.ndjson', `${file}${lines(1, () => ({ event: 'Refunded' }))}`)
  expect(grown.import.progress).toMatchObject({ taken: 1, duplicates: 10 })
  expect(await eventsOf(db, api.spaceId)).toHaveLength(11)
  expect(await eventsOf(db, decoy.spaceId)).toEqual([])
})

it.each(['\n', '\r\n'])('a last line that had no end yet is the same call when the file has grown (%j)', async (end) => {
  const api = await space()
  const [first = '', second = '', third = ''] = lines(3).trimEnd().split('\n')
  await importAll(api, 'written.ndjson', [first, second].join(end))
  const { progress } = (await importAll(api, 'written on.ndjson', [first, second, third, ''].join(end))).import
  expect(progress).toMatchObject({ taken: 1, duplicates: 2 })
})

it('ING-14 a time that nobody can read refuses its line: it is not of today', async () => {
  const api = await space()
  const times = ['01.05.2024', 1_714_521_600, '', '2024-05-01', null, '2024-05-01 10:00:00 UTC']
  const file = lines(times.length, (n) => ({ event: `T${n}`, timestamp: times[n] }))
  const { refusedLines } = await importAll(api, 'times.ndjson', file)
  expect(refusedLines.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual(
    [1, 2, 3].map((line) => [line, 'timestamp_unreadable']),
  )
  const csv = await importAll(api, 'times.csv', 'type,userId,event,timestamp\ntrack,u,A,1714521600000\ntrack,u,B,2024-05-02\n')
  expect(csv.refusedLines).toMatchObject([{ line: 2, code: 'timestamp_unreadable' }])
  const events = await eventsOf(db, api.spaceId)
  expect(Object.fromEntries(events.map((event) => [event['name'], event['timestamp'].toISOString()]))).toEqual({
    T3: '2024-05-01T00:00:00.000Z',
    T4: now.toISOString(),
    T5: '2024-05-01T10:00:00.000Z',
    B: '2024-05-02T00:00:00.000Z',
  })
})

it('what is not UTF-8 is refused, not stored as something else', async () => {
  const api = await space()
  const row = Buffer.from('{"type":"identify","userId":"u","traits":{"name":"Müller"}}\n', 'latin1')
  const whole = Buffer.from('{"type":"identify","userId":"u","traits":{"name":"M\ufffdller"}}\n')
  const file = Buffer.concat([row, whole])
  const { importId } = (await announce(api, 'latin.ndjson', file.toString('latin1'))).body.data.import
  expect((await piece(api, importId, 0, file, true)).status).toBe(200)
  expect((await read(api, importId)).refusedLines).toEqual([
    { line: 1, code: 'not_utf8', message: expect.stringContaining('UTF-8') },
  ])
  const header = await announce(api, 'latin.csv', 'type,userId,traits.gr\ufffd\ufffde\n')
  expect([header.status, header.body.error.message]).toEqual([422, expect.stringContaining('not UTF-8')])
})

it('two lines that are the same are two calls, and a messageId is the same wherever it comes from', async () => {
  const api = await space()
  const line = lines(1)
  const named = lines(1, () => ({ messageId: 'm1' }))
  const done = await importAll(api, 'twice.ndjson', line + line + named + named)
  expect(done.import.progress).toMatchObject({ taken: 3, duplicates: 1 })
  await post(api.server, '/v1/track', { writeKey: api.writeKey, userId: 'u', event: 'Order Completed', messageId: 'm1' })
  expect(await eventsOf(db, api.spaceId)).toHaveLength(3)
})

it('reads CSV with a header of paths: numbers, trees and texts are what they say; blank cells say nothing', async () => {
  const api = await space()
  const file = [
    '\ufefftype,userId,event,timestamp,properties.revenue,properties.products,properties.card.no,context.ip,traits.email,name',
    'track,007,Order Completed,2024-05-01T00:00:00Z,12.5,"[{""sku"":""a,b""}]",0042,203.0.113.7,,',
    'identify,007,,2024-05-02,,,,,ada@example.com,',
    'page,ada,,2024-05-03,,,,,,"Pricing, ""all"""',
    '',
  ].join('\r\n')
  const done = await importAll(api, 'Calls.CSV', file, 2)
  expect([done.import.progress, done.refusedLines]).toMatchObject([{ taken: 3, refused: 0 }, []])
  const events = (await eventsOf(db, api.spaceId)).toSorted((a, b) => +a['timestamp'] - +b['timestamp'])
  expect(events.map(({ type, name, properties }) => ({ type, name, properties }))).toEqual([
    { type: 'track', name: 'Order Completed', properties: { revenue: 12.5, products: [{ sku: 'a,b' }], card: { no: '0042' } } },
    { type: 'identify', name: 'identify', properties: { email: 'ada@example.com' } },
    { type: 'page', name: 'Page Viewed', properties: { name: 'Pricing, "all"', page_name: 'Pricing, "all"' } },
  ])
  expect(events[0]?.['context']).toEqual({ ip: '203.0.113.7' })
  expect((await pictureOf(db, api.spaceId)).people.map(({ identifiers }) => identifiers)).toContainEqual({
    user_id: ['007'],
    email: ['ada@example.com'],
  })
})

it.each([
  ['calls.txt', 'type,userId\n', 'says nothing of how it is written'],
  ['calls.csv', 'userId,event\n', 'has no column "type"'],
  ['calls.csv', 'type,event\n', 'neither a column userId'],
  ['calls.csv', 'type,userId,revenue\n', 'column 3: "revenue" is no field of a call'],
  ['calls.csv', 'type,userId,userId\n', '"userId" is there twice'],
  ['calls.csv', 'type,userId,properties.__proto__.x\n', 'is no path'],
  ['calls.csv', 'type,userId,\n', 'column 3: has no name'],
  ['calls.csv', 'type,userId,"x\n', 'never closed'],
])('refuses %s that begins with %j before anything is taken', async (name, content, words) => {
  const api = await space()
  const { status, body } = await announce(api, name, content, { header: content })
  expect([status, body.error.message]).toEqual([422, expect.stringContaining(words)])
  expect(body.error.problems[0].remedy).not.toBe('')
  expect((await api.call('GET', `/spaces/${api.spaceId}/imports`)).body.data.imports).toEqual([])
})

it('says which lines are refused and why, keeps the first thousand, and takes all others', async () => {
  const api = await space()
  const bad = [
    '{"type":"track","userId":"u"}',
    '',
    'no json \u0000 with a zero',
    '[1]',
    '{"type":"trick","userId":"u"}',
    '{"type":"track","event":"A"}',
    JSON.stringify({ type: 'track', userId: 'u', event: 'A', properties: { text: 'x'.repeat(33_000) } }),
    '{"type":"track","userId":"u","event":"A","integrations":{"Personas":false}}',
  ]
  const { import: job, refusedLines } = await importAll(api, 'mixed.jsonl', `${bad.join('\n')}\n${lines(1)}`, 2)
  expect(job.progress).toMatchObject({ taken: 1, refused: 7 })
  expect(refusedLines.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual([
    [1, 'event_not_defined'],
    [3, 'invalid_json'],
    [4, 'invalid_json'],
    [5, 'invalid_type'],
    [6, 'no_user_anon_id'],
    [7, 'item_too_large'],
    [8, 'filtered'],
  ])
  const many = await importAll(api, 'many.ndjson', 'x\n'.repeat(2_500))
  expect([many.import.progress.refused, many.refusedLines.length, many.refusedLines.at(-1).line]).toEqual([2_500, 1_000, 1_000])
  // They are counted by source like calls that came by the tracking API.
  const { drops } = (await api.call('GET', `/spaces/${api.spaceId}/sources/src_import_${api.spaceId}/drops`)).body.data
  expect(drops.map(({ code }: { code: string }) => code)).toContain('event_not_defined')
})

it('a quotation mark that is never closed costs its line of CSV and not those below it', async () => {
  const api = await space()
  const rows = [
    'type,userId,event,properties.note',
    'track,u,A,"open',
    'track,u,B,5" pipe',
    'track,u,C',
    'track,u,D,"two\nlines"',
    'track,u,E,',
  ]
  const { import: job, refusedLines } = await importAll(api, 'broken.csv', `${rows.join('\n')}\n`)
  expect(refusedLines.map(({ line }: { line: number }) => line)).toEqual([2, 3, 4])
  expect(job.progress).toMatchObject({ taken: 2, refused: 3 })
  expect((await eventsOf(db, api.spaceId)).map(({ name }) => name).toSorted()).toEqual(['D', 'E'])
})

it('a call that the database does not take is refused alone, wherever it stands', async () => {
  const api = await space()
  await run(db, query('test.*', sql`create index spoiler on event (((properties ->> 'number')::numeric))`))
  const file = lines(40, (n) => (n === 23 ? { properties: { number: 'none' } } : {}))
  const { import: job, refusedLines } = await importAll(api, 'spoiled.ndjson', `\n${file}`)
  await run(db, query('test.*', sql`drop index spoiler`))
  expect(refusedLines).toEqual([{ line: 25, code: 'bad_request', message: expect.stringContaining('cannot be stored') }])
  expect(job).toMatchObject({ status: 'COMPLETED', progress: { taken: 39, refused: 1, reached: file.length + 1 } })
})

it('a piece that is not next is refused, and one that two send is taken once', async () => {
  const api = await space()
  const file = lines(6)
  const { importId } = (await announce(api, 'raced.ndjson', file)).body.data.import
  expect((await piece(api, importId, 7, file.slice(7))).body.error).toMatchObject({
    code: 'import_moved_on',
    message: expect.stringContaining('byte 0'),
  })
  const answers = await Promise.all([piece(api, importId, 0, file), piece(api, importId, 0, file)])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  expect((await read(api, importId)).import.progress).toMatchObject({ taken: 6, duplicates: 0, reached: file.length })
})

it('a history is as its timestamps say, whatever was sent when', async () => {
  const api = await space()
  const file = `${JSON.stringify({ type: 'track', userId: 'u', event: 'A', originalTimestamp: at(1), sentAt: at(2), receivedAt: at(3), timestamp: at(4) })}\n${JSON.stringify({ type: 'track', userId: 'u', event: 'B', originalTimestamp: at(5), sentAt: at(6) })}\n`
  await importAll(api, 'archive.ndjson', file)
  const events = await eventsOf(db, api.spaceId)
  expect(Object.fromEntries(events.map((event) => [event['name'], event['timestamp'].toISOString()]))).toEqual({
    A: at(4),
    B: at(5),
  })
  expect(events.every((event) => event['received_at'].getTime() === now.getTime())).toBe(true)
})

it('the rules at the source’s door and suppression judge calls of a file too', async () => {
  const api = await space()
  const { spaceId } = api
  const source = `src_${spaceId}`
  const made = await api.call('POST', `/spaces/${spaceId}/filters`, {
    integrationId: source,
    name: 'no tests',
    if: "event = 'Test'",
    enabled: true,
  })
  expect(made.status, JSON.stringify(made.body)).toBeLessThan(300)
  const suppressed = await api.call('POST', `/spaces/${spaceId}/regulations`, {
    regulationType: 'SUPPRESS_ONLY',
    subjectType: 'USER_ID',
    subjectIds: ['u1'],
  })
  expect(suppressed.status, JSON.stringify(suppressed.body)).toBeLessThan(300)
  const file = lines(6, (n) => (n === 0 ? { event: 'Test' } : {}))
  const { import: job, refusedLines } = await importAll(api, 'judged.ndjson', file, Infinity, { sourceId: source })
  expect(job).toMatchObject({ sourceId: source, progress: { taken: 3, refused: 3 } })
  expect(refusedLines.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual([
    [1, 'event_filter'],
    [2, 'user_suppressed'],
    [5, 'user_suppressed'],
  ])
  expect((await announce(api, 'x.ndjson', 'x', { sourceId: 'nobody' })).status).toBe(404)
  await api.call('PATCH', `/spaces/${spaceId}/sources/${source}`, { enabled: false })
  expect((await announce(api, 'x.ndjson', 'x', { sourceId: source })).body.error.message).toContain('switched off')
})

it('no journey hears of calls of a file, whatever their time', async () => {
  const api = await space()
  await run(
    db,
    query(
      'test.*',
      sql`insert into event_interest (space_id, name, consumer) values (${api.spaceId}, 'Order Completed', 'journey')`,
    ),
  )
  await importAll(
    api,
    'quiet.ndjson',
    lines(3, () => ({ timestamp: now.toISOString() })),
  )
  const outbox = () => run(db, query('test.*', sql`select id from outbox where space_id = ${api.spaceId} and topic = 'event'`))
  expect(await outbox()).toEqual([])
  await post(api.server, '/v1/track', { writeKey: api.writeKey, userId: 'u', event: 'Order Completed' })
  expect(await outbox()).toHaveLength(1)
  const changes = await run(db, query('test.*', sql`select id from profile_change where space_id = ${api.spaceId}`))
  expect(changes.length).toBeGreaterThanOrEqual(3)
})
