import { describe, expect, it } from 'vitest'
import { brief, healthOf, here, instant, percent } from '../../src/web/parts/words.ts'

const all = (...statuses: readonly string[]) => statuses.map((status) => ({ enabled: status !== 'Disabled', status }))

describe('how several computations are', () => {
  it.each([
    [['Live', 'Live'], 'all of them up to date'],
    [['Live', 'Locked', 'Backfilling'], 'all of them up to date'],
    [['Live', 'Disabled', 'Live'], '1 is switched off, the others are up to date'],
    [['Disabled', 'Disabled', 'Live'], '2 are switched off, the other is up to date'],
    [['Disabled'], '1 is switched off'],
    [['Failed', 'Error', 'Live'], '2 cannot be evaluated, the other is up to date'],
    [['Failed', 'Disabled', 'Preparing'], '1 cannot be evaluated, 1 is switched off, 1 is being evaluated for the first time'],
    [['Awaiting Destinations', 'Live'], '1 waits for a destination, the other is up to date'],
  ] as const)('%j: %s', (statuses, words) => {
    expect(healthOf(all(...statuses), 'evaluated')).toBe(words)
  })
})

it('a percentage is not torn apart at the end of a line', () => {
  expect(percent(2, 5)).toBe('40\u00a0%')
  expect(percent(1, 40)).toBe('2.5\u00a0%')
  expect(percent(1, 0)).toBe('–')
})

it('instants are said as those around them, in the zone of who reads', () => {
  const at = instant('2026-12-01T09:53:56Z')
  expect(here('“Order Completed” of 2026-12-01 09:53:56 becomes older than 7 days')).toBe(
    `“Order Completed” of ${at} becomes older than 7 days`,
  )
  expect(here('“birthday” of 2026-12-01 is reached')).toBe('“birthday” of 2026-12-01 is reached')
  expect(brief('2025-06-03T12:13:06.911Z')).toMatch(/^Jun [2-4], 2025$/)
  expect(brief('2025-06 and on')).toBe('2025-06 and on')
  expect(brief(true)).toBe('true')
})
