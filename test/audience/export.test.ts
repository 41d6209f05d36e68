import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { linesOf as layoutOf } from '../../src/audience/export/layout.ts'
import { type ExportContext, makeNextExport } from '../../src/audience/export/make.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { addEvent, addProfile, hour, makePartitions, profileId } from './support/world.ts'

const database = await freshDatabase()
const { db } = database
await makePartitions(db)
let now = hour(0)
const api = await testApi(database, 'spa_test', () => now)
const decoy = await testApi(database, 'spa_decoy', () => now)
const S = '/spaces/spa_test'
let claims = 0
const context: ExportContext = { db, now: () => now, newClaim: () => `claim ${claims++}` }

const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, now)
  while ((await evaluateDue(db, now)).more);
}
const minutesLater = (minutes: number): void => {
  now = new Date(now.getTime() + minutes * 60_000)
}

const PEOPLE = [
  [
    'ada',
    { plan: 'pro', email: 'told@example.com', tags: ['a', 'b'], note: 'says "hi",\nthen goes' },
    ['ada@example.com', 'ada@old.example'],
  ],
  ['bob', { plan: 'free', score: 7, vip: true }, ['bob@example.com']],
  ['eve', {}, []],
] as const
for (const space of ['spa_test', 'spa_decoy'])
  for (const [name, traits, email] of PEOPLE) {
    const identifiers = { user_id: [name], ...(email.length > 0 ? { email: [...email] } : {}) }
    const id = await addProfile(db, space, name, { ...traits }, identifiers)
    await addEvent(db, space, id, 'Order', hour(-1), `${space} ${name}`, { revenue: 30 })
  }
for (const caller of [api, decoy]) {
  const at = `/spaces/${caller.spaceId}`
  await caller.call('POST', `${at}/audiences`, { name: 'Buyers', definition: { query: "event('Order').count() >= 1" } })
  await caller.call('POST', `${at}/computed-traits`, { name: 'Spent', definition: { query: "event('Order').sum('revenue')" } })
}
await settle()

type Job = {
  exportId: string
  status: string
  urls: string[]
  snapshotAt: string
  expiresAt: string
  error?: string
  progress: object
}
const start = async (noun: string, body: object): Promise<Job> => {
  const asked = await api.call('POST', `${S}/${noun}/exports`, body)
  expect(asked.status, JSON.stringify(asked.body)).toBe(202)
  return asked.body.data.export
}
const read = async (noun: string, { exportId }: Job): Promise<Job> =>
  (await api.call('GET', `${S}/${noun}/exports/${exportId}`)).body.data.export
const download = async (url: string) => api.server.inject({ method: 'GET', url: new URL(url).pathname })

const made = async (noun: string, body: object): Promise<string> => {
  minutesLater(6)
  const job = await start(noun, body)
  await makeNextExport(context)
  const done = await read(noun, job)
  expect(done, done.error).toMatchObject({ status: 'COMPLETED', progress: { people: 3, expected: 3 } })
  const file = await download(done.urls[0] ?? '')
  expect(file.statusCode).toBe(200)
  return file.body
}
// Lines in the order of people's names: a file has them in the order of their ids.
const linesOf = (csv: string): string[] => {
  const [header = '', ...lines] = csv.trimEnd().split(/\n(?=[0-9a-f]{8}-)/)
  const names = new Map(PEOPLE.map(([name]) => [profileId('spa_test', name), name as string]))
  return [header, ...lines.map((line) => line.replace(/^[0-9a-f-]{36}/, (id) => names.get(id) ?? id)).toSorted()]
}

it('CSV-01 formatted: the chosen columns, one for each id and trait, with the snapshot’s time', async () => {
  const csv = await made('audiences/buyers', {
    layout: 'formatted',
    externalIds: ['user_id', 'email'],
    computedTraits: ['spent'],
    sqlTraits: ['score'],
    customTraits: ['plan', 'email', 'tags', 'vip', 'note'],
  })
  expect(linesOf(csv)).toEqual([
    'key,user_id,email,email_1,spent,score,plan,trait_email,tags,vip,note',
    'ada,ada,ada@example.com,ada@old.example,30,,pro,told@example.com,"[""a"",""b""]",,"says ""hi"",\nthen goes"',
    'bob,bob,bob@example.com,,30,7,free,,,true,',
    'eve,eve,,,30,,,,,,',
  ])
  const [last] = (await api.call('GET', `${S}/audiences/buyers/exports`)).body.data.exports
  expect(last).toMatchObject({ status: 'COMPLETED', layout: 'formatted', requestedBy: 'test', snapshotAt: hour(0).toISOString() })
})

