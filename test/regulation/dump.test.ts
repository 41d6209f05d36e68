import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { makeNextExport } from '../../src/audience/export/make.ts'
import { sha256 } from '../../src/base/hash.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { dumpOf, foundInDump, tablesOf } from '../support/dump.ts'
import { plantRow, tablesWithProfile } from '../support/plant.ts'
import { until } from '../support/wait.ts'
import { planned, trackRule } from '../tracking-plan/support/planned.ts'

let clock = new Date('2026-03-10T12:10:00Z')
const { db, api, S, connected } = await planned(() => clock)
let claims = 0
const context = { db, now: () => clock, newClaim: () => `claim ${claims++}`, leave: leaveDestinations }

/* Everything that is hers, and nobody else's. */
const EVE = { userId: 'eve-the-user', email: 'eve@secret.example', phone: '+14155550123', anonymousId: 'eve of the web' }
const SAID = ['Evelyn Secret', 'Secret Purchase', 'Secret Street 7', 'Planted Secret']
const TEXTS = [...Object.values(EVE), ...SAID, 'eve.old@secret.example']

const send = (batch: readonly object[], writeKey = api.writeKey) => post(api.server, '/v1/batch', { batch }, basic(writeKey))
const later = (seconds: number): void => {
  clock = new Date(clock.getTime() + seconds * 1_000)
}
const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, clock)
  while ((await evaluateDue(db, clock)).more);
}
const count = async (table: string) =>
  Number((await selectRows(db, sql`select count(*) as n from ${sql.table(table)}`))[0]?.['n'])
const dumped = () => foundInDump(db, TEXTS)
const tablesIn = (found: readonly string[]): readonly string[] => [...new Set(found.map((one) => one.split(':')[0] ?? ''))]

const others = Array.from({ length: 200 }, (_, n) => ({ type: 'identify', userId: `other ${n}`, traits: { plan: 'pro' } }))

const fill = async (): Promise<void> => {
  // Somebody looks at the source, so that calls are kept as they came.
  await api.call('GET', `${S}/sources/src_spa_test/calls?count=1`)
  await send(others)
  await send([
    { type: 'identify', userId: EVE.userId, traits: { email: EVE.email, phone: EVE.phone, name: SAID[0], plan: 'pro' } },
    { type: 'track', anonymousId: EVE.anonymousId, event: 'Order', properties: { revenue: 5, item: SAID[1] } },
    { type: 'identify', anonymousId: EVE.anonymousId, traits: { email: 'eve.old@secret.example' } },
    { type: 'identify', userId: EVE.userId, anonymousId: EVE.anonymousId, traits: { address: { street: SAID[2] } } },
    { type: 'track', userId: EVE.userId, event: 'Order', properties: { revenue: 7, item: SAID[1], to: EVE.email } },
    { type: 'group', userId: EVE.userId, groupId: 'acme' },
    { type: 'track', userId: EVE.userId, event: 5, properties: { to: EVE.email } },
    { type: 'identify', userId: 'bob', traits: { email: 'bob@example.com' } },
    { type: 'track', userId: 'bob', event: 'Order', properties: { revenue: 5, item: 'Book' } },
    {
      type: 'identify',
      userId: EVE.userId,
      context: { messaging_subscriptions: [{ key: EVE.email, type: 'EMAIL', status: 'UNSUBSCRIBED' }] },
    },
  ])
  const plan = await connected([trackRule('Order', { revenue: { type: 'number' } })])
  await plan.send({ userId: EVE.userId, event: 'Order', properties: { revenue: `free for ${EVE.email}` } })
  await api.call('POST', `${S}/audiences`, { name: 'Buyers', definition: { query: "event('Order').count() >= 1" } })
  await api.call('POST', `${S}/computed-traits`, {
    name: 'Best',
    definition: { query: "event('Order').mode(property('item'), 1)" },
  })
  await settle()
  await api.call('POST', `${S}/audiences/buyers/exports`, { externalIds: ['user_id', 'email'], customTraits: ['name'] })
  await makeNextExport(context)
  // One is being made while she is erased.
  await api.call('POST', `${S}/computed-traits/best/exports`, {})
  await sql`update export set claim = 'another worker', claimed_until = ${new Date(clock.getTime() + 3_600_000)} where status = 'RUNNING'`.execute(
    db,
  )
  await api.call('POST', `${S}/audiences/preview`, { definition: { query: "event('Order').count() >= 1" } })
}

