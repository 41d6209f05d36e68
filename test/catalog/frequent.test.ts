import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { addFrequent, countValue, eachPath, type Frequent, KEPT, topFive, valueText } from '../../src/catalog/frequent.ts'

const counted = (values: readonly Json[]): Frequent => {
  let counts: Frequent = new Map()
  for (const value of values) counts = countValue(counts, value)
  return counts
}

it('SRC-06 however values are divided among processes and flushes, no count is too high, and none too low by more than 1/33 of all', () => {
  // Few that are frequent among many that are not, in parts of any size.
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 9 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 9_999 }) },
  )
  fc.assert(
    fc.property(fc.array(fc.array(value, { maxLength: 400 }), { maxLength: 6 }), (parts) => {
      const all = parts.flat()
      const kept = parts.map(counted).reduce(addFrequent, new Map())
      expect(kept.size).toBeLessThanOrEqual(KEPT)
      const exact = Map.groupBy(all, (one) => one)
      for (const [one, { length }] of exact) {
        const said = kept.get(JSON.stringify(one)) ?? 0
        expect(said).toBeLessThanOrEqual(length)
        expect(said).toBeGreaterThanOrEqual(length - all.length / (KEPT + 1))
      }
    }),
    { numRuns: 100 },
  )
})

it('SRC-06 the five most frequent values come with their counts, most frequent first', () => {
  const counts = counted(['a', 'b', 'b', true, 5, 5, 5, 'c', 'd', 'd', 'd', 'd'])
  expect(topFive(Object.fromEntries(counts))).toEqual([
    { value: 'd', count: 4 },
    { value: 5, count: 3 },
    { value: 'b', count: 2 },
    { value: 'a', count: 1 },
    { value: 'c', count: 1 },
  ])
})

it.each<[Json, string | undefined]>([
  ['ada@example.com', undefined],
  ['+43 660 12345', undefined],
  ['x'.repeat(101), undefined],
  [null, undefined],
  [[1], undefined],
  ['pro', '"pro"'],
  [1.5, '1.5'],
  ['a\u0000\ud800', '"a\ufffd"'],
])('SRC-06 of addresses and numbers of people, long texts and lists no value is kept: %j', (value, text) => {
  expect(valueText(value)).toBe(text)
})

it('SRC-06 paths go four deep, into arrays by $, with dots in keys escaped', () => {
  const paths: string[] = []
  eachPath({ a: { 'b.c': [{ d: 1 }] }, e: { f: { g: { h: { i: 1 } } } }, '': 1 }, (path, type) => paths.push(`${path} ${type}`))
  expect(paths).toEqual([
    'a object',
    'a.b\\.c array',
    'a.b\\.c.$ object',
    'a.b\\.c.$.d number',
    'e object',
    'e.f object',
    'e.f.g object',
    'e.f.g.h object',
  ])
})
