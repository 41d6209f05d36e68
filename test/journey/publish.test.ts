import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Invalid, Refused } from '../../src/base/errors.ts'
import { idFrom } from '../../src/base/ids.ts'
import { query, run } from '../../src/db/query.ts'
import { endArchived } from '../../src/journey/archived.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { changeJourney, createJourney, journeyOf, versionsOf } from '../../src/journey/journeys.ts'
import { archiveJourney, pauseJourney, publishJourney, resumeJourney } from '../../src/journey/publish.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { FIRST_ORDER, parsed, WIN_BACK } from './definitions.ts'
import { furnish, putPeople, putRun } from './space.ts'

const SPACE = 'spa_one'
const DECOY = 'spa_two'
const by = 'tester'
const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 0, minute))
let database: TestDatabase
let number = 0
let id = ''

const make = (draft: JourneyDraft, spaceId = SPACE) =>
  createJourney(database.db, spaceId, { id, name: id, definition: parsed(draft), by }, at(0))
const publish = (previous?: 'drain' | 'archive', minute = 1) =>
  publishJourney(database.db, SPACE, id, { previous, by }, at(minute))
const interest = async (spaceId = SPACE) =>
  (
    await run(
      database.db,
      query(
        'test.interest.*',
        sql<{ name: string }>`select name from event_interest where space_id = ${spaceId} and consumer = ${id} order by name`,
      ),
    )
  ).map((row) => row.name)
const outbox = () =>
  run(
    database.db,
    query(
      'test.outbox.*',
      sql<{ topic: string; payload: { version: number } }>`select topic, payload from outbox
        where space_id = ${SPACE} and payload ->> 'journey_id' = ${id} order by topic, payload ->> 'version'`,
    ),
  )
const runs = (spaceId = SPACE) =>
  run(
    database.db,
    query(
      'test.runs.*',
      sql<{
        version: number
        status: string
        end_reason: string | null
        step: string
      }>`select version, status, end_reason, step from journey_run
        where space_id = ${spaceId} and journey_id = ${id} order by version, id`,
    ),
  )
const person = (n: number) => idFrom('person', String(n))
const stand = (n: number, version = 1, spaceId = SPACE, status: 'active' | 'held' = 'active') =>
  putRun(database.db, spaceId, { journeyId: id, version, profileId: person(n), id: idFrom(id, String(n)), step: 'wait', status })
const statuses = async () => (await versionsOf(database.db, SPACE, id)).map(({ version, status }) => `${version} ${status}`)

beforeAll(async () => {
  database = await freshDatabase()
  for (const space of [SPACE, DECOY]) {
    await furnish(database.db, space)
    await putPeople(
      database.db,
      space,
      [1, 2, 3].map((n) => ({ id: person(n), email: `p${n}@example.com` })),
    )
  }
})
beforeEach(() => {
  number += 1
  id = `jou_${number}`
})

describe('publishing', () => {
  it('F092 a draft waits for nothing and tells nothing', async () => {
    await make(FIRST_ORDER)
    expect([await interest(), await outbox(), await statuses()]).toEqual([[], [], []])
  })
  it('makes version 1, live, and writes which events it waits for', async () => {
    await make(FIRST_ORDER)
    expect(await publish()).toBe(1)
    const journey = await journeyOf(database.db, SPACE, id)
    expect([journey.status, journey.live_version, journey.draft, journey.entries_from]).toEqual(['live', 1, null, at(1)])
    expect(await interest()).toEqual(['Order Cancelled', 'Order Completed', 'Product Reviewed', 'Product Viewed'])
    expect(await outbox()).toEqual([])
  })
  it('F006 tells the engine to let members in, where the entry asks for it', async () => {
    await make(WIN_BACK)
    await publish()
    expect(await outbox()).toEqual([{ topic: 'journey_published', payload: { journey_id: id, version: 1 } }])
  })
  it('F093 refuses with every problem and changes nothing', async () => {
    await make({ ...WIN_BACK, entry: { type: 'audience', audience: 'gone' }, start: 'nowhere' })
    const refusal = await publish().catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Invalid)
    expect((refusal as Invalid).problems.map(({ field }) => field)).toEqual(['entry.audience', 'start'])
    expect([await statuses(), await interest(), (await journeyOf(database.db, SPACE, id)).status]).toEqual([[], [], 'draft'])
  })
  it('F097 of two at once one wins, the other is told why', async () => {
    await make(WIN_BACK)
    const results = await Promise.allSettled([publish(), publish()])
    expect(results.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
    const lost = results.find((each) => each.status === 'rejected')
    expect(lost?.reason).toBeInstanceOf(Refused)
    expect(await statuses()).toEqual(['1 live'])
  })
  it('F098 has at most 25 versions', async () => {
    await make(WIN_BACK)
    for (let n = 1; n <= 25; n++) {
      await publish()
      await changeJourney(database.db, SPACE, id, { definition: parsed(WIN_BACK), by }, at(2))
    }
    await expect(publish()).rejects.toThrow(/25 versions/)
  })
  it('F103 a change of the draft leaves the live version as it was', async () => {
    await make(WIN_BACK)
    await publish()
    const [before] = await versionsOf(database.db, SPACE, id)
    await changeJourney(database.db, SPACE, id, { name: `${id} renamed`, definition: parsed(FIRST_ORDER), by }, at(2))
    const [after] = await versionsOf(database.db, SPACE, id)
    expect(after).toEqual(before)
    const journey = await journeyOf(database.db, SPACE, id)
    expect([journey.name, journey.live_version, journey.draft]).toEqual([`${id} renamed`, 1, parsed(FIRST_ORDER)])
  })
})

