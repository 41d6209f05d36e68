import { expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { isScan } from '../../src/audience/scan.ts'

const count = (value: number, event: object = {}): Condition => ({
  ...{ type: 'event', event: { name: 'A', ...event }, measure: { kind: 'count' } },
  compare: { operator: value === 0 ? 'equals' : 'at_least', value },
})
const [none, some, twice] = [count(0), count(1), count(2)]
const trait: Condition = { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } }
const and = (...conditions: readonly Condition[]): Condition => ({ type: 'and', conditions })
const or = (...conditions: readonly Condition[]): Condition => ({ type: 'or', conditions })
const where = {
  ...{ type: 'event', event: { name: 'B', withinParent: '1 day' }, measure: { kind: 'count' } },
  compare: { operator: 'at_least', value: 1 },
}

it.each<[string, Condition, boolean]>([
  ['a trait', trait, true],
  ['who did it never', none, true],
  ['a trait and no event', and(trait, none), true],
  ['a trait or an event', or(trait, some), true],
  ['not an event', { type: 'not', condition: some }, true],
  ['an event', some, false],
  ['a trait and an event', and(trait, some), false],
  ['one of two events', or(some, some), false],
  ['an event and not another', and(some, none), false],
  ['how often', twice, false],
  ['a trait, or how often', or(trait, twice), false],
  ['none that another follows', count(0, { where }), false],
  ['another audience', { type: 'audience', audience: 'a' }, false],
])('read from the profiles by several processes: %s', (_, condition, wanted) => {
  expect(isScan(condition)).toBe(wanted)
})
