import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { parseReference } from '../../src/ingest/reference.ts'
import { findProfile } from '../../src/profile/read.ts'
import { pictureOf, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const random = (bytes: number): Uint8Array => randomBytes(bytes)
const START = Date.parse('2026-03-01T00:00:00Z')
let clock = START
const next = (): Date => {
  clock += 1_000
  return new Date(clock)
}
let spaces = 0
const newSpace = (): string => `spa_${spaces++}`
const tell = (spaceId: string, ...calls: object[]) =>
  ingestCalls(
    db,
    { spaceId, sourceId: 'src' },
    calls.map((call) => ({ type: 'identify', ...call })),
    { receivedAt: next(), random },
  )
const who = async (spaceId: string, reference: string) => findProfile(db, spaceId, must(parseReference(reference), 'a reference'))
const peopleOf = async (spaceId: string) =>
  (await pictureOf(db, spaceId)).people.filter((person) => person.collection === 'users').map((person) => person.identifiers)
const rule = (spaceId: string, type: string, rest: { limit: number; period?: string; blocked?: unknown }) =>
  selectRows(
    db,
    sql`insert into identifier_rule (space_id, type, value_limit, period, blocked) values (${spaceId}, ${type}, ${rest.limit}, ${rest.period ?? 'ever'}, ${rest.blocked ? JSON.stringify(rest.blocked) : null}::jsonb)
    on conflict (space_id, type) do update set value_limit = excluded.value_limit`,
  )

it.each([
  ['user_id', { userId: 'U1' }, 'U1'],
  ['anonymous_id', { anonymousId: 'A1' }, 'A1'],
  ['email', { userId: 'u', traits: { email: ' Ada@Example.com ' } }, 'ada@example.com'],
  ['email', { userId: 'u', type: 'track', event: 'E', context: { traits: { email: 'ada@example.com' } } }, 'ada@example.com'],
  ['phone', { userId: 'u', traits: { phone: '+1 (206) 555-0100' } }, '+12065550100'],
  ['phone', { userId: 'u', traits: { phone: 'ask Ada' } }, 'ask Ada'],
  ['android.id', { userId: 'u', context: { device: { type: 'android', id: 'd' } } }, 'd'],
  ['android.idfa', { userId: 'u', context: { device: { type: 'Android', advertisingId: 'd', adTrackingEnabled: true } } }, 'd'],
  ['android.push_token', { userId: 'u', context: { device: { type: 'android', token: 'd' } } }, 'd'],
  ['ios.id', { userId: 'u', context: { device: { type: 'ios', id: 'd' } } }, 'd'],
  ['ios.idfa', { userId: 'u', context: { device: { type: 'ios', advertisingId: 'd', adTrackingEnabled: true } } }, 'd'],
  ['ios.push_token', { userId: 'u', context: { device: { type: 'ios', token: 'd' } } }, 'd'],
  ['ga_client_id', { userId: 'u', context: { integrations: { 'Google Analytics': { clientId: 'c' } } } }, 'c'],
  ['braze_id', { userId: 'u', context: { Braze: { braze_id: 'b' } } }, 'b'],
  ['crm', { userId: 'u', context: { externalIds: [{ id: 'x', type: 'crm', collection: 'users', encoding: 'none' }] } }, 'x'],
  [
    'phone',
    { userId: 'u', context: { externalIds: [{ id: '206 555 0100', type: 'phone', collection: 'users', encoding: 'none' }] } },
    '+12065550100',
  ],
])('IDR-01 %s is read from %j', async (type, call, value) => {
  const spaceId = newSpace()
  await tell(spaceId, call)
  expect((await peopleOf(spaceId))[0]?.[type]).toEqual([value])
})

it.each([
  ['IDR-02', { context: { device: { type: 'ios', id: 'd', advertisingId: 'd' } } }, ['ios.id', 'user_id']],
  ['IDR-02', { context: { device: { type: 'windows', id: 'd', token: 't' } } }, ['user_id']],
  ['IDR-04', { context: { externalIds: [{ id: 'x', type: 'crm', collection: 'users' }] } }, ['user_id']],
  ['IDR-04', { context: { externalIds: [{ id: 'x', type: 'crm', encoding: 'none' }] } }, ['user_id']],
  ['IDR-04', { context: { externalIds: [{ id: 'x', type: 'CRM', collection: 'users', encoding: 'none' }] } }, ['user_id']],
  ['IDR-04', { context: { externalIds: [5, null, { id: 5, type: 'crm', collection: 'users', encoding: 'none' }] } }, ['user_id']],
  ['email of a group', { type: 'group', groupId: 'g', traits: { email: 'info@acme.example' } }, ['user_id']],
  ['properties', { type: 'track', event: 'E', properties: { email: 'a@example.com', phone: '+12065550100' } }, ['user_id']],
  ['no text', { traits: { email: 5, phone: {} } }, ['user_id']],
])('%s: nothing else is promoted: %j', async (_, call, types) => {
  const spaceId = newSpace()
  await tell(spaceId, { userId: 'u', ...call })
  expect(Object.keys((await peopleOf(spaceId))[0] ?? {})).toEqual(types)
})

it('IDR-03 a configured type is read from traits, context.traits, properties and externalIds, in camel and snake case', async () => {
  const spaceId = newSpace()
  await rule(spaceId, 'loyalty_id', { limit: 9 })
  await tell(
    spaceId,
    { userId: 'u', traits: { loyalty_id: '1' } },
    { userId: 'u', traits: { loyaltyId: '2' } },
    { userId: 'u', context: { traits: { loyaltyId: '3' } } },
    { userId: 'u', type: 'track', event: 'E', properties: { loyalty_id: '4' } },
    { userId: 'u', context: { externalIds: [{ id: '5', type: 'loyalty_id', collection: 'users', encoding: 'none' }] } },
  )
  expect((await peopleOf(spaceId))[0]?.['loyalty_id']).toEqual(['1', '2', '3', '4', '5'])
})

it('IDR-05 an unknown external id gets a rule with limit 5, and no trait is read for it', async () => {
  const spaceId = newSpace()
  await tell(spaceId, {
    userId: 'u',
    context: { externalIds: [{ id: 'x', type: 'name', collection: 'users', encoding: 'none' }] },
  })
  expect(await selectRows(db, sql`select type, value_limit, seen from identifier_rule where space_id = ${spaceId}`)).toEqual([
    { type: 'name', value_limit: 5, seen: true },
  ])
  await tell(spaceId, { userId: 'v', traits: { name: 'x' } })
  expect(await peopleOf(spaceId)).toHaveLength(2)
})

it('IDR-06 IDR-13 IDR-14 none, one and many matches: a new profile, the same, a merged one with the newest value of each trait', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { anonymousId: 'a1', traits: { plan: 'free', city: 'Ulm', gone: 'x' }, timestamp: '2026-01-01T00:00:00Z' })
  await tell(spaceId, { anonymousId: 'a1', traits: { gone: null }, timestamp: '2026-01-05T00:00:00Z' })
  await tell(spaceId, { userId: 'u1', traits: { plan: 'pro', gone: 'old' }, timestamp: '2026-01-02T00:00:00Z' })
  const [first, second] = [await who(spaceId, 'anonymous_id:a1'), await who(spaceId, 'user_id:u1')]
  await tell(spaceId, { userId: 'u1', anonymousId: 'a1', traits: { seen: true } })
  const merged = await who(spaceId, 'user_id:u1')
  expect(merged?.id).toBe(first?.id)
  expect((await who(spaceId, must(second, 'the younger').id))?.id).toBe(first?.id)
  expect((await who(spaceId, 'anonymous_id:a1'))?.id).toBe(first?.id)
  expect(merged?.traits).toEqual({ plan: 'pro', city: 'Ulm', seen: true })
  expect(merged?.merge_count).toBe(1)
})

