import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { evaluateDue, evaluateFullyDue, markAll, spacesToEvaluate } from '../../src/audience/due-spaces.ts'
import { evaluateSpace, LIMITS, type Limits } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { evaluationsOf } from '../../src/audience/members.ts'
import { create, remove, runNow, update } from '../../src/audience/save.ts'
import { definitionOf } from '../../src/audience/store.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run, runOne } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import {
  addChange,
  addEvent,
  addProfile,
  did,
  hour,
  makeAudience,
  makePartitions,
  matching,
  membersNow,
  not,
  START,
  settling,
  spaces,
} from './support/world.ts'

const { db, url } = await freshDatabase()
await makePartitions(db)
let serial = 0
const space = spaces(db, 'evaluate')
const person = async (spaceId: string, name: string, at = START): Promise<string> => {
  const id = await addProfile(db, spaceId, name, {}, { user_id: [name] }, at)
  await addChange(db, spaceId, id, `new ${spaceId} ${name}`, { events: ['identify'], at })
  return id
}
const happen = async (spaceId: string, profile: string, name: string, at: Date, properties: JsonObject = {}): Promise<void> => {
  await addEvent(db, spaceId, profile, name, at, `m${serial}`, properties)
  await addChange(db, spaceId, profile, `c${serial++}`, { events: [name], at })
}
// However few are due: on copies, and audiences that may be asked together in one statement.
const TOGETHER: Limits = { ...LIMITS, copyFrom: { looks: 1, computations: 1, twoFrom: 1 } }
const WAYS: readonly (readonly [string, Limits])[] = [
  ['each by itself', LIMITS],
  ['asked together', TOGETHER],
]

const settle = settling(db)

it('CMP-02 an event makes a member in the next tick, and an idle tick finds nothing to do', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  const ada = await person(spaceId, 'ada')
  await settle(spaceId, hour(0))
  await happen(spaceId, ada, 'Order', hour(1))
  expect(await spacesToEvaluate(db, hour(1))).toContain(spaceId)
  expect(await evaluateDue(db, hour(1))).toMatchObject({ changed: 1, failed: [] })
  expect(await membersNow(db, spaceId, 'aud_buyers')).toEqual([ada])
  expect(await spacesToEvaluate(db, hour(1))).not.toContain(spaceId)
  expect(await definitionOf(db, 'audience', spaceId, 'buyers')).toMatchObject({ status: 'Live', count: 1, evaluatedAt: hour(1) })
})

it('CMP-03 CND-12 a window expires at its instant, with no event and no tick before', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'recent', did('Order', undefined, { within: '2 hours' }))
  const ada = await person(spaceId, 'ada')
  await happen(spaceId, ada, 'Order', hour(0))
  await settle(spaceId, hour(0))
  await settle(spaceId, hour(0.5))
  expect(await spacesToEvaluate(db, hour(1.99))).not.toContain(spaceId)
  expect(await spacesToEvaluate(db, hour(2.001))).toContain(spaceId)
  await evaluateDue(db, hour(2.001))
  expect(await membersNow(db, spaceId, 'aud_recent')).toEqual([])
})

it('an event touches only the audiences that mention it', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'orders', did('Order'))
  await makeAudience(db, spaceId, 'views', did('View'))
  await makeAudience(db, spaceId, 'no_views', not(did('View')))
  const ada = await person(spaceId, 'ada')
  await settle(spaceId, hour(0))
  await happen(spaceId, ada, 'Order', hour(1))
  const { outcomes } = await evaluateSpace(db, spaceId, hour(1))
  expect(outcomes.map((each) => each.computation.key)).toEqual(['orders'])
})

it('one tick brings changes through everything that refers to them, in order', async () => {
  const spaceId = await space()
  const ada = await person(spaceId, 'ada')
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'tra_spent', {
    name: 'Spent',
    description: '',
    enabled: true,
    definition: { event: { name: 'Order' }, measure: { kind: 'sum', property: 'revenue' } },
    options: {},
  })
  await makeAudience(db, spaceId, 'big', { type: 'trait', path: 'spent', compare: { operator: 'at_least', value: 100 } })
  await makeAudience(db, spaceId, 'big_and_lost', {
    type: 'and',
    conditions: [{ type: 'audience', audience: 'big' }, not(did('Visit'))],
  })
  await settle(spaceId, hour(0))
  await happen(spaceId, ada, 'Order', hour(1), { revenue: '60.5' })
  await happen(spaceId, ada, 'Order', hour(1), { revenue: 40 })
  await evaluateSpace(db, spaceId, hour(1))
  expect(await membersNow(db, spaceId, 'aud_big_and_lost')).toEqual([ada])
  const value = await runOne(
    db,
    query('test.value*', sql<{ value: number }>`select value from computed_value where space_id = ${spaceId}`),
  )
  expect(value?.value).toBe(100.5)
})

