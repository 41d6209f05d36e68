import { expect, it } from 'vitest'
import { outlook } from '../../src/audience/evaluator/changes.ts'
import { eventsWithin, looksAt } from '../../src/audience/evaluator/looks.ts'
import type { Happened } from '../../src/audience/evaluator/person.ts'
import { parseCondition } from '../../src/audience/text/condition.ts'
import { hour } from './support/world.ts'

/* How much the evaluator does for an explanation: who has many events is asked at fewer instants, and that is said. */

const event = (name: string, at: number): Happened => ({
  ...{ messageId: `${name}${at}`, type: 'track', name, timestamp: hour(at), properties: {}, context: {} },
})
const placeOf = (events: readonly Happened[]) => ({
  person: {
    ...{ id: 'p', collection: 'users' as const, merged: false, identifiers: {}, traits: {}, memberships: {}, computed: {} },
    events,
  },
  world: { audiences: [], computedTraits: [], externalIds: [] },
  now: hour(0),
})

it.each([
  ["trait('x').exists()", 0],
  ["event('A').count() > 0", 10],
  ["event('A').count() > 0 AND NOT event('B').count() > 0", 20],
  ["event('A').where(event('B').count() > 0).count() > 0", 100],
  ["event('A').where(NOT (property('x') = 1 OR event('B').where(event('C').count() > 0).count() > 0)).count() > 0", 1000],
])('%s takes %i looks at 10 events', (text, looks) => {
  expect(looksAt(parseCondition(text), 10)).toBe(looks)
})

it('so many events may be read that a condition takes no more looks', () => {
  const funnel = parseCondition("event('A').where(event('B').count() > 0).count() > 0")
  expect([eventsWithin(funnel, 250_000), eventsWithin(parseCondition("event('A').count() > 0"), 250_000)]).toEqual([500, 250_000])
  expect(looksAt(funnel, eventsWithin(funnel, 250_000))).toBeLessThanOrEqual(250_000)
})

it('an instant that is too far to be looked at is told by how far was looked', () => {
  const condition = parseCondition("event('A').within(30 days).count() >= 1")
  const place = placeOf(Array.from({ length: 50 }, (_, index) => event('A', -index)))
  const last = hour(30 * 24).getTime() + 1
  expect(outlook(condition, place).turn?.at.getTime()).toBe(last)
  expect(outlook(condition, place, 500)).toEqual({ until: new Date(last - 40 * 3_600_000) })
})