it('IDR-07 the sixth e-mail of five is not added, and the call finds its profile', async () => {
  const spaceId = newSpace()
  for (let n = 1; n <= 6; n++) await tell(spaceId, { userId: 'u', traits: { email: `${n}@example.com` } })
  expect((await peopleOf(spaceId))[0]?.['email']).toHaveLength(5)
  expect(await peopleOf(spaceId)).toHaveLength(1)
  await tell(spaceId, { userId: 'v', traits: { email: '6@example.com' } })
  expect(await peopleOf(spaceId)).toHaveLength(2)
})

it('IDR-08 a weekly limit frees a place after seven days', async () => {
  const spaceId = newSpace()
  await rule(spaceId, 'email', { limit: 1, period: 'weekly' })
  await tell(spaceId, { userId: 'u', traits: { email: '1@example.com' } })
  await tell(spaceId, { userId: 'u', traits: { email: '2@example.com' } })
  expect((await peopleOf(spaceId))[0]?.['email']).toEqual(['1@example.com'])
  clock += 7 * 86_400_000
  await tell(spaceId, { userId: 'u', traits: { email: '2@example.com' } })
  expect((await peopleOf(spaceId))[0]?.['email']).toEqual(['1@example.com', '2@example.com'])
})

it('IDR-09 the documented example: abc456 with the e-mail of abc123 becomes a profile of its own', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { userId: 'abc123', traits: { email: 'jane@example.com' } })
  await tell(spaceId, { userId: 'abc456', traits: { email: 'jane@example.com' } })
  expect(await peopleOf(spaceId)).toEqual(
    expect.arrayContaining([{ email: ['jane@example.com'], user_id: ['abc123'] }, { user_id: ['abc456'] }]),
  )
})

