import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Identified } from '../../src/ingest/attach.ts'
import { lanesOf } from '../../src/ingest/lanes.ts'
import { parseCall } from '../../src/ingest/parse.ts'
import { identifierKey } from '../../src/profile/identifier.ts'

const receivedAt = new Date('2026-03-01T12:00:00Z')
const template = parseCall({ type: 'group', userId: 'u', groupId: 'g' }, { sourceId: 'src', receivedAt, newMessageId: () => 'm' })
const callOf = (messageId: string, userIds: readonly string[], groupId: string | undefined): Identified => {
  const { call } = template as Extract<typeof template, { kind: 'call' }>
  return {
    call: { ...call, messageId, groupId },
    raw: undefined,
    identifiers: userIds.map((value) => ({ type: 'user_id', value })),
    blocked: [],
  }
}

const name = fc.constantFrom(...'abcdefghijklmnopqrst')
const calls = fc
  .array(
    fc.record({
      users: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
      group: fc.option(fc.constantFrom('g1', 'g2', 'g3'), { nil: undefined, freq: 6 }),
      again: fc.integer({ min: 0, max: 20 }),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map(({ users, group, again }, at) => callOf(again === 0 ? 'again' : `m${at}`, users, group)))
const owners = fc.dictionary(name, fc.constantFrom('p1', 'p2', 'p3'), { maxKeys: 8 })

const touched = (lane: readonly Identified[], owned: Readonly<Record<string, string>>): ReadonlySet<string> =>
  new Set(
    lane.flatMap(({ call, identifiers }) => [
      `message ${call.messageId}`,
      ...(call.groupId === undefined ? [] : [`group ${call.groupId}`]),
      ...identifiers.flatMap(({ value }) => [value, ...(owned[value] ? [owned[value]] : [])]),
    ]),
  )

it('lanes have nobody in common, leave nobody out and keep the order', () => {
  fc.assert(
    fc.property(calls, owners, fc.integer({ min: 1, max: 4 }), (list, owned, count) => {
      const known = new Map(Object.entries(owned).map(([value, id]) => [identifierKey('users', { type: 'user_id', value }), id]))
      const lanes = lanesOf(list, known, count)
      expect(lanes.length).toBeLessThanOrEqual(count)
      expect(lanes.flat().length).toBe(list.length)
      for (const lane of lanes) {
        const places = lane.map((one) => list.indexOf(one))
        expect(places).toEqual(places.toSorted((a, b) => a - b))
      }
      const sets = lanes.map((lane) => touched(lane, owned))
      for (const [at, set] of sets.entries())
        for (const other of sets.slice(at + 1)) expect([...set].filter((one) => other.has(one))).toEqual([])
    }),
    { verbose: true },
  )
})

it('people who have nothing to do with each other are shared out evenly, a crowd goes into one', () => {
  const alone = Array.from({ length: 100 }, (_, n) => callOf(`m${n}`, [`u${n}`], undefined))
  expect(lanesOf(alone, new Map(), 2).map(({ length }) => length)).toEqual([50, 50])
  const crowd = Array.from({ length: 100 }, (_, n) => callOf(`m${n}`, [`u${n}`], 'everybody'))
  expect(lanesOf(crowd, new Map(), 2).map(({ length }) => length)).toEqual([100])
  expect(lanesOf([], new Map(), 2)).toEqual([])
})
