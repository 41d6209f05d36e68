import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const now = new Date('2026-03-10T12:00:00Z')
const tell = (spaceId: string, ...calls: object[]) =>
  ingestCalls(db, { spaceId, sourceId: 'src' }, calls, { receivedAt: now, random: (bytes) => randomBytes(bytes) })

it('S16 context.messaging_subscriptions sets states per channel and group, in the transaction of the call', async () => {
  await selectRows(
    db,
    sql`insert into subscription_group (space_id, id, name, created_at) values ('spa_test', 'grp_1', 'newsletter', ${now})`,
  )
  await tell('spa_test', {
    type: 'identify',
    userId: 'u1',
    timestamp: '2026-03-01T00:00:00Z',
    context: {
      messaging_subscriptions: [
        { key: '+1 206 555 0100', type: 'SMS', status: 'SUBSCRIBED' },
        { key: '+12065550100', type: 'WHATSAPP', status: 'UNSUBSCRIBED' },
        { key: 'A@example.com', type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'newsletter', status: 'SUBSCRIBED' }] },
        { key: 'nonsense', type: 'EMAIL', status: 'SUBSCRIBED' },
      ],
    },
  })
  expect(
    await selectRows(db, sql`select channel, address, status from subscription where space_id = 'spa_test' order by channel`),
  ).toEqual([
    { channel: 'email', address: 'a@example.com', status: 'subscribed' },
    { channel: 'sms', address: '+12065550100', status: 'subscribed' },
    { channel: 'whatsapp', address: '+12065550100', status: 'unsubscribed' },
  ])
  expect(await selectRows(db, sql`select group_id, status from group_subscription where space_id = 'spa_test'`)).toEqual([
    { group_id: 'grp_1', status: 'subscribed' },
  ])
})

it('a call that arrives late does not undo a newer state', async () => {
  const state = (status: string, timestamp: string) =>
    tell('spa_late', {
      type: 'track',
      event: 'E',
      userId: 'u',
      timestamp,
      context: { messaging_subscriptions: [{ key: 'a@example.com', type: 'EMAIL', status }] },
    })
  await state('UNSUBSCRIBED', '2026-03-05T00:00:00Z')
  await state('SUBSCRIBED', '2026-03-04T00:00:00Z')
  expect(await selectRows(db, sql`select status from subscription where space_id = 'spa_late'`)).toEqual([
    { status: 'unsubscribed' },
  ])
})

it('last seen follows the newest event, never the future, and not calls with active false', async () => {
  const seen = async () =>
    (await selectRows(db, sql`select last_seen_at from profile where space_id = 'spa_seen'`))[0]?.['last_seen_at']?.toISOString()
  const track = (timestamp: string, context = {}) =>
    tell('spa_seen', { type: 'track', event: 'E', userId: 'u', timestamp, context })
  await track('2026-03-01T00:00:00Z')
  await track('2026-03-02T00:00:00Z')
  await track('2026-02-01T00:00:00Z')
  await track('2026-03-03T00:00:00Z', { active: false })
  expect(await seen()).toBe('2026-03-02T00:00:00.000Z')
  await track('2027-03-03T00:00:00Z')
  expect(await seen()).toBe(now.toISOString())
})

it('a track call of a known person rewrites no profile', async () => {
  await tell('spa_still', { type: 'track', event: 'E', userId: 'u' })
  const version = () => selectRows(db, sql`select xmin::text from profile where space_id = 'spa_still'`)
  const before = await version()
  await tell('spa_still', { type: 'track', event: 'E', userId: 'u' })
  expect(await version()).toEqual(before)
})

it('writes one change a profile and batch, with the names of its events', async () => {
  const calls = ['B', 'A', 'B', '"quoted\\ name, {}'].map((event) => ({ type: 'track', event, userId: 'u' }))
  await tell('spa_change', ...calls, { type: 'track', event: 'A', userId: 'v' })
  expect(
    await selectRows(
      db,
      sql`select event_names from profile_change where space_id = 'spa_change' order by cardinality(event_names)`,
    ),
  ).toEqual([{ event_names: ['A'] }, { event_names: ['"quoted\\ name, {}', 'A', 'B'] }])
})
