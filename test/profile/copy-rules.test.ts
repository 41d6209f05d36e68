import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'
import { basic, pictureOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase, TEST_SECRET } from '../support/database.ts'
import { type TestApi, testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const [from, to, other] = [
  await testApi(database, 'spa_from'),
  await testApi(database, 'spa_to'),
  await testApi(database, 'spa_other'),
]
const rules = async (of: TestApi) => (await of.call('GET', `/spaces/${of.spaceId}/identity-rules`)).body.data.rules
const copy = (token: string, into = to) => into.call('POST', `/spaces/${into.spaceId}/identity-rules/copies`, { token })
const identify = (of: TestApi, ...batch: object[]) =>
  post(of.server, '/v1/batch', { batch: batch.map((call) => ({ type: 'identify', ...call })) }, basic(of.writeKey))
const idsOf = async (spaceId: string) => (await pictureOf(db, spaceId)).people.map(({ identifiers }) => identifiers)

await sql`insert into identifier_rule (space_id, type, value_limit, period, priority, blocked, seen) values
  ('spa_from', 'user_id', 2, 'ever', 2, '["root"]', false), ('spa_from', 'email', 1, 'weekly', 1, null, false),
  ('spa_from', 'loyalty', 1, 'ever', null, '[{"regex":"^x"}]', false), ('spa_from', 'crm', 5, 'ever', null, null, true),
  ('spa_to', 'phone', 9, 'ever', null, null, false), ('spa_other', 'email', 7, 'ever', null, null, false)`.execute(db)

// What the rules make of the same calls: it is the rules that are the same, and not only their rows.
const HISTORY = [
  { userId: 'root', anonymousId: 'a' },
  { userId: 'u1', traits: { email: 'a@x.example', loyalty: 'L1' } },
  { userId: 'u2', traits: { email: 'a@x.example' } },
  { userId: 'u3', traits: { email: 'a@x.example' } },
  { userId: 'u4', traits: { loyalty: 'L1' } },
  { userId: 'u5', traits: { loyalty: 'x1' } },
  { userId: 'u5', traits: { email: 'b@x.example' } },
  { userId: 'u5', traits: { email: 'c@x.example' } },
]

it('IDR-16 a space takes identifiers, limits, priorities and blocked values of another, and recognises people as that one does', async () => {
  await identify(to, { userId: 'before', traits: { phone: '+14155550100' } })
  const said = (await rules(to)).filter(({ stored }: { stored: boolean }) => stored)
  expect(said.map(({ type }: { type: string }) => type)).toEqual(['phone'])
  const before = await rules(other)
  const copied = await copy(from.token)
  expect(copied.status).toBe(200)
  expect(copied.body.data.rules).toEqual(await rules(from))
  expect(await rules(to)).toEqual(await rules(from))
  expect(await rules(other)).toEqual(before)
  expect((await rules(to)).find(({ type }: { type: string }) => type === 'loyalty')).toEqual({
    type: 'loyalty',
    limit: 1,
    period: 'ever',
    priority: null,
    blocked: [{ regex: '^x' }],
    readsTraits: true,
    mayReadTraits: true,
    readFrom: ['traits.loyalty', 'context.traits.loyalty', 'properties.loyalty', 'context.externalIds'],
    seen: false,
    stored: true,
  })
  await identify(from, ...HISTORY)
  await identify(to, ...HISTORY)
  const people = await idsOf('spa_from')
  expect(people.length).toBeGreaterThan(2)
  expect(await idsOf('spa_to')).toEqual(
    [...people, { phone: ['+14155550100'], user_id: ['before'] }].toSorted((a, b) =>
      JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
    ),
  )
})

it('IDR-16 only of a space that one manages, and not of itself', async () => {
  const before = await rules(to)
  expect((await copy('no token')).status).toBe(403)
  expect((await copy(from.profileToken)).status).toBe(403)
  expect((await copy(to.token)).body.error.code).toBe('same_space')
  expect((await copy('')).status).toBe(422)
  expect(await rules(to)).toEqual(before)
})

it('IDR-16 a new space begins with the rules of another', async () => {
  let said = ''
  const config = readConfig({ DATABASE_URL: database.url, USHER_SECRET: TEST_SECRET })
  const run = (...words: string[]) =>
    createProgram(config, (text) => {
      said += text
    }).parseAsync(words, { from: 'user' })
  await run('space', 'create', 'Second shop', '--identity-from', 'spa_from')
  const [made] = await selectRows(db, sql`select id from space where name = 'Second shop'`)
  const of = (spaceId: string) =>
    selectRows(
      db,
      sql`select type, value_limit, period, priority, blocked, seen from identifier_rule where space_id = ${spaceId} order by type`,
    )
  expect(await of(made?.['id'])).toEqual(await of('spa_from'))
  expect(said).toContain('identity rules of spa_from')
  await expect(run('space', 'create', 'Third shop', '--identity-from', 'nowhere')).rejects.toThrow(/nowhere/)
  expect(await selectRows(db, sql`select id from space where name = 'Third shop'`)).toEqual([])
})
