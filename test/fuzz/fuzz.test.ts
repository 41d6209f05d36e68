import { beforeAll, expect, it } from 'vitest'
import { LIMIT_NAMES } from '../../src/space/limit.ts'
import { createSource, createSpace, createToken } from '../../src/space/space.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { type Running, startPart } from '../support/parts.ts'
import { huntAtApi } from './api.ts'
import { caseOf, huntAtDoor } from './door.ts'

/*
 * A little of `npm run fuzz`, at a process of its own: another seed every time, printed when something does not hold. What a hunt finds becomes a
 * case in the tests of what broke.
 */

const seed = Date.now() % 2_147_483_647
let database: TestDatabase
let api: Running
beforeAll(async () => {
  database = await freshDatabase()
  const now = new Date()
  await createSpace(database.db, { id: 'spa_fuzz', slug: 'fuzz', name: 'Fuzz' }, now)
  await createSource(database.db, { spaceId: 'spa_fuzz', id: 'src', name: 'Fuzz', kind: 'web', writeKey: 'fuzz' }, now)
  await createToken(database.db, { spaceId: 'spa_fuzz', name: 'fuzz', secret: 'token_fuzz' }, now)
  const limits = LIMIT_NAMES.map((name) => `${name}=none`).join(',')
  api = await startPart('api', { DATABASE_URL: database.url, USHER_LIMITS: limits, USHER_LOG: 'error' })
  atEnd(api.stop)
})

it('G13 ING-07 2,000 bodies that nobody should send: no answer of 500, and each sound call beside them is stored, once', async () => {
  const found: string[] = []
  const memory = await huntAtDoor({
    url: api.url,
    pid: api.pid,
    pool: database.pool,
    spaceId: 'spa_fuzz',
    writeKey: 'fuzz',
    seed,
    bodies: 2_000,
    senders: 16,
    say: () => {},
    found: ({ what, body, answer }) => found.push([what, answer, body && caseOf(body).slice(0, 5_000)].join(' · ')),
  })
  expect(found, `seed ${seed}`).toEqual([])
  expect(memory).toHaveLength(1)
}, 180_000)

it('no route answers 500, whatever it is asked: names, cursors, sentences, conditions, filters, schemas, journeys and CSV files', async () => {
  const found: string[] = []
  const asked = await huntAtApi({
    url: api.url,
    spaceId: 'spa_fuzz',
    token: 'token_fuzz',
    writeKey: 'fuzz',
    seed,
    times: 6,
    senders: 8,
    found: (what, { method, path, body }) => found.push([what, method, path, body].join(' · ').slice(0, 3_000)),
  })
  expect(found, `seed ${seed}`).toEqual([])
  expect(asked).toBeGreaterThan(600)
}, 180_000)
