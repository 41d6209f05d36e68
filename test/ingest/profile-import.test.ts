import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { claimImport } from '../../src/ingest/import/claim.ts'
import { type ImportContext, makeNextImport } from '../../src/ingest/import/make.ts'
import { MOST_FILE_BYTES } from '../../src/ingest/import/profile-file.ts'
import { eventsOf, pictureOf, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let now = new Date('2026-03-01T12:00:00Z')
const later = (ms: number): void => {
  now = new Date(now.getTime() + ms)
}
let made = 0
const space = () => testApi(database, `spa_${made++}`, () => now)
type Space = Awaited<ReturnType<typeof space>>
const context = ({ door }: Space): ImportContext => ({
  db,
  now: () => now,
  newClaim: () => `claim ${made++}`,
  random: door.random,
})

const upload = async (api: Space, content: string | Buffer, name = 'people.csv', type = 'text/csv') => {
  const answer = await api.server.inject({
    method: 'POST',
    url: `/spaces/${api.spaceId}/imports?name=${encodeURIComponent(name)}`,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': type },
    payload: content,
  })
  return { status: answer.statusCode, body: answer.json() }
}
const read = async (api: Space, id: string) => (await api.call('GET', `/spaces/${api.spaceId}/imports/${id}`)).body.data
const importAll = async (api: Space, content: string, name?: string) => {
  const { status, body } = await upload(api, content, name)
  expect(status, JSON.stringify(body)).toBe(202)
  await makeNextImport(context(api))
  return read(api, body.data.import.importId)
}

it('CSV-04 makes and updates people by identify calls; a blank cell changes nothing, and only that', async () => {
  const [api, decoy] = [await space(), await space()]
  const file =
    'user_id,email,plan,score,zip,vip,note\r\nada,Ada@Example.com,pro,7,007,true,"says ""hi"",\r\nthen goes"\r\n\r\nbob,,free,,,,\r\n,eve@example.com,new,,,,\r\n'
  const done = await importAll(api, file)
  expect(done.import).toMatchObject({ status: 'COMPLETED', progress: { expected: 3, taken: 3, refused: 0 } })
  const { people } = await pictureOf(db, api.spaceId)
  expect(people.find(({ identifiers }) => JSON.stringify(identifiers['user_id']) === '["ada"]')).toMatchObject({
    identifiers: { email: ['ada@example.com'], user_id: ['ada'] },
    traits: { plan: 'pro', score: 7, zip: '007', vip: true, note: 'says "hi",\r\nthen goes' },
  })
  const again = await importAll(api, 'user_id,email,plan,score\nada,,gold,\n,eve@example.com,,3\n')
  expect(again.import.progress).toMatchObject({ taken: 2 })
  const after = (await pictureOf(db, api.spaceId)).people
  expect(after).toHaveLength(3)
  expect(after.map(({ traits }) => [traits['plan'], traits['score']]).toSorted()).toEqual([
    ['free', undefined],
    ['gold', 7],
    ['new', 3],
  ])
  const events = await eventsOf(db, api.spaceId)
  expect(events.map(({ type, source_id }) => [type, source_id])).toEqual(Array(5).fill(['identify', `src_import_${api.spaceId}`]))
  expect((await pictureOf(db, decoy.spaceId)).people).toEqual([])
})

it('CSV-04 takes identifiers of every kind, and says which rows have none', async () => {
  const api = await space()
  const done = await importAll(api, 'ios.push_token,phone,city\ntok1,+4915112345678,Bonn\n,,Ulm\n')
  expect(done.import.progress).toMatchObject({ taken: 1, refused: 1 })
  expect(done.refusedLines).toEqual([{ line: 3, code: 'no_identifier', message: expect.stringContaining('blank') }])
  const [person] = (await pictureOf(db, api.spaceId)).people
  expect(person?.identifiers).toMatchObject({ 'ios.push_token': ['tok1'], phone: ['+4915112345678'] })
})

it('CSV-04 one spelling or another of an address is one person with one anonymous id; a column may have any name', async () => {
  const api = await space()
  await importAll(api, 'email,__proto__,constructor\nAda@Example.com,1,2\nada@example.com ,1,2\n')
  await importAll(api, 'phone\n+1 415 555 0100\n+1 (415) 555-0100\n')
  const people = (await pictureOf(db, api.spaceId)).people
  expect(people.map(({ identifiers }) => (identifiers['anonymous_id'] as readonly string[]).length)).toEqual([1, 1])
  const [row] = await selectRows(
    db,
    sql`select traits::text as t from profile where space_id = ${api.spaceId} and traits ? 'email'`,
  )
  expect(JSON.parse(String(row?.['t']))).toHaveProperty('constructor', 2)
  expect(row?.['t']).toContain('"__proto__": 1')
})

const rows = (count: number): string => `user_id,n\n${Array.from({ length: count }, (_, n) => `u${n},${n}\n`).join('')}`

it('CSV-04 goes on after a kill where it stopped, and counts nobody twice', async () => {
  const api = await space()
  const { body } = await upload(api, rows(2_500))
  const { importId } = body.data.import
  expect((await upload(api, rows(1))).body.error).toMatchObject({ code: 'import_running' })
  const [first] = await run(
    db,
    query('test.*', sql<{ content: Buffer }>`select content from import_part where space_id = ${api.spaceId} and part = 0`),
  )
  // A worker that stops after the first part, and one that dies after it stored it and before it says so.
  const stopping = new AbortController()
  await makeNextImport({ ...context(api), told: () => stopping.abort(), signal: stopping.signal })
  expect((await read(api, importId)).import).toMatchObject({ status: 'RUNNING', progress: { taken: 1_000 } })
  expect(await claimImport(db, 'too early', now)).toBeUndefined()
  await run(db, query('test.*', sql`update import set reached = 0, taken = 0 where space_id = ${api.spaceId}`))
  await run(db, query('test.*', sql`insert into import_part values (${api.spaceId}, ${importId}, 0, ${first?.content})`))
  later(61_000)
  await makeNextImport(context(api))
  expect((await read(api, importId)).import).toMatchObject({
    status: 'COMPLETED',
    progress: { expected: 2_500, taken: 2_500, refused: 0 },
  })
  expect(await eventsOf(db, api.spaceId)).toHaveLength(2_500)
})

const header = (count: number): string => Array.from({ length: count }, (_, n) => (n === 0 ? 'email' : `c${n}`)).join(',')

it.each([
  ['wrong_type', 'email\na@b.example', 'does not end in .csv', 'people.xlsx'],
  ['empty_file', ' \n', 'is empty'],
  ['empty_file', 'email\n', 'nothing below it'],
  ['parse_error', 'email,plan\na@b.example,"pro', 'line 2: a quotation mark is opened'],
  ['parse_error', 'email,plan\na@b.example', 'line 2: has 1 fields and the first line 2'],
  ['parse_error', Buffer.from([0x65, 0xff, 0x0a, 0x61]), 'not text in UTF-8'],
  ['empty_header', 'email,,plan\na,b,c', 'line 1, column 2: has no name'],
  ['empty_header', '\na', 'names no column'],
  ['too_many_rows', `email\n${'a\n'.repeat(1_000_001)}`, 'line 1000002: is beyond 1000000 rows'],
  ['too_many_columns', `${header(300)}\n${','.repeat(299)}`, 'has 300 columns'],
  ['too_large', Buffer.alloc(MOST_FILE_BYTES + 1, 'a'), 'larger than 100 MB'],
  ['spaces_in_header', 'email, plan\na,b', 'line 1, column 2: " plan" begins or ends with a space'],
  ['spaces_in_header', 'email,last  name\na,b', 'two in a row'],
  ['duplicate_headers', 'email,plan,plan\na,b,c', 'line 1, column 3: "plan" is the name of column 2'],
  ['invalid_characters', 'email,план\na,b', 'characters that a name may not have'],
  ['missing_identifier', 'name,Email\na,b', 'no column that says who it is'],
])(
  'CSV-05 %s is refused as a whole with its own message',
  { timeout: 20_000 },
  async (code, content, words, name = 'people.csv') => {
    const api = await space()
    const { status, body } = await upload(api, content, name)
    expect([status, body.error.code]).toEqual([422, `import_${code}`])
    expect(body.error.message).toContain(words)
    expect(body.error.problems[0].remedy).not.toBe('')
    expect((await api.call('GET', `/spaces/${api.spaceId}/imports`)).body.data.imports).toEqual([])
  },
)

it('CSV-05 unexpected_error: what breaks within is said, and what was taken before stays', async () => {
  const api = await space()
  const { body } = await upload(api, rows(1_500))
  await run(db, query('test.*', sql`update import_part set content = 'x' where space_id = ${api.spaceId} and part = 1`))
  await makeNextImport(context(api))
  const { import: job } = await read(api, body.data.import.importId)
  expect(job).toMatchObject({ status: 'FAILED', progress: { taken: 1_000 }, error: expect.stringContaining('unexpected_error') })
})

it('CSV-05 tells all problems of the first line at once; headers differ by case and may be accented', async () => {
  const api = await space()
  const { body } = await upload(api, ' a,b,b\n1,2,3')
  expect(body.error.problems.map(({ field }: { field: string }) => field)).toEqual([
    'line 1, column 1',
    'line 1, column 3',
    'line 1',
  ])
  expect((await importAll(api, 'email,Größe,größe\nx@y.example,1,2\n', 'PEOPLE.CSV')).import.progress).toMatchObject({ taken: 1 })
})

it('CSV-06 remembers the files of 30 days with their counts, newest first, each space its own', async () => {
  const [api, decoy] = [await space(), await space()]
  await importAll(api, 'email\nold@example.com\n', 'old.csv')
  later(20 * 86_400_000)
  await importAll(api, 'email\na@example.com\nb@example.com\n', 'new.csv')
  const names = async (of: Space) =>
    (await of.call('GET', `/spaces/${of.spaceId}/imports`)).body.data.imports.map(
      ({ fileName, progress }: { fileName: string; progress: { taken: number } }) => [fileName, progress.taken],
    )
  expect(await names(api)).toEqual([
    ['new.csv', 2],
    ['old.csv', 1],
  ])
  later(11 * 86_400_000)
  expect(await names(api)).toEqual([['new.csv', 2]])
  expect(await names(decoy)).toEqual([])
})
