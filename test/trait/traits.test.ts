import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import { transact } from '../../src/db/query.ts'
import { ingestCalls } from '../../src/ingest/ingest.ts'
import { findProfile } from '../../src/profile/read.ts'
import { setTraits } from '../../src/trait/set-traits.ts'
import { pictureOf, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const START = Date.parse('2026-03-01T00:00:00Z')
let spaces = 0
const newSpace = (): string => `spa_${spaces++}`
const tell = (spaceId: string, ...calls: object[]) =>
  ingestCalls(
    db,
    { spaceId, sourceId: 'src' },
    calls.map((call) => ({ type: 'identify', userId: 'u', ...call })),
    {
      receivedAt: new Date(START),
      random: (bytes) => randomBytes(bytes),
    },
  )
const traitsOf = async (spaceId: string) => (await findProfile(db, spaceId, { type: 'user_id', value: 'u' }))?.traits

it('TRT-01 the newest call wins, whenever it arrives', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { traits: { plan: 'free' }, timestamp: '2026-01-01T00:00:00Z' })
  await tell(spaceId, { traits: { plan: 'pro' }, timestamp: '2026-01-03T00:00:00Z' })
  await tell(spaceId, { traits: { plan: 'old', city: 'Ulm' }, timestamp: '2026-01-02T00:00:00Z' })
  expect(await traitsOf(spaceId)).toEqual({ plan: 'pro', city: 'Ulm' })
})

it('TRT-02 null removes, also against an older value that comes later; empty text stays', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { traits: { plan: 'free', note: '' }, timestamp: '2026-01-01T00:00:00Z' })
  await tell(spaceId, { traits: { plan: null }, timestamp: '2026-01-03T00:00:00Z' })
  await tell(spaceId, { traits: { plan: 'late' }, timestamp: '2026-01-02T00:00:00Z' })
  expect(await traitsOf(spaceId)).toEqual({ note: '' })
})

it('TRT-03 a nested trait is kept whole and replaced whole', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { traits: { address: { city: 'Ulm', zip: '89073' } }, timestamp: '2026-01-01T00:00:00Z' })
  await tell(spaceId, { traits: { address: { city: 'Bonn' } }, timestamp: '2026-01-02T00:00:00Z' })
  expect(await traitsOf(spaceId)).toEqual({ address: { city: 'Bonn' } })
})

it('TRT-05 context.traits of a track call change no trait', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { type: 'track', event: 'E', context: { traits: { email: 'a@example.com', plan: 'pro' } } })
  expect(await traitsOf(spaceId)).toEqual({})
})

it('a change says which traits have another value, and nothing when none has', async () => {
  const spaceId = newSpace()
  await tell(spaceId, { traits: { plan: 'free', city: 'Ulm' }, messageId: 'm1' })
  await selectRows(db, sql`delete from profile_change where space_id = ${spaceId}`)
  await tell(spaceId, { traits: { plan: 'pro', city: 'Ulm', none: null }, messageId: 'm2' })
  expect(await selectRows(db, sql`select event_names, trait_keys from profile_change where space_id = ${spaceId}`)).toEqual([
    { event_names: ['identify'], trait_keys: ['plan'] },
  ])
})

it('traits do not depend on the order in which calls arrive', async () => {
  const traits = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'x"\\{},'),
    fc.oneof(fc.integer(), fc.constant(null), fc.string(), fc.jsonValue()),
    {
      maxKeys: 3,
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(traits, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()), async (written, draws) => {
      const calls = written.map((values, at) => ({
        traits: values,
        messageId: `m${at}`,
        timestamp: new Date(START - at * 1_000).toISOString(),
      }))
      const shuffled = calls
        .map((call) => ({ call, draw: must(draws.next().value, 'a draw') }))
        .toSorted((x, y) => x.draw - y.draw)
        .map(({ call }) => call)
      const [one, other] = [newSpace(), newSpace()]
      for (const call of calls) await tell(one, call)
      await tell(other, ...shuffled)
      expect(await pictureOf(db, other)).toEqual(await pictureOf(db, one))
    }),
    { numRuns: 25, verbose: true },
  )
})

it('setTraits writes, repeats harmlessly, removes, and leaves newer values and other spaces alone', async () => {
  const [spaceId, decoy] = [newSpace(), newSpace()]
  for (const id of [spaceId, decoy]) {
    await tell(id, { userId: 'u', messageId: 'm1', timestamp: '2026-01-01T00:00:00Z' })
    await tell(id, { userId: 'v', messageId: 'm2', traits: { stage: 'future' }, timestamp: '2026-06-01T00:00:00Z' })
  }
  await selectRows(db, sql`delete from profile_change`)
  const everybody = sql<{ profile_id: string }>`select id as profile_id from profile where space_id = ${spaceId}`
  const set = (value: string | null, now: string) =>
    transact(db, (tx) => setTraits(tx, spaceId, 'stage', value, everybody, new Date(now)))
  expect(await set('won', '2026-03-01T00:00:00Z')).toBe(1)
  expect(await set('won', '2026-03-01T00:00:00Z')).toBe(0)
  expect(await selectRows(db, sql`select space_id, trait_keys from profile_change`)).toEqual([
    { space_id: spaceId, trait_keys: ['stage'] },
  ])
  expect([await traitsOf(spaceId), await traitsOf(decoy)]).toEqual([{ stage: 'won' }, {}])
  await tell(spaceId, { traits: { stage: 'older' }, timestamp: '2026-02-01T00:00:00Z', messageId: 'm3' })
  expect(await traitsOf(spaceId)).toEqual({ stage: 'won' })
  expect(await set(null, '2026-03-02T00:00:00Z')).toBe(1)
  expect(await traitsOf(spaceId)).toEqual({})
})
