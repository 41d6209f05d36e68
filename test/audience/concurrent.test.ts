import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Condition, Filter } from '../../src/audience/condition.ts'
import { evaluateSpace, LIMITS } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { create, update } from '../../src/audience/save.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { connect } from '../../src/db/connect.ts'
import type { Db } from '../../src/db/database.ts'
import { query, run, transact } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { until } from '../support/wait.ts'
import { addChange, addEvent, addProfile, did, hour, makeAudience, makePartitions, membersNow, spaces } from './support/world.ts'

/* Two connections: what one does while the other is between two statements. */

const { db, url } = await freshDatabase()
await makePartitions(db)
const space = spaces(db, 'both')

/** Waits until another connection waits for a lock. */
const waits = () =>
  until('a connection that waits for a lock', async () => {
    const rows = await run(
      db,
      query(
        'test.waiting*',
        sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`,
      ),
    )
    return rows.length > 0
  })

const asJson = (condition: Condition): JsonObject => condition as unknown as JsonObject

/** `first` in a transaction that is committed when the `other`, on a connection begun after it, waits for it; and `meanwhile`. */
const beside = async (
  first: (tx: Db) => Promise<unknown>,
  other: (second: Db) => Promise<unknown>,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> => {
  const second = connect(url)
  let waiting: Promise<unknown> | undefined
  await transact(db, async (tx) => {
    await first(tx)
    waiting = other(second.db)
    await waits()
    await meanwhile()
  })
  await waiting
  await second.close()
}

it('G3 CMP-05 an edit while a tick waits for the clock: neither its edges nor what it mentions are lost', async () => {
  const spaceId = await space()
  const act = { spaceId, by: 'test', now: hour(0) }
  const tick = (hours: number) => evaluateSpace(db, spaceId, hour(hours))
  const ada = await addProfile(db, spaceId, 'ada')
  await makeAudience(db, spaceId, 'lately', did('A', undefined, { within: '100 days' }))
  await evaluateSpaceFully(db, spaceId, hour(0))
  await addEvent(db, spaceId, ada, 'B', hour(0), 'b')
  await tick(0)
  const edited = did('B', undefined, { within: '2 hours' })
  await beside(
    (tx) => update(tx, 'audience', act, 'lately', { definition: asJson(edited) }),
    (second) => evaluateSpace(second, spaceId, hour(0.5)),
  )
  await evaluateSpaceFully(db, spaceId, hour(0.5))
  expect(await membersNow(db, spaceId, 'aud_lately')).toEqual([ada])
  await tick(3)
  expect(await membersNow(db, spaceId, 'aud_lately'), 'the window of the new definition ended').toEqual([])
})

const COPYING = { ...LIMITS, copyFrom: { looks: 1, computations: 1 } }

const changed = async (spaceId: string, profile: string, name: string): Promise<void> => {
  await addEvent(db, spaceId, profile, name, hour(0), `${name} ${profile}`)
  await addChange(db, spaceId, profile, `${name} ${profile}`, { events: [name], at: hour(0) })
}

const statement = (text: ReturnType<typeof sql>) => run(db, query('test.concurrent*', text))

type Gone = (spaceId: string, ada: string, bob: string) => ReturnType<typeof sql>
const merged: Gone = (spaceId, ada, bob) =>
  sql`update profile set merged_into = ${bob} where space_id = ${spaceId} and id = ${ada}`
const forgotten: Gone = (spaceId, ada) => sql`delete from profile where space_id = ${spaceId} and id = ${ada}`

it.each([
  ['merged', merged, ['two']],
  ['merged', merged, ['two', 'three']],
  ['forgotten', forgotten, ['two']],
  ['forgotten', forgotten, ['two', 'three']],
] as const)('G3 who is %s while a tick works on copies does not enter', async (_, gone, keys) => {
  const spaceId = await space()
  const saved = { description: '', enabled: true, options: {} }
  const [ada, bob, eve] = [
    await addProfile(db, spaceId, 'ada'),
    await addProfile(db, spaceId, 'bob'),
    await addProfile(db, spaceId, 'eve'),
  ]
  // The others refer to the first, so that it is evaluated before them, and by itself.
  const member: Condition = { type: 'audience', audience: 'one' }
  const both: Condition = { type: 'and', conditions: [did('B'), { type: 'not', condition: member }] }
  await makeAudience(db, spaceId, 'one', did('A'))
  for (const key of keys) await makeAudience(db, spaceId, key, both)
  const outside: Filter = { type: 'trait', path: 'one', compare: { operator: 'absent' } }
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'tra_times', {
    ...{ ...saved, name: 'times' },
    definition: { event: { name: 'B', where: outside }, measure: { kind: 'count' } } as unknown as JsonObject,
  })
  await evaluateSpaceFully(db, spaceId, hour(0))
  await changed(spaceId, eve, 'A')
  await changed(spaceId, ada, 'B')
  await changed(spaceId, bob, 'B')
  await beside(
    // The tick, which has its copies, waits here in the first audience.
    (tx) =>
      run(
        tx,
        query(
          'test.concurrent*',
          sql`insert into membership (space_id, audience_id, profile_id, entered_at) values (${spaceId}, 'aud_one', ${eve}, ${hour(0)})`,
        ),
      ),
    (second) => evaluateSpace(second, spaceId, hour(1), COPYING),
    () => statement(gone(spaceId, ada, bob)),
  )
  for (const key of keys) {
    expect(await membersNow(db, spaceId, `aud_${key}`), key).toEqual([bob])
    const told = sql`select profile_id from membership_change where space_id = ${spaceId} and audience_id = ${`aud_${key}`}`
    expect(await statement(told), 'nor is anybody told so').toEqual([{ profile_id: bob }])
  }
  const values = await statement(sql`select profile_id from computed_value where space_id = ${spaceId}`)
  expect(values).toEqual([{ profile_id: bob }])
})
