import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { makeNextExport } from '../../src/audience/export/make.ts'
import { SPREAD } from '../../src/db/engine.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { applySubscriptions } from '../../src/subscription/apply.ts'
import { gateAddresses } from '../../src/subscription/asking.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { foundInDump } from '../support/dump.ts'
import { plantRow, tablesWithProfile } from '../support/plant.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
let claims = 0
const context = { db, now: () => clock, newClaim: () => `claim ${claims++}`, leave: leaveDestinations }
const S = '/spaces/spa_test'
const EVE = ['eve-the-user', 'eve@example.com', '+14155550123', 'eve of the web', 'eve.old@example.com']

const send = (batch: readonly object[]) => post(api.server, '/v1/batch', { batch }, basic(api.writeKey))
const later = (seconds: number): void => {
  clock = new Date(clock.getTime() + seconds * 1000)
}
const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, clock)
  while ((await evaluateDue(db, clock)).more);
}
const eraseAll = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) {
    while (await eraseNext(context));
    later(30)
  }
}
const regulate = async (regulationType: string, subjectIds: readonly string[], subjectType = 'USER_ID'): Promise<string> =>
  (await api.call('POST', `${S}/regulations`, { regulationType, subjectType, subjectIds })).body.data.regulateId
const regulation = async (id: string) => (await api.call('GET', `${S}/regulations/${id}`)).body.data.regulation

const dumped = (texts: readonly string[]) => foundInDump(db, texts)
const profileIds = async (): Promise<readonly string[]> =>
  (
    await selectRows(
      db,
      sql`select distinct p.id from profile p left join profile_merge m on m.loser_id = p.id
    join profile_identifier i on i.profile_id = coalesce(m.profile_id, p.id) where i.value = ${EVE[0]}`,
    )
  ).map((row) => row['id'])

const fill = async (): Promise<void> => {
  await send([
    { type: 'identify', userId: EVE[0], traits: { email: EVE[1], phone: EVE[2], name: 'Evelyn Secret' } },
    { type: 'track', anonymousId: EVE[3], event: 'Order', properties: { revenue: 5 }, messageId: 'of the web' },
    { type: 'identify', anonymousId: EVE[3], traits: { email: EVE[4] } },
    { type: 'identify', userId: EVE[0], anonymousId: EVE[3] },
    { type: 'track', userId: EVE[0], event: 'Order', properties: { revenue: 7, to: EVE[1] } },
    { type: 'group', userId: EVE[0], groupId: 'acme' },
    { type: 'track', userId: EVE[0], event: 5, properties: { to: EVE[1] } },
    { type: 'identify', userId: 'bob', traits: { email: 'bob@example.com' } },
    { type: 'track', userId: 'bob', event: 'Order', properties: { revenue: 5 } },
  ])
}
await fill()
for (const body of [
  { id: EVE[1], type: 'EMAIL', status: 'UNSUBSCRIBED' },
  { id: EVE[2], type: 'SMS', status: 'SUBSCRIBED' },
])
  await send([
    {
      type: 'identify',
      userId: EVE[0],
      context: { messaging_subscriptions: [{ key: body.id, type: body.type, status: body.status }] },
    },
  ])
await api.call('GET', `${S}/sources/src_spa_test/drops`)
await api.call('POST', `${S}/audiences`, { name: 'Buyers', definition: { query: "event('Order').count() >= 1" } })
await api.call('POST', `${S}/computed-traits`, { name: 'Spent', definition: { query: "event('Order').sum('revenue')" } })
await settle()
const audienceId = (await api.call('GET', `${S}/audiences`)).body.data.audiences[0].id as string
const sizeOf = async () =>
  Number((await selectRows(db, sql`select member_count as n from audience_state where audience_id = ${audienceId}`))[0]?.['n'])
expect((await api.call('POST', `${S}/audiences/buyers/exports`, { externalIds: ['user_id', 'email'] })).status).toBe(202)
await makeNextExport(context)
const ids = await profileIds()

// One row in every table that has a profile's id and that this story does not reach, so that none can be forgotten.
const withProfile = () => tablesWithProfile(db)
const plant = (table: string, profileId: string) =>
  plantRow(db, table, { spaceId: 'spa_test', profileId, address: EVE[1] ?? '', text: 'planted', now: clock })