it('CTR-01 CTR-09 a windowed counter falls to 0 with time, and has no value for who never did it', async () => {
  const spaceId = await space()
  const [ada, bob] = [await person(spaceId, 'ada'), await person(spaceId, 'bob')]
  await create(db, 'computed_trait', { spaceId, by: 'test', now: hour(0) }, 'tra_views', {
    name: 'Views',
    description: '',
    enabled: true,
    definition: { event: { name: 'View', within: '2 hours' }, measure: { kind: 'count' } },
    options: {},
  })
  for (let n = 0; n < 5; n++) await happen(spaceId, ada, 'View', hour(n / 10))
  await happen(spaceId, bob, 'Other', hour(0))
  const values = () =>
    run(db, query('test.values*', sql`select profile_id as id, value from computed_value where space_id = ${spaceId}`))
  await settle(spaceId, hour(1))
  expect(await values()).toEqual([{ id: ada, value: 5 }])
  await settle(spaceId, hour(2.15))
  expect(await values()).toEqual([{ id: ada, value: 3 }])
  await settle(spaceId, hour(9))
  expect(await values()).toEqual([{ id: ada, value: 0 }])
})

it('what is referred to is computed in full before what refers to it, whatever the order in which they were saved', async () => {
  const spaceId = await space()
  const ada = await person(spaceId, 'ada')
  await happen(spaceId, ada, 'Order', hour(0))
  await makeAudience(db, spaceId, 'z_buyers', did('Order'))
  await makeAudience(db, spaceId, 'a_buyers', { type: 'audience', audience: 'z_buyers' })
  const outcomes = await evaluateSpaceFully(db, spaceId, hour(1))
  expect(outcomes.map((each) => each.computation.key)).toEqual(['z_buyers', 'a_buyers'])
  expect(await membersNow(db, spaceId, 'aud_a_buyers')).toEqual([ada])
})

it.each(WAYS)(
  'AUD-06 an audience that fails says why, is tried again by itself, and never stops the others (%s)',
  async (_, limits) => {
    const spaceId = await space()
    await makeAudience(db, spaceId, 'broken', did('Order'))
    await makeAudience(db, spaceId, 'fine', did('Order'))
    const ada = await person(spaceId, 'ada')
    await settle(spaceId, hour(0))
    const write = (condition: Condition) =>
      run(
        db,
        query(
          'test.break*',
          sql`update audience set condition = ${JSON.stringify(condition)}::jsonb where space_id = ${spaceId} and key = 'broken'`,
        ),
      )
    await write({ type: 'and', conditions: [did('Order'), { type: 'audience', audience: 'gone' }] })
    await happen(spaceId, ada, 'Order', hour(1))
    const { outcomes } = await evaluateSpace(db, spaceId, hour(1), limits)
    expect(outcomes.map((each) => [each.computation.key, each.kind]).sort()).toEqual([
      ['broken', 'failed'],
      ['fine', 'evaluated'],
    ])
    expect(await membersNow(db, spaceId, 'aud_fine')).toEqual([ada])
    expect(await definitionOf(db, 'audience', spaceId, 'broken')).toMatchObject({
      status: 'Error',
      reason: expect.stringContaining('no audience "gone"'),
    })
    expect(must((await evaluationsOf(db, spaceId, 'aud_broken', 1))[0], 'an evaluation').error).toContain('gone')
    await write(did('Order'))
    expect(await spacesToEvaluate(db, hour(2))).toContain(spaceId)
    while ((await evaluateSpace(db, spaceId, hour(2))).more);
    await settle(spaceId, hour(2))
    expect(await membersNow(db, spaceId, 'aud_broken')).toEqual([ada])
    expect(await definitionOf(db, 'audience', spaceId, 'broken')).toMatchObject({ status: 'Live', reason: null })
  },
)

it.each(WAYS)('a slow audience runs into its limit, and the others go on (%s)', async (_, limits) => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'slow', not(did('Order')))
  await makeAudience(db, spaceId, 'quick', did('Order'))
  const ada = await person(spaceId, 'ada')
  await settle(spaceId, hour(0))
  await happen(spaceId, ada, 'Order', hour(1))
  const { connect } = await import('../../src/db/connect.ts')
  const other = connect(url)
  // Somebody else holds the row that must go, as a long statement would hold it.
  await other.db.transaction().execute(async (tx) => {
    await run(
      tx,
      query('test.hold*', sql`select from membership where space_id = ${spaceId} and audience_id = 'aud_slow' for update`),
    )
    const { outcomes } = await evaluateSpace(db, spaceId, hour(1), { ...limits, incrementalMs: 150, fullMs: 150 })
    expect(outcomes.map((each) => [each.computation.key, each.kind]).sort()).toEqual([
      ['quick', 'evaluated'],
      ['slow', 'failed'],
    ])
  })
  await other.close()
  expect((await definitionOf(db, 'audience', spaceId, 'slow')).reason).toContain('statement timeout')
  expect(await membersNow(db, spaceId, 'aud_quick')).toEqual([ada])
})

