import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ingestCalls } from '../../src/ingest/ingest.ts'
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

let spaces = 0
const history = async (calls: readonly unknown[], cuts: readonly number[]): Promise<string> => {
  const spaceId = `spa_${spaces++}`
  const ends = [...new Set([...cuts.map((cut) => cut % (calls.length + 1)), calls.length])].toSorted((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    await ingestCalls(db, { spaceId, sourceId: 'src' }, calls.slice(from, end), {
      receivedAt: new Date(START + from * 1_000),
      random,
    })
    from = end
  }
  return spaceId
}

it('IDR-06 calls in any batches make the graph, traits and events that they make one by one', async () => {
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
        const batched = await history(wire, cuts)
        expect(await pictureOf(db, batched)).toEqual(await pictureOf(db, one))
      },
    ),
    { numRuns: 40, verbose: true },
  )
})