const importFile = async (): Promise<void> => {
  const payload = `user_id,email,name\nada,ada@example.com,Ada\n${EVE.userId},${EVE.email},${SAID[0]}\n`
  const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'text/csv' }
  const answer = await api.server.inject({ method: 'POST', url: `${S}/imports?name=people.csv`, headers, payload })
  expect(answer.statusCode).toBe(202)
  const { importId } = answer.json().data.import
  await sql`insert into import_refusal values ('spa_test', ${importId}, 9, 'x', ${`${EVE.email} is odd`})`.execute(db)
}

// What a failure said, and what a customer's query answered, of her.
const plantWords = async (): Promise<void> => {
  const said = `cannot read "${EVE.email}"`
  await sql`insert into audience_evaluation (space_id, audience_id, id, mode, evaluated_at, duration_ms, error)
    values ('spa_test', 'aud', '00000000-0000-8000-8000-00000000000b', 'full', ${clock}, 1, ${said})`.execute(db)
  await sql`insert into journey_failure values ('spa_test', '00000000-0000-8000-8000-00000000000c', 'j', 1, 's', 'defect', ${said}, 1, ${clock}, ${clock})`.execute(
    db,
  )
  await sql`insert into connection_state (space_id, connection_id, last_error) values ('spa_test', 'con', ${said})`.execute(db)
  await sql`insert into sql_trait_run (space_id, sql_trait_id, number, phase, started_at, error) values ('spa_test', 'sqt', 1, 'failed', ${clock}, ${said})`.execute(
    db,
  )
  await sql`insert into sql_trait_staged values ('spa_test', 'sqt', ${EVE.email}, '', 'h', '{"plan":"x"}')`.execute(db)
  await sql`insert into sql_trait_row values ('spa_test', 'sqt', ${EVE.email}, '', 'h')`.execute(db)
  await sql`insert into sql_trait_change values ('spa_test', 'sqt', ${EVE.email}, '', 'h', '{"plan":"x"}')`.execute(db)
  await sql`insert into audience_preview (space_id, id, asked, status, results, counted, requested_by, requested_at, expires_at)
    values ('spa_test', 'prv', '{}', 'FAILED', '[]', false, 'x', ${clock}, ${clock})`.execute(db)
  await sql`update audience_preview set failure = ${said} where id = 'prv'`.execute(db)
}

const profilesOfHer = async (): Promise<readonly string[]> =>
  (
    await selectRows(
      db,
      sql`select distinct p.id from profile p left join profile_merge m on m.loser_id = p.id
        join profile_identifier i on i.profile_id = coalesce(m.profile_id, p.id) where i.value = ${EVE.userId}`,
    )
  ).map((row) => row['id'])

/** Tables that can hold nothing of a person: definitions, counts, and states of the machinery. */
const NOTHING_OF_A_PERSON = [
  'alert',
  'alert_check',
  'alert_setting',
  'event_hour',
  'api_token',
  'audience',
  'audience_interest',
  'audience_state',
  'catalog_switch',
  'computed_interest',
  'connection',
  'computation_due',
  'computation_run',
  'computation_step',
  'computation_version',
  'computed_trait',
  'computed_trait_state',
  'consent_category',
  'destination',
  'destination_filter',
  'destination_hold',
  'evaluation_clock',
  'event_filter',
  'event_interest',
  // The ids of calls, which are not said to be anybody's.
  'event_seen',
  'folder',
  'identifier_rule',
  'integration_filter',
  'journey',
  'journey_version',
  'journey_cohort',
  'kysely_migration',
  'kysely_migration_lock',
  'mapping',
  'oauth_app',
  'oauth_assertion',
  'oauth_key',
  'oauth_token',
  'rate_window',
  'provider_account',
  'provider_account_state',
  'source',
  'source_control',
  'source_count',
  'source_feed',
  'source_gate',
  'source_watch',
  'space',
  'space_key',
  'sql_trait',
  'sql_trait_state',
  'subscription_group',
  'template',
  'template_version',
  'transformation',
  'function',
  'function_version',
  'function_instance',
  'tracking_plan',
  'tracking_plan_change',
  'tracking_plan_library',
  'tracking_plan_rule',
  'tracking_plan_source',
  'warehouse',
  'write_key',
]
/** Tables of hers with ids and keyed hashes only. */
const WITHOUT_WORDS = [
  'computation_wake',
  'due_profile',
  'membership',
  'profile_merge',
  // For the seconds until the next tick.
  'membership_merged',
  'export',
  'import',
  'opt_out_tombstone',
  'suppressed_identifier',
  'group_subscription',
]