it('CSV-01 has no column twice, and nothing that a spreadsheet would run', () => {
  const person = {
    id: 'p',
    identifiers: { email: ['=1+1', 'b@example.com'], phone: ['+49 (30) 123-45'] },
    traits: {
      broken: '\n=1+1',
      wide: '＝1+1',
      email: '-5',
      trait_email: '-1e-7',
      name: '=HYPERLINK("x")',
      note: '@SUM(A1)',
      sum: '-2+3',
      plain: 'a=b',
    },
  }
  const request = { externalIds: ['email', 'phone', 'email'], computedTraits: [], sqlTraits: [] }
  const customTraits = ['email', 'trait_email', 'name', 'note', 'sum', 'plain', 'email_1', '=x', 'broken', 'wide']
  const widths = new Map([
    ['email', 2],
    ['phone', 1],
  ])
  const { header, linesOf: of } = layoutOf('audience', { ...request, layout: 'formatted', customTraits }, widths)
  expect(header.join(' ')).toBe(
    "key email email_1 phone trait_trait_email trait_email name note sum plain trait_email_1 '=x broken wide",
  )
  expect(new Set(header).size).toBe(header.length)
  expect(of(person)[0]).toEqual([
    'p',
    "'=1+1",
    'b@example.com',
    '+49 (30) 123-45',
    '-5',
    '-1e-7',
    `'=HYPERLINK("x")`,
    "'@SUM(A1)",
    "'-2+3",
    'a=b',
    '',
    '',
    "'\n=1+1",
    "'＝1+1",
  ])
})

it('CSV-01 unformatted: key, JSON of ids and JSON of traits, each only if chosen', async () => {
  const both = await made('audiences/buyers', {
    layout: 'unformatted',
    externalIds: ['email'],
    customTraits: ['plan'],
    computedTraits: ['spent'],
  })
  expect(linesOf(both)).toEqual([
    'key,external_ids,traits',
    'ada,"{""email"":[""ada@example.com"",""ada@old.example""]}","{""spent"":30,""plan"":""pro""}"',
    'bob,"{""email"":[""bob@example.com""]}","{""spent"":30,""plan"":""free""}"',
    'eve,{},"{""spent"":30}"',
  ])
  expect(linesOf(await made('audiences/buyers', { layout: 'unformatted' }))).toEqual(['key', 'ada', 'bob', 'eve'])
})

it('CTR-19 a computed trait in three layouts, with a profile of two emails', async () => {
  const ids = '"{""email"":[""ada@example.com"",""ada@old.example""],""user_id"":[""ada""]}"'
  const bob = '"{""email"":[""bob@example.com""],""user_id"":[""bob""]}"'
  const eve = '"{""user_id"":[""eve""]}"'
  expect(linesOf(await made('computed-traits/spent', {}))).toEqual([
    'key,value,external_ids',
    `ada,30,${ids}`,
    `bob,30,${bob}`,
    `eve,30,${eve}`,
  ])
  expect(linesOf(await made('computed-traits/spent', { layout: 'indexed' }))).toEqual([
    'key,value,external_ids,email,email_1,user_id',
    `ada,30,${ids},ada@example.com,ada@old.example,ada`,
    `bob,30,${bob},bob@example.com,,bob`,
    `eve,30,${eve},,,eve`,
  ])
  expect(linesOf(await made('computed-traits/spent', { layout: 'rows' }))).toEqual([
    'key,value,external_ids,email,user_id',
    `ada,30,${ids},ada@example.com,ada`,
    `ada,30,${ids},ada@old.example,`,
    `bob,30,${bob},bob@example.com,bob`,
    `eve,30,${eve},,eve`,
  ])
  expect((await api.call('POST', `${S}/computed-traits/spent/exports`, { layout: 'formatted' })).status).toBe(422)
})