it('CMP-12 many workers tick at once: each change happens once, and membership is exact', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'once', did('Order', { operator: 'at_least', value: 1 }))
  await makeAudience(db, spaceId, 'not_twice', did('Order', { operator: 'at_most', value: 1 }))
  await makeAudience(db, spaceId, 'both', {
    type: 'and',
    conditions: [
      { type: 'audience', audience: 'once' },
      { type: 'audience', audience: 'not_twice' },
    ],
  })
  await settle(spaceId, hour(0))
  const people = await Promise.all(Array.from({ length: 40 }, (_, n) => person(spaceId, `p${n}`, hour(1))))
  // Some look at copies, which somebody else may have overtaken.
  const ticks = async (): Promise<void> => {
    for (let n = 0; n < 8; n++) {
      await evaluateSpace(db, spaceId, hour(1 + n / 10), n % 2 === 0 ? TOGETHER : LIMITS)
      if (n % 3 === 0) await runNow(db, 'audience', { spaceId, by: 'test', now: hour(1 + n / 10) }, 'aud_not_twice')
      await evaluateSpaceFully(db, spaceId, hour(1 + n / 10))
    }
  }
  const buying = async (): Promise<void> => {
    for (const [n, id] of people.entries())
      for (let times = 0; times <= n % 3; times++) await happen(spaceId, id, 'Order', hour(1))
  }
  await Promise.all([ticks(), ticks(), ticks(), buying()])
  await settle(spaceId, hour(3))
  for (const key of ['once', 'not_twice', 'both']) {
    const { id, definition, count } = await definitionOf(db, 'audience', spaceId, key)
    const members = await membersNow(db, spaceId, id)
    expect(members).toEqual(await matching(db, spaceId, definition as unknown as Condition, hour(3)))
    expect(count).toBe(members.length)
    const doubled = await run(
      db,
      query(
        'test.doubled*',
        sql`select profile_id from (select profile_id, change, lag(change) over (partition by profile_id order by changed_at, evaluation) as before
          from membership_change where space_id = ${spaceId} and audience_id = ${id}) c where change = before`,
      ),
    )
    expect(doubled, 'nobody enters or exits twice in a row').toEqual([])
  }
})

it.each(WAYS)('a full evaluation keeps what arrives meanwhile for the tick, which passes by (%s)', async (_, limits) => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  await makeAudience(db, spaceId, 'viewers', did('View'))
  const ada = await person(spaceId, 'ada')
  await settle(spaceId, hour(0))
  await db.transaction().execute(async (tx) => {
    // What a full evaluation of minutes holds is this lock.
    await run(
      tx,
      query('test.hold*', sql`select from audience_state where space_id = ${spaceId} and audience_id = 'aud_buyers' for update`),
    )
    await happen(spaceId, ada, 'Order', hour(1))
    await happen(spaceId, ada, 'View', hour(1))
    const { outcomes } = await evaluateSpace(db, spaceId, hour(1), limits)
    // Each by itself, two look side by side: whoever is done first is told first.
    expect(outcomes.map((each) => `${each.computation.key} ${each.kind}`).toSorted()).toEqual([
      'buyers busy',
      'viewers evaluated',
    ])
  })
  await evaluateSpace(db, spaceId, hour(1))
  expect(await membersNow(db, spaceId, 'aud_buyers')).toEqual([ada])
})

it('the daily full evaluation counts drift, and finds what was spoilt by hand', async () => {
  const spaceId = await space()
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  const [ada, bob] = [await person(spaceId, 'ada'), await person(spaceId, 'bob')]
  await happen(spaceId, ada, 'Order', hour(0))
  await settle(spaceId, hour(0))
  const drift = async (): Promise<number | null> => {
    await markAll(db, hour(24))
    await evaluateFullyDue(db, hour(24))
    return must(
      (await evaluationsOf(db, spaceId, 'aud_buyers', 5)).find((each) => each.mode === 'full' && +each.evaluatedAt === +hour(24)),
      'a full one',
    ).drift
  }
  expect(await drift()).toBe(0)
  await run(db, query('test.spoil*', sql`delete from audience_evaluation where space_id = ${spaceId}`))
  await run(db, query('test.spoil*', sql`update membership set profile_id = ${bob} where space_id = ${spaceId}`))
  expect(await drift()).toBe(2)
  expect(await membersNow(db, spaceId, 'aud_buyers')).toEqual([ada])
})

