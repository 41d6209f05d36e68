import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { idFrom } from '../../src/base/ids.ts'
import { must } from '../../src/base/must.ts'
import { type Reaction, relayOnce } from '../../src/db/relay.ts'
import { admit } from '../../src/journey/admit.ts'
import { currentPlans } from '../../src/journey/plan.ts'
import { endSuppressed } from '../../src/journey/suppressed.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { WIN_BACK } from './definitions.ts'
import { furnish, putRun } from './space.ts'

const NOW = new Date('2026-01-10T00:00:00Z')
const database = await freshDatabase()
const { db } = database
const api = await testApi(database, 'spa_test', () => NOW)
const decoy = await testApi(database, 'spa_decoy', () => NOW)

const stand = async (of: typeof api) => {
  await furnish(db, of.spaceId)
  const S = `/spaces/${of.spaceId}`
  const { journey } = (await of.call('POST', `${S}/journeys`, { name: 'Win back', definition: WIN_BACK })).body.data
  expect((await of.call('POST', `${S}/journeys/${journey.id}/publish`)).status).toBe(200)
  await post(
    of.server,
    '/v1/batch',
    { batch: ['eve', 'mia', 'bob'].map((userId) => ({ type: 'identify', userId, traits: { email: `${userId}@example.com` } })) },
    basic(of.writeKey),
  )
  const step = must(Object.keys(WIN_BACK.steps)[0], 'a step')
  const people = await selectRows(
    db,
    sql`select id, identifiers -> 'user_id' ->> 0 as name from profile where space_id = ${of.spaceId}`,
  )
  for (const { id, name } of people)
    await putRun(db, of.spaceId, {
      journeyId: journey.id,
      version: 1,
      profileId: id,
      id: idFrom(name, of.spaceId),
      step,
      status: name === 'mia' ? 'held' : 'active',
    })
  return { journeyId: journey.id as string, people: new Map(people.map((row) => [row['name'], row['id'] as string])) }
}
const { journeyId, people } = await stand(api)
await stand(decoy)
const runs = (spaceId: string) =>
  selectRows(
    db,
    sql`select r.status, r.end_reason, r.due_at, p.identifiers -> 'user_id' ->> 0 as name from journey_run r
      join profile p on p.space_id = r.space_id and p.id = r.profile_id where r.space_id = ${spaceId} order by name, r.status`,
  )
const end: Reaction = (spaceId, items, now) => endSuppressed(db, spaceId, items, now)
const running = [
  { name: 'bob', status: 'active', end_reason: null },
  { name: 'eve', status: 'active', end_reason: null },
  { name: 'mia', status: 'held', end_reason: null },
]

it('CNS-05 suppressing a person ends all her running journeys and nobody else’s, and the run and her timeline say why', async () => {
  await api.call('POST', '/spaces/spa_test/regulations', {
    regulationType: 'SUPPRESS_ONLY',
    subjectType: 'EMAIL',
    subjectIds: ['eve@example.com', 'mia@example.com'],
  })
  // Told twice, it is done once.
  await relayOnce(db, { suppressed: [end, end] }, NOW)
  expect(await runs('spa_test')).toMatchObject([
    ...running.slice(0, 1),
    { name: 'eve', status: 'exited', end_reason: 'suppressed', due_at: null },
    { name: 'mia', status: 'exited', end_reason: 'suppressed', due_at: null },
  ])
  expect(await runs('spa_decoy')).toMatchObject(running)
  const eve = must(people.get('eve'), 'eve')
  const run = idFrom('eve', 'spa_test')
  const told = (await api.call('GET', `/spaces/spa_test/journeys/${journeyId}/runs/${run}`)).body.data
  expect(told.run).toMatchObject({ status: 'exited', endReason: 'suppressed' })
  expect(told.transitions).toHaveLength(1)
  const { entries } = (await api.call('GET', `/spaces/spa_test/profiles/${eve}/timeline?kinds=run`)).body.data
  expect(entries.filter(({ title }: { title: string }) => title.startsWith('Left journey'))).toMatchObject([
    { title: 'Left journey “Win back”', detail: 'suppressed', tone: 'warn' },
  ])
})

it('CNS-05 an erasure that suppresses ends them, too, before her rows are gone', async () => {
  await api.call('POST', '/spaces/spa_test/regulations', { regulationType: 'SUPPRESS_WITH_DELETE', subjectIds: ['bob'] })
  await relayOnce(db, { suppressed: [end] }, NOW)
  expect((await runs('spa_test')).map((row) => row['end_reason'])).toEqual(Array(3).fill('suppressed'))
})

it('CNS-05 nobody who is suppressed is let into a journey, which is written down; who is free again is', async () => {
  const mia = must(people.get('mia'), 'mia')
  const enter = async (of: typeof api, entryKey: string) => {
    const [plan] = await currentPlans(db, of.spaceId)
    const profiles = await selectRows(
      db,
      sql`select id from profile where space_id = ${of.spaceId} and merged_into is null order by id`,
    )
    const candidates = profiles.map(({ id }) => ({ profileId: id, entryKey, identifier: entryKey, context: {}, mark: entryKey }))
    return admit(db, must(plan, 'the journey'), candidates, NOW)
  }
  // Nobody has erased Bob’s rows yet, and he is suppressed like the others.
  expect(await enter(api, 'again')).toBe(0)
  expect(await enter(decoy, 'again')).toBe(3)
  const { refusals } = (await api.call('GET', `/spaces/spa_test/journeys/${journeyId}/refusals`)).body.data
  expect(refusals).toHaveLength(3)
  expect(refusals).toContainEqual(
    expect.objectContaining({ profileId: mia, reason: 'suppressed', sentence: 'Not let in: this person is suppressed' }),
  )
  await api.call('POST', '/spaces/spa_test/regulations', {
    regulationType: 'UNSUPPRESS',
    subjectType: 'EMAIL',
    subjectIds: ['mia@example.com'],
  })
  expect(await enter(api, 'once more')).toBe(1)
})
