import { expect, it } from 'vitest'
import type { Computation } from '../../src/audience/computation.ts'
import type { Condition } from '../../src/audience/condition.ts'
import { asksOfItsOwn, neededBy, neededInBatches, neededOf } from '../../src/audience/needed.ts'
import { referencesOf } from '../../src/audience/references.ts'
import { did, hour } from './support/world.ts'

const EVER = Number.NEGATIVE_INFINITY
const catalog = { audiences: new Map([['a', 'aud_a']]), computedTraits: new Map() }
const audience = (id: string, condition: Condition): Computation =>
  ({ kind: 'audience', id, condition, references: referencesOf(condition, catalog) }) as Computation
const needed = (condition: Condition) => Object.fromEntries(neededOf(audience('aud', condition), hour(48)))
const where = { type: 'property', path: 'n', compare: { operator: 'equals', value: 1 } } as const

it.each<[string, Condition, object]>([
  ['a count within a window', did('A', undefined, { within: '1 day' }), { A: { since: +hour(24), whole: false } }],
  ['a count between', did('A', undefined, { between: ['1 day', '2 days'] }), { A: { since: +hour(0), whole: false } }],
  ['a count of all times', did('A'), { A: { since: EVER, whole: false } }],
  ['what is in the event', did('A', undefined, { within: '1 day', where }), { A: { since: +hour(24), whole: true } }],
  ['a call of another type with the same name', did('identify'), { identify: { since: EVER, whole: true } }],
  [
    'the widest of several',
    {
      type: 'or',
      conditions: [did('A', undefined, { within: '1 day' }), { type: 'not', condition: did('A', undefined, { where }) }],
    },
    { A: { since: EVER, whole: true } },
  ],
  ['nothing of events', { type: 'audience', audience: 'a' }, {}],
])('of events is needed: %s', (_, condition, wanted) => {
  expect(needed(condition)).toEqual(wanted)
})

it('a way to select that is not known is needed whole and of all times', () => {
  const condition = did('A', undefined, { within: '1 day', within_parent: '2 days' } as never)
  expect(needed(condition)).toEqual({ A: { since: EVER, whole: true } })
})

it('what looks at other profiles does not use copies', () => {
  expect(asksOfItsOwn(audience('aud', did('A')))).toBe(true)
  expect(
    asksOfItsOwn({ ...audience('aud', did('A')), condition: { type: 'any', condition: did('A') } as never } as Computation),
  ).toBe(false)
})

it('whoever is passed on is copied for those that refer', () => {
  const [a, b] = [
    audience('aud_a', did('A')),
    audience('aud_b', { type: 'and', conditions: [{ type: 'audience', audience: 'a' }, did('B')] }),
  ]
  const rows = neededInBatches([{ computationId: 'aud_a', batches: ['1'] }], neededBy([a, b], hour(0)))
  expect(rows.map(({ batch, name }) => [batch, name])).toEqual([
    ['1', 'A'],
    ['1', 'B'],
  ])
})
