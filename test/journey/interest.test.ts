import * as fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import { Unavailable } from '../../src/base/errors.ts'
import { spacesWithOutbox } from '../../src/db/outbox.ts'
import { query, run, transact } from '../../src/db/query.ts'
import { type Reactions, relayOnce } from '../../src/db/relay.ts'
import { admitEntered, admitExisting } from '../../src/journey/admit-audience.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { changeJourney, createJourney } from '../../src/journey/journeys.ts'
import { archiveJourney, pauseJourney, publishJourney, resumeJourney } from '../../src/journey/publish.ts'
import { addProfile, makeAudience, makeSpace } from '../audience/support/world.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/wait.ts'
import { FIRST_ORDER, parsed } from './definitions.ts'
import { furnish } from './space.ts'

const by = 'tester'
const at = (second: number) => new Date(Date.UTC(2026, 5, 2, 0, 0, second))
const PEOPLE = 20
const JOURNEY = 'jou_vip'
let database: TestDatabase
let number = 0

const draft = (existing: boolean): JourneyDraft => ({
  entry: { type: 'audience', audience: 'vip', frequency: 'once', existing },
  start: 'wait',
  steps: { wait: { type: 'delay', for: '3 days', next: null } },
})
const make = (spaceId: string, existing: boolean) =>
  createJourney(database.db, spaceId, { id: JOURNEY, name: 'VIP', definition: parsed(draft(existing)), by }, at(0))
const publish = (spaceId: string, now: Date) => publishJourney(database.db, spaceId, JOURNEY, { previous: 'drain', by }, now)
const interest = async (spaceId: string) =>
  (
    await run(
      database.db,
      query(
        'test.audience_interest.*',
        sql<{ audience_id: string }>`select audience_id from audience_interest where space_id = ${spaceId} order by audience_id`,
      ),
    )
  ).map((row) => row.audience_id)
const entered = async (spaceId: string) =>
  (
    await run(
      database.db,
      query(
        'test.runs.*',
        sql<{ profile_id: string }>`select profile_id from journey_run where space_id = ${spaceId} order by profile_id`,
      ),
    )
  ).map((row) => row.profile_id)

const fresh = async (): Promise<{ spaceId: string; people: readonly string[] }> => {
  const spaceId = `spa_interest_${number++}`
  await makeSpace(database.db, spaceId)
  await furnish(database.db, spaceId)
  const names = Array.from({ length: PEOPLE }, (_, n) => `person ${n}`)
  const people = await Promise.all(names.map((name) => addProfile(database.db, spaceId, name, { gold: true })))
  await makeAudience(database.db, spaceId, 'vip', { type: 'trait', path: 'gold', compare: { operator: 'equals', value: true } })
  return { spaceId, people: people.toSorted() }
}

const reactions: Reactions = {
  entered: [(spaceId, items, now) => admitEntered(database.db, spaceId, items, now)],
  journey_published: [(spaceId, items, now) => admitExisting(database.db, spaceId, items, now)],
}
const tellAll = async (from: Date): Promise<void> => {
  for (let now = from; (await spacesWithOutbox(database.db, new Date(9e12), now)).length > 0; now = new Date(+now + 61_000))
    await relayOnce(database.db, reactions, now)
}
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await run(database.db, query('test.turn.*', sql`select 1`))
}

// The evaluation has written whom it lets in, told nobody, and waits to note that it was here.
const waiting = query(
  'test.waiting.*',
  sql`select from pg_locks where relation = 'audience_evaluation'::regclass and not granted`,
)

beforeAll(async () => {
  database = await freshDatabase()
})

describe('who listens to an audience', () => {
  it('is a journey from its publication to its end, paused or not, and by its live version only', async () => {
    const { spaceId } = await fresh()
    await make(spaceId, false)
    expect(await interest(spaceId)).toEqual([])
    await publish(spaceId, at(1))
    expect(await interest(spaceId)).toEqual(['aud_vip'])
    await pauseJourney(database.db, spaceId, JOURNEY, by, at(2))
    expect(await interest(spaceId)).toEqual(['aud_vip'])
    await resumeJourney(database.db, spaceId, JOURNEY, by, at(3))
    await changeJourney(database.db, spaceId, JOURNEY, { definition: parsed(FIRST_ORDER), by }, at(4))
    await publish(spaceId, at(5))
    expect(await interest(spaceId)).toEqual([])
    await changeJourney(database.db, spaceId, JOURNEY, { definition: parsed(draft(true)), by }, at(6))
    await publish(spaceId, at(7))
    expect(await interest(spaceId)).toEqual(['aud_vip'])
    await archiveJourney(database.db, spaceId, JOURNEY, by, at(8))
    expect(await interest(spaceId)).toEqual([])
  })

  it('once published, it is told who enters', async () => {
    const { spaceId, people } = await fresh()
    await make(spaceId, false)
    await publish(spaceId, at(1))
    await evaluateSpaceFully(database.db, spaceId, at(2))
    await tellAll(at(3))
    expect(await entered(spaceId)).toEqual(people)
  })

  it('is not told who entered before it was published, and without `existing` lets none of them in', async () => {
    const { spaceId } = await fresh()
    await make(spaceId, false)
    await evaluateSpaceFully(database.db, spaceId, at(1))
    await publish(spaceId, at(2))
    await tellAll(at(3))
    expect(await entered(spaceId)).toEqual([])
  })
})

describe('an evaluation around the publication', () => {
  it('that asked before it who listens is waited for, and its members enter', async () => {
    const { spaceId, people } = await fresh()
    await make(spaceId, true)
    let evaluation: Promise<unknown> | undefined
    await transact(database.db, async (tx) => {
      await run(tx, query('test.hold.*', sql`lock table audience_evaluation in exclusive mode`))
      evaluation = evaluateSpaceFully(database.db, spaceId, at(1))
      await until('the evaluation is at its last statement', async () => (await run(database.db, waiting)).length > 0)
      await publish(spaceId, at(2))
      const [told] = await relayOnce(database.db, reactions, at(3))
      expect(told).toMatchObject({ topic: 'journey_published', error: expect.any(Unavailable) })
    })
    await evaluation
    expect(await entered(spaceId)).toEqual([])
    await tellAll(at(100))
    expect(await entered(spaceId)).toEqual(people)
  })

  it('that looks at an instant before it and ends after the members were read brings them all the same', async () => {
    const { spaceId, people } = await fresh()
    await make(spaceId, true)
    await publish(spaceId, at(5))
    await relayOnce(database.db, reactions, at(6))
    await evaluateSpaceFully(database.db, spaceId, at(4))
    await tellAll(at(7))
    expect(await entered(spaceId)).toEqual(people)
  })

  it('G5 at the same time, in any order: every member enters exactly once', async () => {
    const order = fc.record({
      evaluated: fc.nat(12),
      published: fc.nat(12),
      told: fc.nat(20),
      seconds: fc.tuple(fc.nat(3), fc.nat(3)),
    })
    await fc.assert(
      fc.asyncProperty(order, async ({ evaluated, published, told, seconds: [atEvaluation, atPublication] }) => {
        const { spaceId, people } = await fresh()
        await make(spaceId, true)
        await Promise.all([
          turns(evaluated).then(() => evaluateSpaceFully(database.db, spaceId, at(atEvaluation))),
          turns(published).then(() => publish(spaceId, at(atPublication))),
          turns(told).then(() => relayOnce(database.db, reactions, at(5))),
        ])
        await tellAll(at(10))
        expect(await entered(spaceId)).toEqual(people)
      }),
      { numRuns: 25 },
    )
  })
})
