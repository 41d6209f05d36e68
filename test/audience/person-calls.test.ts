import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { callsOf } from '../../src/audience/emission.ts'
import { evaluateSpace } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { changeToTell, membershipCalls, valueCalls } from '../../src/audience/person-calls.ts'
import { create, runNow } from '../../src/audience/save.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { addChange, addEvent, addProfile, did, hour, makeAudience, makePartitions, makeSpace } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)

const SHOPPER = { class: 'audience', id: 'aud_1', key: 'first_time_shopper', spaceId: 'spa_1', destinations: ['Braze'] } as const
const SPENT = { class: 'trait', id: 'tra_1', key: 'total_spent', spaceId: 'spa_1', destinations: ['Braze', 'Webhooks'] } as const
const personas = (of: 'audience' | 'trait', id: string, key: string) => ({
  computation_class: of,
  computation_id: id,
  computation_key: key,
  namespace: 'spa_1',
  space_id: 'spa_1',
})
const ada = { changeId: 'change', to: { userId: 'u123', email: 'ada@example.com' }, at: hour(0) }
const always = { messageId: expect.stringMatching(/^personas_[0-9a-f-]{36}$/), timestamp: '2026-06-01T00:00:00.000Z' }

it('EVT-01 an entry is an identify and a track call with the personas block', () => {
  const block = personas('audience', 'aud_1', 'first_time_shopper')
  const integrations = { All: false, Braze: true }
  expect(membershipCalls(SHOPPER, 'entered', ada)).toEqual([
    {
      ...always,
      type: 'identify',
      userId: 'u123',
      traits: { email: 'ada@example.com', first_time_shopper: true },
      context: { personas: block },
      integrations,
    },
    {
      ...always,
      type: 'track',
      event: 'Audience Entered',
      userId: 'u123',
      properties: { audience_key: 'first_time_shopper', first_time_shopper: true },
      context: { personas: block, traits: { email: 'ada@example.com' } },
      integrations,
    },
  ])
})

it('EVT-01 an exit says false under its own name; somebody anonymous is told of by that id', () => {
  const calls = membershipCalls(SHOPPER, 'exited', { ...ada, to: { anonymousId: 'anon' } })
  expect(calls).toMatchObject([
    { type: 'identify', anonymousId: 'anon', traits: { first_time_shopper: false } },
    { type: 'track', event: 'Audience Exited', properties: { audience_key: 'first_time_shopper', first_time_shopper: false } },
  ])
  for (const call of calls) expect(Object.keys(call)).not.toContain('userId')
})

it('EVT-01 the same change told twice is the same message; another identifier, change or kind is another', () => {
  const ids = (changeId: string, userId: string) =>
    membershipCalls(SHOPPER, 'entered', { ...ada, changeId, to: { userId } }).map((call) => call.messageId)
  expect(ids('one', 'u')).toEqual(ids('one', 'u'))
  expect(new Set([...ids('one', 'u'), ...ids('two', 'u'), ...ids('one', 'v')]).size).toBe(6)
})

it('CTR-16 a value is an identify call and Trait Computed; of an account a group call', () => {
  const block = personas('trait', 'tra_1', 'total_spent')
  const integrations = { All: false, Braze: true, Webhooks: true }
  expect(valueCalls(SPENT, 99.5, { ...ada, to: { userId: 'u123' } })).toEqual([
    { ...always, type: 'identify', userId: 'u123', traits: { total_spent: 99.5 }, context: { personas: block }, integrations },
    {
      ...always,
      type: 'track',
      event: 'Trait Computed',
      userId: 'u123',
      properties: { trait_key: 'total_spent', total_spent: 99.5 },
      context: { personas: block },
      integrations,
    },
  ])
  const named = { spaceId: 'spa_1', kind: 'computed_trait', id: 'tra_1', key: 'total_spent' } as const
  expect(callsOf(named, { accountId: 'acc', groupId: 'acme', users: [] }, ['a', 'b'], { mode: 'group' })).toEqual([
    { type: 'group', groupId: 'acme', traits: { total_spent: ['a', 'b'] }, context: { personas: block } },
  ])
})

it('EVT-08 there is something to tell only when it is another, and no exit without an entry', () => {
  const table = ([undefined, false, true] as const).flatMap((told) =>
    [false, true].map((is) => [told, is, changeToTell(told, is)]),
  )
  expect(table).toEqual([
    [undefined, false, undefined],
    [undefined, true, 'entered'],
    [false, false, undefined],
    [false, true, 'entered'],
    [true, false, 'exited'],
    [true, true, undefined],
  ])
})

it('EVT-08 CTR-15 who never was in is never told of, and a recomputation without a change says nothing', async () => {
  const spaceId = 'spa_emission'
  await makeSpace(db, spaceId)
  const settle = async (now: Date) => {
    await evaluateSpaceFully(db, spaceId, now)
    while ((await evaluateSpace(db, spaceId, now)).more);
  }
  const [buyer, other] = [await addProfile(db, spaceId, 'buyer'), await addProfile(db, spaceId, 'other')]
  await makeAudience(db, spaceId, 'recent', did('Order', undefined, { within: '2 hours' }))
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'tra_orders', {
    name: 'orders',
    description: '',
    enabled: true,
    options: {},
    definition: { event: { name: 'Order' }, measure: { kind: 'count' } },
  })
  await run(db, query('test.listen*', sql`insert into audience_interest values (${spaceId}, 'aud_recent', 'jou')`))
  await addEvent(db, spaceId, buyer, 'Order', hour(0), 'order')
  await addEvent(db, spaceId, other, 'View', hour(0), 'view')
  for (const id of [buyer, other]) await addChange(db, spaceId, id, `c ${id}`, { events: ['Order', 'View'], at: hour(0) })
  await settle(hour(0))
  const seen = () =>
    Promise.all(
      ['membership_change', 'outbox', 'computed_value'].map((table) =>
        run(db, query('test.seen*', sql`select * from ${sql.table(table)} where space_id = ${spaceId} order by profile_id`)),
      ),
    )
  const before = await seen()
  expect(before.map((rows) => rows.length)).toEqual([1, 1, 1])
  await runNow(db, 'audience', { spaceId, by: 'test', now: hour(1) }, 'recent')
  await runNow(db, 'computed_trait', { spaceId, by: 'test', now: hour(1) }, 'orders')
  await settle(hour(1))
  expect(await seen(), 'nothing is written, not even anew').toEqual(before)
  await settle(hour(3))
  const changes = await run(
    db,
    query(
      'test.changes*',
      sql`select profile_id as id, change from membership_change where space_id = ${spaceId} order by changed_at`,
    ),
  )
  expect(changes).toEqual([
    { id: buyer, change: 'entered' },
    { id: buyer, change: 'exited' },
  ])
})
