import { expect, it } from 'vitest'
import type { Comparison, Condition } from '../../src/audience/condition.ts'
import { modeOf } from '../../src/audience/mode.ts'
import { did, not } from './support/world.ts'

const trait = (compare: Comparison): Condition => ({ type: 'trait', path: 'when', compare })
const WINDOW = 'a time window'
const AGES = 'a date that is compared with the passing time'

const TABLE: readonly (readonly [what: string, definition: unknown, because: readonly string[]])[] = [
  ['a trait', trait({ operator: 'equals', value: 'pro' }), []],
  ['a fixed date', trait({ operator: 'before_date', value: '2026-01-01' }), []],
  ['a lifetime count', did('Order', { operator: 'at_least', value: 3 }), []],
  ['a lifetime sum', { event: { name: 'Order' }, measure: { kind: 'sum', property: 'revenue' } }, []],
  ['another audience', { type: 'audience', audience: 'buyers' }, []],
  ['a session', { event: { name: 'View', expiresAfter: '30 minutes' }, measure: { kind: 'count' } }, []],
  ['a window', did('Order', undefined, { within: '30 days' }), [WINDOW]],
  ['a window that begins later', not(did('Order', undefined, { between: ['30 days', '90 days'] })), [WINDOW]],
  ['a sliding trait', { event: { name: 'Order', within: '7 days' }, measure: { kind: 'count' } }, [WINDOW]],
  ['a date that comes nearer', trait({ operator: 'within_next', duration: '3 days' }), [AGES]],
  [
    'a date that ages in a filter',
    did('Order', undefined, {
      where: { type: 'property', path: 'due', compare: { operator: 'before_last', duration: '1 day' } },
    }),
    [AGES],
  ],
  ['a funnel', { type: 'event', event: { name: 'A', where: { type: 'event', event: { name: 'B' } } } }, ['a funnel']],
  [
    'another property',
    { type: 'trait', path: 'a', compare: { operator: 'equals', value: { reference: 'trait', path: 'b' } } },
    ['a comparison with another property'],
  ],
  ['the users of an account', { type: 'any', condition: trait({ operator: 'exists' }) }, ['the users of an account']],
  [
    'two reasons, each once',
    {
      type: 'and',
      conditions: [
        did('A', undefined, { within: '1 day' }),
        did('B', undefined, { within: '2 days' }),
        trait({ operator: 'after_next', duration: '1 day' }),
      ],
    },
    [WINDOW, AGES],
  ],
]

it.each(TABLE)('CMP-01 %s', (_, definition, because) => {
  expect(modeOf(definition)).toEqual({ type: because.length === 0 ? 'REALTIME' : 'BATCH', because })
})

it('CMP-01 whatever is about accounts is batch', () => {
  expect(modeOf(trait({ operator: 'exists' }), 'ACCOUNTS')).toEqual({ type: 'BATCH', because: ['being about accounts'] })
})
