import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { readConfig } from '../../src/config.ts'
import { cohortActivities } from '../../src/journey/activities.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { makeStage, person } from '../journey/stage.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

/* What a person sees of a journey that does not go as planned: steps that fail, and people who were not let in. */

let now = new Date('2026-03-02T10:00:00Z')
const minutes = (n: number) => new Date(Date.parse('2026-03-02T10:00:00Z') + n * 60_000)
const database = await freshDatabase()
const { db } = database
const api = await testApi(database, 'spa_test', () => now)
await testApi(database, 'spa_decoy', () => now)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const stage = makeStage(db, 'spa_test')
const decoy = makeStage(db, 'spa_decoy')
const { advance } = cohortActivities({ db, now: () => now, notify: () => {} })

const usher = async (...words: string[]): Promise<string> => {
  let said = ''
  await createProgram(readConfig({ USHER_URL: url, USHER_TOKEN: api.token }), (text) => {
    said += text
  }).parseAsync(words, { from: 'user' })
  return said
}
const read = async (path: string) => (await api.call('GET', `/spaces/spa_test/journeys/${path}`)).body.data

const ASKS: JourneyDraft = {
  entry: { type: 'event', event: 'Order', frequency: 'every_time', identifier: 'order_id' },
  exits: [{ event: 'Left' }],
  start: 'which',
  steps: {
    which: {
      type: 'split',
      branches: [{ name: 'VIP', condition: { type: 'audience', audience: 'gone' }, next: null }],
      otherwise: { next: null },
    },
  },
}
const order = (n: number, id: string | null, at: Date) => ({ who: person(n), event: 'Order', properties: { order_id: id }, at })
for (const each of [stage, decoy]) {
  await each.profiles(3)
  await each.publish('jny_1', ASKS)
}

it('F107 a step that always fails is said: which, since when, for how many, the error, and what to do; and it clears by itself', async () => {
  await stage.hear([order(1, 'o1', minutes(0)), order(2, 'o2', minutes(0))], minutes(0))
  await stage.hear([order(3, 'o3', minutes(1))], minutes(1))
  await decoy.hear([order(1, 'o1', minutes(0))], minutes(0))
  const [one, two] = await stage.cohorts()
  for (const [n, cohort] of [one, two, one].entries()) {
    now = minutes(2 + n)
    await expect(advance('spa_test', cohort?.id ?? '', 'which')).rejects.toThrow('there is no audience "gone"')
  }
  expect((await read('jny_1/failures')).failures).toEqual([
    {
      version: 1,
      step: 'which',
      sentence: 'Split: VIP / Everyone else',
      runs: 3,
      attempts: 2,
      since: minutes(2).toISOString(),
      lastTriedAt: minutes(4).toISOString(),
      error: 'condition.audience: there is no audience "gone"',
      remedy: expect.stringMatching(/Bring it back/),
    },
  ])
  expect(await usher('journey', 'failures', 'jny_1')).toMatch(
    /which \(version 1\): Split[\s\S]*fails since 2026-03-02 10:02:00, 2 times[\s\S]*3 runs stand there[\s\S]*no audience "gone"[\s\S]*Bring it back/,
  )
  const { attention } = (await api.call('GET', '/spaces/spa_test/overview')).body.data
  expect(attention).toContainEqual(
    expect.objectContaining({ kind: 'journey', title: expect.stringContaining('3 runs'), link: '/journeys/jny_1?step=which' }),
  )
  // Nobody waits any more where somebody left by an exit rule: it fails for fewer.
  await stage.hear([{ who: person(3), event: 'Left', at: minutes(5) }], minutes(5))
  expect((await read('jny_1/failures')).failures).toMatchObject([{ runs: 2 }])
  await stage.audience('gone')
  now = minutes(6)
  await advance('spa_test', one?.id ?? '', 'which')
  expect((await read('jny_1/failures')).failures).toEqual([])
  expect(await usher('journey', 'failures', 'jny_1')).toBe('Every step works.\n')
  expect(
    (await sql`select from journey_failure where space_id = 'spa_test' and cohort_id = ${one?.id}`.execute(db)).rows,
  ).toEqual([])
})

it('spec 3.2 F010 who was not let in is listed with the reason, newest first and in pages, and stands on their timeline', async () => {
  await stage.hear([order(1, null, minutes(10))], minutes(10))
  await stage.hear([order(2, 'x'.repeat(151), minutes(11))], minutes(11))
  await decoy.hear([order(2, null, minutes(11))], minutes(11))
  for (let n = 0; n < 26; n++) await stage.hear([order(3, `many ${n}`, minutes(12 + n))], minutes(12 + n))
  const first = await read('jny_1/refusals?count=2')
  expect(first.refusals).toMatchObject([
    { profileId: person(3), reason: 'too_many_runs', sentence: expect.stringContaining('25 over all journeys') },
    { profileId: person(2), reason: 'long_identifier', sentence: expect.stringContaining('“order_id” of “Order” was longer') },
  ])
  const second = await read(`jny_1/refusals?count=2&cursor=${first.pagination.next}`)
  expect(second.refusals).toMatchObject([
    { profileId: person(1), reason: 'no_identifier', happenedAt: minutes(10).toISOString() },
  ])
  expect(second.pagination.next).toBeUndefined()
  expect(await usher('journey', 'refusals', 'jny_1')).toMatch(/“Order” had no “order_id”/)
  now = minutes(60)
  const { entries } = (await api.call('GET', `/spaces/spa_test/profiles/${person(2)}/timeline?kinds=run&count=1`)).body.data
  expect(entries).toMatchObject([
    {
      title: 'Was not let into journey “jny_1”',
      detail: expect.stringContaining('longer than the 150 characters'),
      link: '/journeys/jny_1?view=refusals',
      tone: 'warn',
    },
  ])
  expect((await api.call('GET', '/spaces/spa_decoy/journeys/jny_1/refusals')).status).toBe(403)
})