it('CNS-06 an erased person is gone from every table that names a profile, and a dump holds neither her ids nor her addresses', async () => {
  expect(ids).toHaveLength(2)
  expect([(await sizeOf()) > 0, (await dumped(EVE)).length > 5]).toEqual([true, true])
  const size = await sizeOf()
  // An identifier that its profile does not have cannot be.
  for (const table of await withProfile()) if (table !== 'profile_identifier') for (const id of ids) await plant(table, id)
  await sql`update message set status = 'sent'`.execute(db)
  const id = await regulate('DELETE_ONLY', [EVE[0] ?? ''])
  expect(await regulation(id)).toMatchObject({ overallStatus: 'INITIALIZED', progress: { INITIALIZED: 1 } })
  await eraseNext(context)
  expect(await regulation(id)).toMatchObject({ overallStatus: 'RUNNING', progress: { FORGOTTEN: 1 } })
  await eraseAll()
  const done = await regulation(id)
  expect(done).toMatchObject({ overallStatus: 'FINISHED', subjects: 1, progress: { FINISHED: 1 } })
  expect(done.streamStatus.map((one: { id: string }) => one.id)).toEqual(
    expect.arrayContaining([
      'event',
      'export_part',
      'membership',
      'message',
      'profile',
      'profile_identifier',
      'source_drop',
      'subscription',
    ]),
  )
  expect(await dumped([...EVE, ...ids, 'Evelyn Secret'])).toEqual([])
  await settle()
  const counted = await selectRows(db, sql`select count(*)::integer as n from membership where audience_id = ${audienceId}`)
  expect([await sizeOf(), counted[0]?.['n']]).toEqual([size - 1, size - 1])
  expect((await eventsOf(db, 'spa_test')).length).toBeGreaterThan(1)
})

it('CNS-06 every table of the schema that names a profile was asked', async () => {
  expect((await withProfile()).filter((table) => !(table in SPREAD))).toEqual([])
})

const outcomes = async (purpose: 'marketing' | 'transactional', groupId: string | null = null) =>
  (
    await gateAddresses(db, 'spa_test', [
      { channel: 'email', address: EVE[1] ?? '', purpose, groupId },
      { channel: 'sms', address: EVE[2] ?? '', purpose, groupId: null },
    ])
  ).map(({ reason }) => reason)

it('CNS-06 her opt-outs outlive her: when she comes back she is another profile, and what she said no to stays no', async () => {
  await send([{ type: 'identify', userId: EVE[0], traits: { email: EVE[1], phone: EVE[2] } }])
  await send([
    {
      type: 'identify',
      userId: EVE[0],
      context: { messaging_subscriptions: [{ key: EVE[1], type: 'EMAIL', status: 'SUBSCRIBED' }] },
    },
  ])
  const [back] = await profileIds()
  expect(ids).not.toContain(back)
  expect(await outcomes('marketing')).toEqual(['unsubscribed', 'never_asked'])
  const own = { key: '', channel: 'email', address: EVE[1] ?? '', status: 'subscribed', groups: [] } as const
  await applySubscriptions(db, 'spa_test', [own], { origin: 'preferences', now: clock, byPerson: true })
  expect(await outcomes('marketing')).toEqual(['should_send', 'never_asked'])
})

it('CNS-05 CNS-06 suppressed and erased: no call of hers is taken, the list knows her hash only, and lifting it brings nothing back', async () => {
  const id = await regulate('SUPPRESS_WITH_DELETE', ['EVE@example.com'], 'EMAIL')
  await send([{ type: 'track', userId: EVE[0], event: 'Meanwhile' }])
  await eraseAll()
  expect((await regulation(id)).overallStatus).toBe('FINISHED')
  await send([
    { type: 'track', userId: EVE[0], event: 'Back' },
    { type: 'identify', anonymousId: 'x', traits: { email: EVE[1] } },
  ])
  expect(await dumped([EVE[0] ?? '', EVE[1] ?? '', EVE[2] ?? ''])).toEqual([])
  expect((await api.call('GET', `${S}/suppressed-people`)).body.data.suppressed).toMatchObject([{ type: 'email', id: null }])
  await regulate('UNSUPPRESS', [EVE[1] ?? ''], 'EMAIL')
  await send([{ type: 'track', userId: EVE[0], event: 'Free' }])
  expect(
    (await eventsOf(db, 'spa_test')).filter(({ name }) => ['Meanwhile', 'Back', 'Free'].includes(name)).map(({ name }) => name),
  ).toEqual(['Free'])
})

it('CNS-06 many people are erased in batches, who is unknown is no failure', async () => {
  const names = Array.from({ length: 120 }, (_, n) => `person number ${n}`)
  await send(names.slice(0, 100).map((userId) => ({ type: 'track', userId, event: 'Crowd' })))
  const id = await regulate('DELETE_ONLY', names)
  await eraseAll()
  expect(await regulation(id)).toMatchObject({ overallStatus: 'FINISHED', progress: { FINISHED: 120 } })
  expect(await dumped(['person number'])).toEqual([])
})
