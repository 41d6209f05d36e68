import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { claimImport, finishImport, keepImport } from '../../src/ingest/import/claim.ts'
import { makeNextImport } from '../../src/ingest/import/make.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, pictureOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
let made = 0
const context = { db, now: () => clock, newClaim: () => `claim ${made++}`, leave: leaveDestinations }
const space = () => testApi(database, `spa_${made++}`, () => clock)
type Space = Awaited<ReturnType<typeof space>>

const upload = async (api: Space, payload: string): Promise<string> => {
  const answer = await api.server.inject({
    method: 'POST',
    url: `/spaces/${api.spaceId}/imports?name=people.csv`,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'text/csv' },
    payload,
  })
  expect(answer.statusCode).toBe(202)
  return answer.json().data.import.importId
}
const importAll = (api: Space) => makeNextImport({ ...context, random: api.door.random })
const progressOf = async (api: Space, id: string) =>
  (await api.call('GET', `/spaces/${api.spaceId}/imports/${id}`)).body.data.import
const erase = async (api: Space, regulationType: string, id: string, subjectType = 'USER_ID'): Promise<string> =>
  (await api.call('POST', `/spaces/${api.spaceId}/regulations`, { regulationType, subjectType, subjectIds: [id] })).body.data
    .regulateId
const eraseAll = async (): Promise<void> => {
  for (let n = 0; n < 4; n++) {
    while (await eraseNext(context));
    clock = new Date(clock.getTime() + 61_000)
  }
}
const statusOf = async (api: Space, id: string) =>
  (await api.call('GET', `/spaces/${api.spaceId}/regulations/${id}`)).body.data.regulation.overallStatus
const filesOf = async (api: Space): Promise<string> =>
  (await selectRows(db, sql`select content from import_part where space_id = ${api.spaceId}`))
    .map((row) => gunzipSync(row['content']).toString())
    .join('\n')
const namesOf = async (api: Space): Promise<readonly string[]> =>
  (await pictureOf(db, api.spaceId)).people.map(({ identifiers }) => JSON.stringify(identifiers))

const others = (count: number, columns: string): string => Array.from({ length: count }, (_, n) => `u${n}${columns}\n`).join('')
const FILE = `user_id,email,phone,note\n${others(1_000, ',,,')}eve,,,first\n,EVE@example.com ,,second\n,,(415) 555-0123,third\nbob,bob@example.com,,knows eve@example.com\n`

it.each(['DELETE_ONLY', 'SUPPRESS_WITH_DELETE'])(
  'CNS-06 %s: rows of hers in a file that waits are gone from it, and do not bring her back after it is finished',
  async (type) => {
    const api = await space()
    const eve = { type: 'identify', userId: 'eve', traits: { email: 'eve@example.com', phone: '+14155550123' } }
    await post(api.server, '/v1/batch', { batch: [eve] }, basic(api.writeKey))
    const file = await upload(api, FILE)
    const id = await erase(api, type, 'eve')
    await eraseAll()
    expect(await statusOf(api, id)).toBe('FINISHED')
    const left = await filesOf(api)
    expect(left).not.toMatch(/"eve"|first|second|third/i)
    expect(left).toContain('knows eve@example.com')
    await importAll(api)
    expect(await progressOf(api, file)).toMatchObject({
      status: 'COMPLETED',
      progress: { expected: 1_001, taken: 1_001, refused: 0 },
    })
    const names = await namesOf(api)
    expect(names).toHaveLength(1_001)
    expect(names.filter((name) => /eve|1415/i.test(name))).toEqual([])
    expect(await filesOf(api)).toBe('')
  },
)

it('CNS-06 while her rows are being stored the erasure waits, and erases what they made', async () => {
  const api = await space()
  await upload(api, 'user_id,email\nada,\neve,eve@example.com\n')
  const job = await claimImport(db, 'mine', clock)
  expect(job?.reached).toBe(0)
  const id = await erase(api, 'DELETE_ONLY', 'eve')
  await eraseNext(context)
  expect([await statusOf(api, id), await eraseNext(context)]).toEqual(['RUNNING', false])
  expect(await filesOf(api)).toContain('eve')
  // The worker that had read the part stores it now, and says so.
  await post(api.server, '/v1/identify', { userId: 'eve', traits: { email: 'eve@example.com' } }, basic(api.writeKey))
  if (!job) throw new Error('claimed above')
  await keepImport(db, job, { part: 0, taken: 2, refused: 0, now: clock })
  await finishImport(db, job, clock)
  await eraseAll()
  expect(await statusOf(api, id)).toBe('FINISHED')
  expect([await filesOf(api), (await namesOf(api)).join()]).toEqual(['', ''])
})

it('CNS-06 a worker that died over her rows is not waited for', async () => {
  const api = await space()
  await upload(api, 'user_id\nada\neve\n')
  await claimImport(db, 'dies', clock)
  const id = await erase(api, 'DELETE_ONLY', 'eve')
  await eraseNext(context)
  expect(await statusOf(api, id)).toBe('RUNNING')
  await eraseAll()
  expect(await statusOf(api, id)).toBe('FINISHED')
  await importAll(api)
  expect(await namesOf(api)).toEqual(['{"user_id":["ada"]}'])
})

it('CNS-05 of a suppressed person no row is taken, and the line says why without saying who', async () => {
  const api = await space()
  const file = await upload(api, 'user_id,email\nada,\neve,eve@example.com\n')
  await erase(api, 'SUPPRESS_ONLY', 'eve@example.com', 'EMAIL')
  await importAll(api)
  expect(await progressOf(api, file)).toMatchObject({ progress: { taken: 1, refused: 1 } })
  expect(await namesOf(api)).toEqual(['{"user_id":["ada"]}'])
  const refusals = await selectRows(db, sql`select line, code, message from import_refusal where import_id = ${file}`)
  expect(refusals).toMatchObject([{ line: 3, code: 'user_suppressed' }])
  expect(JSON.stringify(refusals)).not.toContain('eve')
})

it('CNS-06 what an import says of lines, errors and its own name does not quote her any more', async () => {
  const api = await space()
  const file = await upload(api, 'user_id\nada\n')
  await importAll(api)
  await sql`insert into import_refusal values (${api.spaceId}, ${file}, 2, 'x', 'email Eve.Secret@example.com is wrong'),
    (${api.spaceId}, ${file}, 3, 'x', 'is blank')`.execute(db)
  await sql`update import set file_name = 'about eve.secret@example.com.csv', error = 'no eve.secret@example.com' where id = ${file}`.execute(
    db,
  )
  await erase(api, 'DELETE_ONLY', 'eve.secret@example.com', 'EMAIL')
  await eraseAll()
  const refusals = await selectRows(db, sql`select message from import_refusal where import_id = ${file} order by line`)
  expect(refusals).toEqual([{ message: 'is about a person who was erased' }, { message: 'is blank' }])
  expect(JSON.stringify(await progressOf(api, file))).not.toContain('secret')
})