describe('F099 a new version and the one before', () => {
  it('asks what becomes of unfinished runs, and changes nothing until it knows', async () => {
    await make(WIN_BACK)
    await publish()
    await stand(1)
    await changeJourney(database.db, SPACE, id, { definition: parsed(FIRST_ORDER), by }, at(2))
    const refusal = await publish().catch((error: unknown) => error)
    expect((refusal as Invalid).problems.map(({ field }) => field)).toEqual(['previous'])
    expect(await statuses()).toEqual(['1 live'])
  })
  it('drain: runs go on, and their events are still waited for', async () => {
    await make(WIN_BACK)
    await publish()
    await stand(1)
    await changeJourney(database.db, SPACE, id, { definition: parsed(FIRST_ORDER), by }, at(2))
    expect(await publish('drain', 3)).toBe(2)
    expect(await statuses()).toEqual(['2 live', '1 draining'])
    expect((await runs()).map(({ status }) => status)).toEqual(['active'])
    expect(await interest()).toContain('Order Completed')
  })
  it('archive: runs of the old version end at once, those of the new one do not', async () => {
    await make(WIN_BACK)
    await publish()
    await stand(1)
    await stand(2, 1, SPACE, 'held')
    await changeJourney(database.db, SPACE, id, { definition: parsed(WIN_BACK), by }, at(2))
    await publish('archive', 3)
    await stand(3, 2)
    expect(await statuses()).toEqual(['2 live', '1 archived'])
    expect((await runs()).map(({ version, status, end_reason: why }) => [version, status, why])).toEqual([
      [1, 'exited', 'archived'],
      [1, 'exited', 'archived'],
      [2, 'active', null],
    ])
  })
  it('closes a draining version once its last run has ended', async () => {
    await make(WIN_BACK)
    await publish()
    await changeJourney(database.db, SPACE, id, { definition: parsed(WIN_BACK), by }, at(2))
    await publish()
    await changeJourney(database.db, SPACE, id, { definition: parsed(WIN_BACK), by }, at(3))
    await publish()
    expect(await statuses()).toEqual(['3 live', '2 draining', '1 archived'])
  })
})

describe('F095 pause and resume', () => {
  it('the entry is closed, exits and holds are still heard, and resuming lets in from now on only', async () => {
    await make(FIRST_ORDER)
    await publish()
    await pauseJourney(database.db, SPACE, id, by, at(5))
    expect(await interest()).toEqual(['Order Cancelled', 'Product Reviewed', 'Product Viewed'])
    await resumeJourney(database.db, SPACE, id, 'another', at(9))
    const journey = await journeyOf(database.db, SPACE, id)
    expect([journey.status, journey.entries_from, journey.updated_by]).toEqual(['live', at(9), 'another'])
    expect(await interest()).toContain('Order Completed')
  })
  it('twice is once; a draft can be neither', async () => {
    await make(WIN_BACK)
    await expect(pauseJourney(database.db, SPACE, id, by, at(1))).rejects.toThrow(/is draft/)
    await publish()
    await pauseJourney(database.db, SPACE, id, by, at(2))
    await pauseJourney(database.db, SPACE, id, by, at(3))
    expect((await journeyOf(database.db, SPACE, id)).updated_at).toEqual(at(2))
    expect((await journeyOf(database.db, SPACE, id)).entries_from).toEqual(at(1))
  })
})

describe('F096 archive', () => {
  it('ends every run at once where it stands, takes back queued messages, and waits for nothing any more', async () => {
    await make(WIN_BACK)
    await make(WIN_BACK, DECOY)
    await publish()
    for (const n of [1, 2]) await stand(n)
    await stand(1, 1, DECOY)
    const message = sql`insert into message (space_id, profile_id, id, key, channel, template_id, template_version, journey_id, run_id, due_at, created_at)
      values (${SPACE}, ${person(1)}, ${idFrom(id, 'm')}, ${id}, 'email', 'tpl_miss_you', 1, ${id}, ${idFrom(id, '1')}, ${at(1)}, ${at(1)})`
    await run(database.db, query('test.message.*', message))
    await archiveJourney(database.db, SPACE, id, by, at(9))
    expect(await runs()).toEqual(Array(2).fill({ version: 1, status: 'exited', end_reason: 'archived', step: 'wait' }))
    expect(
      (await runs(DECOY)).map(({ status }) => status),
      'G9 the other space',
    ).toEqual(['active'])
    expect([await statuses(), await interest(), (await journeyOf(database.db, SPACE, id)).status]).toEqual([
      ['1 archived'],
      [],
      'archived',
    ])
    const told = sql<{
      step: string
      evidence: unknown
    }>`select step, evidence from journey_transition where space_id = ${SPACE} and run_id = ${idFrom(id, '1')}`
    expect(await run(database.db, query('test.told.*', told))).toEqual([{ step: 'wait', evidence: { exit: 'archived' } }])
    const kept = sql<{
      status: string
      reason: string
    }>`select status, reason from message where space_id = ${SPACE} and key = ${id}`
    expect(await run(database.db, query('test.kept.*', kept))).toEqual([{ status: 'skipped', reason: 'journey_archived' }])
  })
  it('is told by the outbox too, so that a crash half-way heals', async () => {
    await make(WIN_BACK)
    await publish()
    await archiveJourney(database.db, SPACE, id, by, at(9))
    await stand(1)
    const items = (await outbox())
      .filter(({ topic }) => topic === 'journey_archived')
      .map(({ payload }) => ({
        space_id: SPACE,
        profile_id: person(0),
        id,
        topic: '',
        payload: { ...payload },
        attempts: 0,
        created_at: at(9),
      }))
    expect(items).toHaveLength(1)
    await endArchived(database.db, SPACE, items, at(10))
    expect((await runs()).map(({ status }) => status)).toEqual(['exited'])
  })
})