it('CSV-02 a second export is refused while one runs, also when both are asked for at once, and within five minutes', async () => {
  minutesLater(6)
  const ask = () => api.call('POST', `${S}/audiences/buyers/exports`, {})
  const answers = await Promise.all([ask(), ask(), ask()])
  expect(answers.map((each) => each.status).toSorted()).toEqual([202, 409, 409])
  minutesLater(10)
  expect((await ask()).body.error.code, 'however long it runs').toBe('export_running')
  await makeNextExport(context)
  minutesLater(-6)
  const soon = await ask()
  expect(soon).toMatchObject({ status: 429, body: { error: { code: 'export_too_soon' } } })
  const other = await api.call('POST', `${S}/computed-traits/spent/exports`, {})
  expect(other.status, 'another one is not held up').not.toBe(409)
  minutesLater(6)
  await makeNextExport(context)
  expect((await ask()).status).toBe(202)
  while (await makeNextExport(context));
})

it('CSV-03 the address is signed and expires with the file', async () => {
  minutesLater(6)
  const job = await start('audiences/buyers', { externalIds: ['user_id'] })
  expect(job).toMatchObject({ status: 'RUNNING', urls: [], progress: { people: 0, expected: 3 } })
  await makeNextExport(context)
  const done = await read('audiences/buyers', job)
  const [url = ''] = done.urls
  expect(new Date(done.expiresAt).getTime() - now.getTime()).toBe(24 * 3_600_000)
  const file = await download(url)
  expect(file.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': expect.stringMatching(/^attachment; filename="buyers-\d{4}-\d\d-\d\d\.csv"$/),
  })
  const forged = url.replace('/exports/', '/exports/A')
  expect((await download(forged)).statusCode).toBe(403)
  expect((await download(`${url}x`)).statusCode).toBe(403)
  const elsewhere = await decoy.call('GET', `/spaces/spa_decoy/audiences/buyers/exports/${job.exportId}`)
  expect(elsewhere.status, 'G9').toBe(404)
  minutesLater(24 * 60)
  expect((await download(url)).statusCode).toBe(410)
  await makeNextExport(context)
  const parts = await run(
    db,
    query('test.*', sql<{ count: number }>`select count(*) as count from export_part where export_id = ${job.exportId}`),
  )
  expect(parts[0]?.count).toBe(0)
  expect(await read('audiences/buyers', job)).toMatchObject({ status: 'COMPLETED', urls: [] })
})

it('CSV-03 what goes wrong is reported, and does not count for the five minutes', async () => {
  await api.call('POST', `${S}/audiences`, { name: 'New', definition: { query: "event('Order').count() >= 1" } })
  const job = await start('audiences/new', {})
  await makeNextExport(context)
  expect(await read('audiences/new', job)).toMatchObject({
    status: 'FAILED',
    error: expect.stringContaining('nothing to export'),
    urls: [],
  })
  await settle()
  const again = await start('audiences/new', {})
  await makeNextExport(context)
  expect((await read('audiences/new', again)).status).toBe('COMPLETED')
})

it('CSV-03 a file is one snapshot, read page by page, whatever changes meanwhile; a dead worker’s file is begun anew', async () => {
  minutesLater(6)
  const job = await start('audiences/buyers', { externalIds: ['user_id'], customTraits: ['plan'] })
  const stop = new AbortController()
  let pages = 0
  // Between the pages everything is changed: who is in, and what is known of them.
  const clock = (): Date => {
    if (++pages === 4) stop.abort()
    return now
  }
  await makeNextExport({ ...context, page: 1, now: clock, signal: stop.signal })
  expect(await read('audiences/buyers', job)).toMatchObject({ status: 'RUNNING' })
  expect(await makeNextExport(context), 'its claim holds').toBe(false)
  minutesLater(2)
  let changed: Promise<unknown> | undefined
  const changing = (): Date => {
    changed ??= (async () => {
      await run(db, query('test.*', sql`update profile set traits = '{"plan": "other"}' where space_id = 'spa_test'`))
      await run(db, query('test.*', sql`delete from membership where space_id = 'spa_test'`))
    })()
    return now
  }
  const slow: ExportContext = { ...context, page: 1, now: () => (++pages > 6 ? changing() : now) }
  await makeNextExport(slow)
  await changed
  const done = await read('audiences/buyers', job)
  expect(done).toMatchObject({ status: 'COMPLETED', progress: { people: 3 } })
  expect(linesOf((await download(done.urls[0] ?? '')).body)).toEqual([
    'key,user_id,plan',
    'ada,ada,pro',
    'bob,bob,free',
    'eve,eve,',
  ])
  const parts = await run(
    db,
    query('test.*', sql<{ count: number }>`select count(*) as count from export_part where export_id = ${job.exportId}`),
  )
  expect(parts[0]?.count, 'a part a page, and the header').toBe(4)
})