/** Tables that name her for as long as it takes to erase her: test/sync/leave.test.ts shows that of the last. */
const WHILE_SHE_IS_ERASED = ['regulation', 'regulation_subject', 'connection_removal']

await fill()
await importFile()
await plantWords()
await api.call('GET', `${S}/sources/src_spa_test/drops`)
await until('what was sent to be in the catalogue', async () => (await dumpOf(db, 'catalog_seen')).includes('secret street'))
const ids = await profilesOfHer()
for (const table of await tablesWithProfile(db))
  if (!['profile_identifier', 'profile_merge', 'membership_merged'].includes(table))
    for (const profileId of ids)
      await plantRow(db, table, { spaceId: 'spa_test', profileId, address: EVE.email, text: SAID[3] ?? '', now: clock })
await sql`update message set status = 'sent'`.execute(db)

it('CNS-06 every table either holds something of the person in this story, or can hold nothing of anybody', async () => {
  const before = tablesIn(await foundInDump(db, [...TEXTS, ...ids]))
  const missed = (await tablesOf(db)).filter((table) => ![...before, ...NOTHING_OF_A_PERSON, ...WITHOUT_WORDS].includes(table))
  // A new table is put into one of the lists, or into the story above.
  expect(missed.filter((table) => !WHILE_SHE_IS_ERASED.includes(table))).toEqual([])
  expect(before.filter((table) => NOTHING_OF_A_PERSON.includes(table))).toEqual([])
})

it('CNS-06 D01 the rows of an erased person are gone from a dump of the whole database, wherever they were', async () => {
  expect(ids.length).toBeGreaterThan(1)
  const body = { regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds: [EVE.userId] }
  const id = (await api.call('POST', `${S}/regulations`, body)).body.data.regulateId
  // It waits for her, by name, until a worker takes it up.
  expect(tablesIn(await dumped())).toContain('regulation_subject')
  await eraseNext(context)
  // What a process had counted in memory is written a second later, and names her by what the request does not.
  await sql`insert into source_drop (space_id, source_id, hour, code, subject, count, reason, sample, message_id, first_at, last_at)
    values ('spa_test', 'src_spa_test', ${clock}, 'x', '', 1, 'x', ${JSON.stringify({ to: EVE.email })}, null, ${clock}, ${clock})`.execute(
    db,
  )
  for (let n = 0; n < 6; n++) {
    while (await eraseNext(context));
    later(61)
  }
  expect((await api.call('GET', `${S}/regulations/${id}`)).body.data.regulation.overallStatus).toBe('FINISHED')
  expect(await foundInDump(db, [...TEXTS, ...ids])).toEqual([])
  const plain = [...Object.entries({ user_id: EVE.userId, email: EVE.email, phone: EVE.phone, anonymous_id: EVE.anonymousId })]
  expect(
    await foundInDump(
      db,
      plain.map(([type, value]) => sha256(['spa_test', type, value].join('\u0000'))),
    ),
  ).toEqual([])
})

it('CNS-06 what others are stays: their lines of a file, their frequent values, their people in a preview', async () => {
  expect(await dumpOf(db, 'export_part')).toContain('bob@example.com')
  expect(await dumpOf(db, 'import_part')).toContain('ada@example.com')
  expect(await dumpOf(db, 'catalog_seen')).toContain('pro')
  const exports = await selectRows(db, sql`select status, people, claim, expires_at from export order by kind`)
  expect(exports).toMatchObject([
    { status: 'COMPLETED', people: 1, claim: null },
    { status: 'RUNNING', claim: null },
  ])
  expect(exports[0]?.['expires_at']).not.toBeNull()
  expect(await count('event')).toBeGreaterThan(others.length)
})
