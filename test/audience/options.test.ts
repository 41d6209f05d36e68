import { expect, it } from 'vitest'
import { externalIdsOf, historyOf, sinceOf } from '../../src/audience/options.ts'
import { did, hour, not } from './support/world.ts'

const lifetime = did('Order')
const month = did('Order', undefined, { within: '30 days' })
const either = { type: 'or', conditions: [month, did('View', undefined, { between: ['1 day', '50 hours'] })] }

it('CMP-05 the look-back that is applied: what was asked for, else the longest window in whole days', () => {
  expect(historyOf(month, { backfillEventDataDays: 7 })).toEqual({ includeHistoricalData: true, backfillEventDataDays: 7 })
  expect(historyOf(either, {})).toEqual({ includeHistoricalData: true, backfillEventDataDays: 30 })
  expect(historyOf(did('View', undefined, { within: '50 hours' }), {}).backfillEventDataDays).toBe(3)
  expect(historyOf({ event: { name: 'Order', within: '7 days' }, measure: { kind: 'count' } }, {}).backfillEventDataDays).toBe(7)
})

it('CMP-05 where an event counts whatever its age no number is applied and none is answered', () => {
  expect(historyOf(lifetime, {})).toEqual({ includeHistoricalData: true })
  expect(historyOf({ type: 'and', conditions: [lifetime, month] }, {})).toEqual({ includeHistoricalData: true })
  expect(historyOf({ type: 'trait', path: 'plan', compare: { operator: 'exists' } }, {})).toEqual({ includeHistoricalData: true })
})

it('CMP-06 what needs history has it whatever was asked for', () => {
  expect(historyOf(month, { includeHistoricalData: false }).includeHistoricalData).toBe(true)
  expect(historyOf(lifetime, { includeHistoricalData: false })).toEqual({ includeHistoricalData: false })
})

it('CMP-04 CMP-05 the first instant that counts', () => {
  expect(sinceOf(lifetime, {}, hour(0))).toBeUndefined()
  expect(sinceOf(month, { includeHistoricalData: false }, hour(0)), 'forced').toBeUndefined()
  expect(sinceOf(lifetime, { includeHistoricalData: false, backfillEventDataDays: 3 }, hour(0))).toEqual(hour(0))
  expect(sinceOf(not(lifetime), { backfillEventDataDays: 3 }, hour(0))).toEqual(hour(-72))
})

it('AUD-04 CTR-20 those who are only anonymous are eligible where that was chosen', () => {
  expect(externalIdsOf({})).not.toContain('anonymous_id')
  expect(externalIdsOf({ includeAnonymousUsers: true })).toEqual([...externalIdsOf({}), 'anonymous_id'])
  expect(externalIdsOf({ filterByExternalIds: ['anonymous_id'], includeAnonymousUsers: true })).toEqual(['anonymous_id'])
})
