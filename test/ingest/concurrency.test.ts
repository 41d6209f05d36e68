import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { arrivalOf } from '../../src/ingest/arrival.ts'
import { createGather } from '../../src/ingest/gather.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { parseCall } from '../../src/ingest/parse.ts'
import { eventsOf, pictureOf, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const random = (bytes: number): Uint8Array => randomBytes(bytes)
const now = new Date('2026-03-10T12:00:00Z')
const tell = (spaceId: string, calls: readonly object[]) =>
  ingestCalls(db, { spaceId, sourceId: 'src' }, calls, { receivedAt: now, random })

it('many transactions that meet the same new person make one', async () => {
  const batches = Array.from({ length: 16 }, (_, b) =>
    Array.from({ length: 20 }, (_, n) => ({ type: 'track', userId: `u${(n + b) % 20}`, event: 'E', messageId: `${b} ${n}` })),
  )
  await Promise.all(batches.map((batch) => tell('spa_same', batch)))
  const { people } = await pictureOf(db, 'spa_same')
  expect([people.length, people.every((person) => person.events.length === 16)]).toEqual([20, true])
})

it('transactions that merge the same people at once lose nothing', async () => {
  await selectRows(db, sql`insert into identifier_rule (space_id, type, value_limit) values ('spa_merge', 'anonymous_id', 1000)`)
  await tell(
    'spa_merge',
    Array.from({ length: 24 }, (_, n) => ({ type: 'track', anonymousId: `a${n}`, event: 'E', messageId: `made ${n}` })),
  )
  await Promise.all(
    Array.from({ length: 12 }, (_, b) =>
      tell('spa_merge', [
        { type: 'track', anonymousId: `a${b}`, userId: 'u', event: 'E', messageId: `x ${b}` },
        { type: 'track', anonymousId: `a${23 - b}`, userId: 'u', event: 'E', messageId: `y ${b}` },
      ]),
    ),
  )
  const { people } = await pictureOf(db, 'spa_merge')
  expect(people.map((person) => [person.events.length, (person.identifiers['anonymous_id'] as string[]).length])).toEqual([
    [48, 24],
  ])
  expect(
    await selectRows(db, sql`select count(*) as n from profile where space_id = 'spa_merge' and merged_into is not null`),
  ).toEqual([{ n: 23 }])
})

it('single calls that arrive together share transactions, and a call that Postgres refuses is dropped alone', async () => {
  const gather = createGather(db, { now: () => now, random, counted: () => {} })
  const parsed = Array.from({ length: 200 }, (_, n) =>
    parseCall(
      { type: 'track', userId: `u${n % 30}`, event: 'E', messageId: `g${n}` },
      { sourceId: 'src', receivedAt: now, newMessageId: () => 'x' },
    ),
  ).flatMap((one) => (one.kind === 'call' ? [one.call] : []))
  // What the check would have to let through: JSON that jsonb does not take.
  const spoilt = parsed.map((call, n) => (n === 77 ? { ...call, properties: '{"a": "\\u0000"}' } : call))
  const answers = await Promise.all(spoilt.map((call) => gather('spa_gather', [arrivalOf(call)])))
  const results = answers.flatMap((answer) => answer.results)
  expect(results.filter((result) => result.status !== 'stored')).toEqual([
    expect.objectContaining({ status: 'dropped', code: 'bad_request', messageId: 'g77' }),
  ])
  expect(results.map((result) => result.messageId)).toEqual(spoilt.map((call) => call.messageId))
  expect(await eventsOf(db, 'spa_gather')).toHaveLength(199)
})
