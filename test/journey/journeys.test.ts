import { beforeAll, describe, expect, it } from 'vitest'
import { changeJourney, createJourney, deleteJourney, journeyOf, listJourneys } from '../../src/journey/journeys.ts'
import { archiveJourney, publishJourney } from '../../src/journey/publish.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { FIRST_ORDER, parsed, WIN_BACK } from './definitions.ts'
import { furnish } from './space.ts'

const SPACE = 'spa_one'
const now = new Date('2026-01-02T00:00:00Z')
const by = 'tester'
let database: TestDatabase
let number = 0

const make = (name: string, key?: string, spaceId = SPACE) =>
  createJourney(database.db, spaceId, { id: `jou_${++number}`, name, key, definition: parsed(WIN_BACK), by }, now)

beforeAll(async () => {
  database = await freshDatabase()
  await furnish(database.db, SPACE)
  await furnish(database.db, 'spa_two')
})

describe('drafts', () => {
  it('are saved though they could not be published', async () => {
    const torn = parsed({ ...WIN_BACK, start: 'nowhere', entry: { type: 'audience', audience: 'gone' } })
    const { id } = await createJourney(database.db, SPACE, { id: 'jou_torn', name: 'Torn', definition: torn, by }, now)
    expect((await journeyOf(database.db, SPACE, id)).draft).toEqual(torn)
  })
  it('F020 a name is used once at a time in a space, and again after its journey was deleted', async () => {
    const { id } = await make('Only one')
    await expect(make('Only one')).rejects.toThrow(/"Only one" is taken/)
    await make('Only one', undefined, 'spa_two')
    await deleteJourney(database.db, SPACE, id, by, now)
    await make('Only one')
    const { id: other } = await make('Another')
    await expect(changeJourney(database.db, SPACE, other, { name: 'Only one', by }, now)).rejects.toThrow(/taken/)
    await changeJourney(database.db, SPACE, other, { name: 'Another', by }, now)
  })
  it('of two that take one name at once, one gets it', async () => {
    const results = await Promise.allSettled([make('Raced'), make('Raced')])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
  it('a key is never used again, and one that is derived steps aside', async () => {
    const { id, key } = await make('Big Day!')
    expect(key).toBe('big_day')
    await deleteJourney(database.db, SPACE, id, by, now)
    expect((await make('Big Day!')).key).toBe('big_day_2')
    await expect(make('Whatever', 'big_day')).rejects.toThrow(/is or was the key/)
    expect((await make('!!!')).key).toBe('journey')
  })
  it('are found by id and by key, and not from another space', async () => {
    const { id, key } = await make('Found')
    expect((await journeyOf(database.db, SPACE, key)).id).toBe(id)
    await expect(journeyOf(database.db, 'spa_two', id)).rejects.toThrow(/no journey/)
  })
})

describe('a journey', () => {
  it('F104 is renamed while live, and only drafts and archived ones are deleted', async () => {
    const { id } = await make('Live one')
    await publishJourney(database.db, SPACE, id, { by }, now)
    const renamed = await changeJourney(database.db, SPACE, id, { name: 'Live two', description: 'd', by: 'another' }, now)
    expect([renamed.name, renamed.description, renamed.status, renamed.draft, renamed.updated_by, renamed.created_by]).toEqual([
      'Live two',
      'd',
      'live',
      null,
      'another',
      by,
    ])
    await expect(deleteJourney(database.db, SPACE, id, by, now)).rejects.toThrow(/archive it first/)
    await archiveJourney(database.db, SPACE, id, by, now)
    await deleteJourney(database.db, SPACE, id, by, now)
    await expect(journeyOf(database.db, SPACE, id)).rejects.toThrow(/no journey/)
  })
  it('shows the live definition beside the draft that was begun', async () => {
    const { id } = await make('Edited')
    await publishJourney(database.db, SPACE, id, { by }, now)
    const row = await changeJourney(database.db, SPACE, id, { definition: parsed(FIRST_ORDER), by }, now)
    expect([row.live_definition, row.draft]).toEqual([parsed(WIN_BACK), parsed(FIRST_ORDER)])
  })
  it('is listed page by page, each once', async () => {
    const seen: string[] = []
    let after: { at: Date; id: string } | undefined
    for (;;) {
      const { journeys, total } = await listJourneys(database.db, SPACE, { count: 2, after })
      seen.push(...journeys.map(({ id }) => id))
      const last = journeys.at(-1)
      if (!last) {
        expect(new Set(seen).size).toBe(total)
        expect(seen).toHaveLength(total)
        return
      }
      after = { at: last.created_at, id: last.id }
    }
  })
})