it('AUD-08 a disabled audience stands still, and catches up when enabled', async () => {
  const spaceId = await space()
  const act = { spaceId, by: 'test', now: hour(0) }
  await makeAudience(db, spaceId, 'buyers', did('Order'))
  const ada = await person(spaceId, 'ada')
  await settle(spaceId, hour(0))
  await update(db, 'audience', act, 'buyers', { enabled: false })
  await happen(spaceId, ada, 'Order', hour(1))
  await settle(spaceId, hour(1))
  expect(await membersNow(db, spaceId, 'aud_buyers')).toEqual([])
  expect((await definitionOf(db, 'audience', spaceId, 'buyers')).status).toBe('Disabled')
  await update(db, 'audience', act, 'buyers', { enabled: true })
  await settle(spaceId, hour(2))
  expect(await membersNow(db, spaceId, 'aud_buyers')).toEqual([ada])
})

it('AUD-03 AUD-09 AUD-15 AUD-16 cycles, used keys and deletions are refused with their reason', async () => {
  const spaceId = await space()
  const act = { spaceId, by: 'test', now: hour(0) }
  await makeAudience(db, spaceId, 'a', did('Order'))
  await makeAudience(db, spaceId, 'b', { type: 'audience', audience: 'a' })
  await makeAudience(db, spaceId, 'c', { type: 'trait', path: 'b', compare: { operator: 'equals', value: true } })
  const cyclic = { type: 'not', condition: { type: 'audience', audience: 'c' } } as unknown as JsonObject
  await expect(update(db, 'audience', act, 'a', { definition: cyclic })).rejects.toThrow('a → c → b → a')
  await expect(makeAudience(db, spaceId, 'self', { type: 'audience', audience: 'self' })).rejects.toThrow('self → self')
  await expect(makeAudience(db, spaceId, 'd', { type: 'audience', audience: 'nowhere' })).rejects.toThrow(
    'there is no audience "nowhere"',
  )
  await expect(remove(db, 'audience', act, 'c')).rejects.toThrow('Disable it first')
  await update(db, 'audience', act, 'a', { enabled: false })
  await expect(remove(db, 'audience', act, 'a')).rejects.toThrow('used by "b"')
  await update(db, 'audience', act, 'c', { enabled: false })
  await remove(db, 'audience', act, 'c')
  await expect(makeAudience(db, spaceId, 'c', did('Order'))).rejects.toThrow('never used again')
})

it('CND-27 more than 50 comparisons, too deep, and texts that cannot be stored are refused', async () => {
  const spaceId = await space()
  const many: Condition = { type: 'or', conditions: Array.from({ length: 51 }, (_, n) => did(`E${n}`)) }
  await expect(makeAudience(db, spaceId, 'many', many)).rejects.toThrow('has 51 comparisons')
  let deep: Condition = did('Order')
  for (let n = 0; n < 21; n++) deep = not(deep)
  await expect(makeAudience(db, spaceId, 'deep', deep)).rejects.toThrow('nested deeper')
  await expect(makeAudience(db, spaceId, 'nul', did('a\u0000b'))).rejects.toThrow('cannot be stored')
  await expect(makeAudience(db, spaceId, 'long', did('A', undefined, { within: '999999 weeks' }))).rejects.toThrow('too long')
})

it('a custom trait whose key becomes an audience is looked at as that from then on', async () => {
  const spaceId = await space()
  const condition: Condition = { type: 'trait', path: 'vip', compare: { operator: 'equals', value: true } }
  await makeAudience(db, spaceId, 'uses_vip', condition)
  const ada = await addProfile(db, spaceId, 'ada', { vip: true })
  const bob = await addProfile(db, spaceId, 'bob')
  await addEvent(db, spaceId, bob, 'Order', hour(0), 'vip order')
  await settle(spaceId, hour(0))
  expect(await membersNow(db, spaceId, 'aud_uses_vip')).toEqual([ada])
  await makeAudience(db, spaceId, 'vip', did('Order'))
  await settle(spaceId, hour(1))
  expect(await membersNow(db, spaceId, 'aud_uses_vip')).toEqual([bob])
})

it('CMP-04 without historical data only events after the creation count', async () => {
  const spaceId = await space()
  const [ada, bob] = [await person(spaceId, 'ada'), await person(spaceId, 'bob')]
  await happen(spaceId, ada, 'Order', hour(-1))
  await create(db, 'audience', { spaceId, by: 'test', now: hour(0) }, 'aud_new', {
    name: 'New',
    description: '',
    enabled: true,
    definition: did('Order') as unknown as JsonObject,
    options: { includeHistoricalData: false },
  })
  await settle(spaceId, hour(0))
  expect(await membersNow(db, spaceId, 'aud_new')).toEqual([])
  await happen(spaceId, bob, 'Order', hour(1))
  await settle(spaceId, hour(1))
  expect(await membersNow(db, spaceId, 'aud_new')).toEqual([bob])
})
