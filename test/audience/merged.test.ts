import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue, markAll } from '../../src/audience/due-spaces.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const later = (): void => {
  clock = new Date(clock.getTime() + 60_000)
}
const settle = async (): Promise<void> => {
  later()
  await evaluateFullyDue(db, clock)
  while ((await evaluateDue(db, clock)).more);
}
const send = async (of: typeof api, batch: readonly object[]): Promise<void> => {
  expect((await post(of.server, '/v1/batch', { batch }, basic(of.writeKey))).status).toBe(200)
}
const sizeOf = async (of = api): Promise<number> =>
  (await of.call('GET', `/spaces/${of.spaceId}/audiences/buyers`)).body.data.audience.size.count
const membersOf = async (of = api): Promise<number> =>
  Number((await selectRows(db, sql`select count(*) as n from membership where space_id = ${of.spaceId}`))[0]?.['n'])

const order = (who: object) => ({ type: 'track', event: 'Order', ...who })
for (const of of [api, decoy]) {
  await of.call('POST', `/spaces/${of.spaceId}/audiences`, {
    name: 'Buyers',
    definition: { query: "event('Order').count() >= 1" },
  })
  await send(
    of,
    Array.from({ length: 6 }, (_, n) => [
      order({ userId: `u${n}` }),
      { type: 'identify', anonymousId: `a${n}`, traits: { email: `a${n}@example.com` } },
      order({ anonymousId: `a${n}` }),
    ]).flat(),
  )
}
await settle()
const merge = (n: number) => send(api, [{ type: 'identify', userId: `u${n}`, anonymousId: `a${n}` }])

it('G1 two members who are merged are counted as one from the next tick on, in their space only', async () => {
  expect([await sizeOf(), await membersOf()]).toEqual([12, 12])
  await merge(0)
  await settle()
  expect([await sizeOf(), await membersOf(), await sizeOf(decoy)]).toEqual([11, 11, 12])
  await settle()
  expect(await sizeOf()).toBe(11)
})

it('G1 a call that merges does not wait for an evaluation, and the count is right once that is over', async () => {
  await db.transaction().execute(async (tx) => {
    await sql`select audience_id from audience_state for update`.execute(tx)
    await merge(1)
    await evaluateDue(db, clock)
    expect(await membersOf()).toBe(10)
  })
  await settle()
  expect([await sizeOf(), await membersOf()]).toEqual([10, 10])
})

it('G1 who counts the members anew takes out nobody twice', async () => {
  await merge(2)
  later()
  await markAll(db, clock)
  await evaluateFullyDue(db, clock)
  await settle()
  expect([await sizeOf(), await membersOf()]).toEqual([9, 9])
  await markAll(db, clock)
  await settle()
  expect([await sizeOf(), await membersOf()]).toEqual([9, 9])
})

it('G1 a member who is merged with somebody who is none stays one', async () => {
  await send(api, [{ type: 'identify', anonymousId: 'quiet' }])
  await settle()
  await send(api, [{ type: 'identify', userId: 'u3', anonymousId: 'quiet' }])
  await settle()
  expect([await sizeOf(), await membersOf()]).toEqual([9, 9])
})
