import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { storeInLanes } from '../../src/ingest/history.ts'
import { ingestCalls, judgeBatch, orderedIds } from '../../src/ingest/ingest.ts'
import { parseCall } from '../../src/ingest/parse.ts'
import { pictureOf } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const random = (bytes: number): Uint8Array => randomBytes(bytes)
const START = Date.parse('2026-03-01T00:00:00Z')

const user = fc.option(fc.constantFrom('u1', 'u2', 'u3', 'anonymous'), { nil: undefined })
const anonymous = fc.option(fc.constantFrom('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'), { nil: undefined })
const email = fc.option(fc.constantFrom('x@example.com', 'Y@example.com', 'z@example.com', 'not an email', 5), { nil: undefined })
const traits = fc.record(
  { email, plan: fc.constantFrom('free', 'pro', null), city: fc.constantFrom('Ulm', 'Bonn') },
  { requiredKeys: [] },
)
const call = fc
  .record({
    type: fc.constantFrom('identify', 'identify', 'track', 'page', 'group', 'alias'),
    userId: user,
    anonymousId: anonymous,
    traits,
    context: fc.record({ traits: fc.record({ email }) }, { requiredKeys: [] }),
    event: fc.constantFrom('Order Completed', 'Clicked'),
    groupId: fc.constantFrom('g1', 'g2'),
    minute: fc.integer({ min: 0, max: 10_000 }),
    again: fc.boolean(),
  })
  .filter(({ userId, anonymousId }) => userId !== undefined || anonymousId !== undefined)

type Generated = typeof call extends fc.Arbitrary<infer T> ? T : never
// Each call has a time of its own, so that no two traits are equally new.
const written = (calls: readonly Generated[]) =>
  calls.map(({ minute, again, ...rest }, at) => ({
    ...rest,
    messageId: again && at > 0 ? `m${at - 1}` : `m${at}`,
    timestamp: new Date(START + minute * 60_000 + at).toISOString(),
  }))

type Store = (spaceId: string, calls: readonly unknown[], receivedAt: Date) => Promise<void>
const inOne: Store = async (spaceId, calls, receivedAt) => {
  await ingestCalls(db, { spaceId, sourceId: 'src' }, calls, { receivedAt, random })
}
const inLanes: Store = async (spaceId, calls, receivedAt) => {
  const around = { sourceId: 'src', receivedAt, newMessageId: () => 'none' }
  const arrivals = calls.map((raw) => ({ raw, parsed: parseCall(raw, around), sourceId: 'src', receivedAt }))
  let stored = 0
  const { results } = await storeInLanes(db, spaceId, await judgeBatch(db, spaceId, arrivals, receivedAt), {
    random,
    ahead: async (_, more) => {
      stored += more
    },
  })
  // A transaction that collided told of calls that it did not store in the end; nobody disturbs this one.
  expect(stored).toBe(results.filter(({ status }) => status === 'stored').length)
}

let spaces = 0
const history = async (calls: readonly unknown[], cuts: readonly number[], store = inOne): Promise<string> => {
  const spaceId = `spa_${spaces++}`
  const ends = [...new Set([...cuts.map((cut) => cut % (calls.length + 1)), calls.length])].toSorted((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    await store(spaceId, calls.slice(from, end), new Date(START + from * 1_000))
    from = end
  }
  return spaceId
}

it('IDR-06 calls in any batches, also of several transactions at once, make the graph, traits and events that they make one by one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      async (calls, cuts) => {
        const wire = written(calls)
        const one = await history(
          wire,
          wire.map((_, at) => at),
        )
        const picture = await pictureOf(db, one)
        for (const store of [inOne, inLanes])
          expect(await pictureOf(db, await history(wire, cuts, store)), store.name).toEqual(picture)
      },
    ),
    { numRuns: 40, verbose: true },
  )
})

it('who is one person already is told in the order of the calls, though none of them says so', async () => {
  const at = (minute: number) => ({ timestamp: new Date(START + minute * 60_000).toISOString(), messageId: `m${minute}` })
  const email = (n: number) => ({ traits: { email: `e${n}@example.com` } })
  const known = [0, 1, 2, 3].map((n) => ({ type: 'identify', userId: 'u', anonymousId: 'a', ...email(n), ...at(n) }))
  // Five e-mail addresses are the most: of the last two the first is taken.
  const calls = [
    { type: 'track', event: 'Clicked', userId: 'other', ...at(10) },
    { type: 'identify', userId: 'u', ...email(4), ...at(11) },
    { type: 'identify', anonymousId: 'a', ...email(5), ...at(12) },
  ]
  const spaceId = await history([...known, ...calls], [known.length], inLanes)
  const [her] = (await pictureOf(db, spaceId)).people.filter(({ identifiers }) => identifiers['anonymous_id'])
  expect(her?.identifiers['email']).toEqual([0, 1, 2, 3, 4].map((n) => `e${n}@example.com`))
})

it('ids of a batch are different and in the order in which they are made, over many draws', () => {
  const now = new Date(START)
  const next = orderedIds(now, (bytes) => new Uint8Array(bytes).fill(drawn++))
  let drawn = 7
  const ids = Array.from({ length: 10_000 }, next)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.slice(0, 4_096)).toEqual(ids.slice(0, 4_096).toSorted())
  for (const id of [ids[0], ids[4_095], ids[4_096], ids[9_999]])
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(String(ids[0]).replaceAll('-', '').slice(0, 12), 16)).toBe(START)
})