it('IDR-10 an anonymous id that two people share never merges them', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { userId: 'u1', anonymousId: 'a1' }, { userId: 'u2', anonymousId: 'a1' }, { anonymousId: 'a1' })
  expect(await peopleOf(spaceId)).toEqual([{ anonymous_id: ['a1'], user_id: ['u1'] }, { user_id: ['u2'] }])
})

it('IDR-11 blocked values stay in the call and are no identifiers; the blocked list of a rule replaces the usual one', async () => {
  const spaceId = newSpace()
  for (const userId of ['anonymous', '000-0', '-1', 'null', '0']) await tell(spaceId, { userId, anonymousId: `a ${userId}` })
  expect((await peopleOf(spaceId)).every((ids) => Object.keys(ids).join() === 'anonymous_id')).toBe(true)
  await rule(spaceId, 'user_id', { limit: 1, blocked: [{ regex: '^test' }] })
  await tell(spaceId, { userId: 'test 1', anonymousId: 'x' }, { userId: 'anonymous', anonymousId: 'y' })
  expect(await peopleOf(spaceId)).toContainEqual({ anonymous_id: ['y'], user_id: ['anonymous'] })
  expect(await peopleOf(spaceId)).toContainEqual({ anonymous_id: ['x'] })
})

it('IDR-12 the 101st merge is not made, and events still find a profile', async () => {
  const spaceId = newSpace()
  await rule(spaceId, 'anonymous_id', { limit: 10_000 })
  await tell(spaceId, ...Array.from({ length: 101 }, (_, n) => ({ anonymousId: `a${n}` })))
  await tell(spaceId, { userId: 'u' })
  await tell(spaceId, ...Array.from({ length: 101 }, (_, n) => ({ userId: 'u', anonymousId: `a${n}` })))
  const person = await who(spaceId, 'user_id:u')
  expect(person?.merge_count).toBe(100)
  expect(await peopleOf(spaceId)).toHaveLength(2)
})

it('IDR-12 the 1,001st identifier is not kept', async () => {
  const spaceId = newSpace()
  await rule(spaceId, 'anonymous_id', { limit: 10_000 })
  await tell(spaceId, ...Array.from({ length: 1_010 }, (_, n) => ({ userId: 'u', anonymousId: `a${n}` })))
  expect((await peopleOf(spaceId))[0]?.['anonymous_id']).toHaveLength(999)
})

it('IDR-12 two who would have more than 1,000 identifiers together are not merged, and it is said why', async () => {
  const spaceId = newSpace()
  await rule(spaceId, 'anonymous_id', { limit: 10_000 })
  for (const email of ['left@example.com', 'right@example.com'])
    await tell(spaceId, ...Array.from({ length: 600 }, (_, n) => ({ anonymousId: `${email} ${n}`, traits: { email } })))
  await tell(spaceId, { anonymousId: 'left@example.com 1', traits: { email: 'right@example.com' } })
  expect((await peopleOf(spaceId)).map((ids) => (ids['anonymous_id'] as readonly string[]).length)).toEqual([600, 600])
  expect((await who(spaceId, 'email:right@example.com'))?.merge_count).toBe(0)
  expect(await selectRows(db, sql`select code, type, reason from identity_refusal where space_id = ${spaceId}`)).toEqual([
    {
      code: 'id_mapping_limit_exceeded',
      type: 'anonymous_id',
      reason: 'It belongs to another profile: merged, they would have more than 1,000 identifiers.',
    },
  ])
})

it('IDR-15 lowering a limit leaves profiles as they are; new calls follow it', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { userId: 'u', traits: { email: '1@example.com' } }, { userId: 'u', traits: { email: '2@example.com' } })
  await rule(spaceId, 'email', { limit: 1 })
  await tell(spaceId, { userId: 'u', anonymousId: 'a', traits: { email: '3@example.com' } }, { userId: 'u', anonymousId: 'b' })
  expect((await peopleOf(spaceId))[0]).toEqual({ anonymous_id: ['b'], email: ['1@example.com', '2@example.com'], user_id: ['u'] })
})

it('IDR-17 alias brings nobody together', async () => {
  const spaceId = newSpace()
  await tell(
    spaceId,
    { anonymousId: 'a1' },
    { userId: 'u1' },
    { type: 'alias', userId: 'u1', previousId: 'a1', anonymousId: 'a1' },
  )
  expect(await peopleOf(spaceId)).toHaveLength(2)
})

it('IDR-18 a group call makes an account and a link', async () => {
  const spaceId = newSpace()
  await tell(
    spaceId,
    { type: 'group', userId: 'u1', groupId: 'g1', traits: { name: 'Acme', email: 'info@acme.example' } },
    { type: 'group', userId: 'u2', groupId: 'g1' },
  )
  const account = (await pictureOf(db, spaceId)).people.find((person) => person.collection === 'accounts')
  expect(account).toMatchObject({ identifiers: { group_id: ['g1'] }, traits: { name: 'Acme' } })
  expect(await selectRows(db, sql`select * from profile_link where space_id = ${spaceId}`)).toHaveLength(2)
})

it('what belongs to a merged profile goes with it', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { userId: 'u1', type: 'track', event: 'A', messageId: 'm1' })
  await tell(spaceId, { anonymousId: 'a1', type: 'track', event: 'B', messageId: 'm2' })
  await tell(spaceId, { anonymousId: 'a1', type: 'group', groupId: 'g1' })
  const [winner, loser] = [must(await who(spaceId, 'user_id:u1'), 'u1'), must(await who(spaceId, 'anonymous_id:a1'), 'a1')]
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']
  await selectRows(
    db,
    sql`insert into membership values (${spaceId}, 'both', ${winner.id}, ${early}), (${spaceId}, 'both', ${loser.id}, ${late}), (${spaceId}, 'theirs', ${loser.id}, ${early})`,
  )
  await selectRows(
    db,
    sql`insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at) values
    (${spaceId}, ${winner.id}, gen_random_uuid(), 'both', 'entered', ${early}), (${spaceId}, ${loser.id}, gen_random_uuid(), 'both', 'entered', ${late}),
    (${spaceId}, ${loser.id}, gen_random_uuid(), 'theirs', 'entered', ${early}),
    (${spaceId}, ${winner.id}, gen_random_uuid(), 'theirs', 'entered', ${early}), (${spaceId}, ${winner.id}, gen_random_uuid(), 'theirs', 'exited', ${late})`,
  )
  await selectRows(
    db,
    sql`insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at) values (${spaceId}, ${loser.id}, gen_random_uuid(), 'event', '{"n": 1}', ${early}, ${early})`,
  )
  await selectRows(db, sql`insert into computed_value values (${spaceId}, 'tra', ${loser.id}, '5', ${early})`)
  await tell(spaceId, { userId: 'u1', anonymousId: 'a1', messageId: 'm3' })
  const left = ['event', 'membership', 'membership_change', 'outbox', 'computed_value', 'profile_change', 'profile_link']
  for (const table of left)
    expect([
      table,
      await selectRows(
        db,
        sql`select distinct profile_id from ${sql.table(table)} where space_id = ${spaceId} and profile_id not in (
          select id from profile where space_id = ${spaceId} and collection = 'accounts')`,
      ),
    ]).toEqual([table, [{ profile_id: winner.id }]])
  expect(
    await selectRows(db, sql`select audience_id, entered_at from membership where space_id = ${spaceId} order by audience_id`),
  ).toEqual([
    { audience_id: 'both', entered_at: new Date(early) },
    { audience_id: 'theirs', entered_at: new Date(early) },
  ])
  const replayed = await selectRows(
    db,
    sql`select distinct on (audience_id) audience_id, change from membership_change where space_id = ${spaceId} order by audience_id, changed_at desc`,
  )
  expect(replayed.map((row) => row['change'])).toEqual(['entered', 'entered'])
  const [change] = await selectRows(
    db,
    sql`select event_names from profile_change where space_id = ${spaceId} order by changed_at desc limit 1`,
  )
  expect(change?.['event_names']).toEqual(['A', 'B', 'group', 'identify'])
})

it('identifiers of a profile are in order, newest first, also after a merge', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { userId: 'u', traits: { email: '1@example.com' } })
  await tell(spaceId, { anonymousId: 'a', traits: { email: '2@example.com' } })
  await tell(spaceId, { userId: 'u', traits: { email: '3@example.com' } })
  await tell(spaceId, { userId: 'u', anonymousId: 'a' })
  await tell(spaceId, { userId: 'u', traits: { email: '4@example.com' } })
  expect((await who(spaceId, 'user_id:u'))?.identifiers['email']).toEqual(['4', '3', '2', '1'].map((n) => `${n}@example.com`))
})

it('G9 the same identifiers in another space are other people', async () => {
  const [a, b] = [newSpace(), newSpace()]
  await tell(a, { userId: 'u', traits: { email: 'x@example.com' } })
  await tell(b, { userId: 'v', traits: { email: 'x@example.com' } })
  await tell(b, { userId: 'u' })
  expect([await peopleOf(a), (await peopleOf(b)).length]).toEqual([[{ email: ['x@example.com'], user_id: ['u'] }], 2])
})
