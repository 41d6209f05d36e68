import fc from 'fast-check'
import { expect, it } from 'vitest'
import { differenceOf, linesBetween, type Stretch } from '../../src/base/difference.ts'

const side = (stretches: readonly Stretch[], change: Stretch['change']): string =>
  stretches
    .filter((each) => each.change === 'same' || each.change === change)
    .map((each) => each.text)
    .join('')

it('AUD-17 what is the same or removed is the first text, what is the same or added the second', () => {
  const words = fc
    .array(fc.constantFrom('a', 'b', ' ', '(', '30', 'days', '…', 'é'), { maxLength: 30 })
    .map((each) => each.join(''))
  fc.assert(
    fc.property(words, words, (first, second) => {
      const stretches = differenceOf(first, second)
      expect(side(stretches, 'removed')).toBe(first)
      expect(side(stretches, 'added')).toBe(second)
      for (const [n, each] of stretches.entries()) expect(each.change).not.toBe(stretches[n + 1]?.change)
    }),
  )
})

it('AUD-17 says the least that changed', () => {
  expect(differenceOf('within(30 days).count() >= 2', 'within(7 days).count() >= 2')).toEqual([
    { change: 'same', text: 'within(' },
    { change: 'removed', text: '30' },
    { change: 'added', text: '7' },
    { change: 'same', text: ' days).count() >= 2' },
  ])
  expect(differenceOf('', '')).toEqual([])
  const long = 'a b '.repeat(3_000)
  expect(differenceOf(long, `${long}c`).map((each) => each.change)).toEqual(['removed', 'added'])
})

it('tells line by line what differs', () => {
  expect(linesBetween('a\nb\nc', 'a\nx\nc')).toEqual([
    { change: 'same', text: 'a' },
    { change: 'removed', text: 'b' },
    { change: 'added', text: 'x' },
    { change: 'same', text: 'c' },
  ])
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(lines, lines, (first, second) => {
      const found = linesBetween(first.join('\n'), second.join('\n'))
      const kept = (change: Stretch['change']) =>
        found.filter((each) => each.change === 'same' || each.change === change).map(({ text }) => text)
      expect(kept('removed')).toEqual(first)
      expect(kept('added')).toEqual(second)
    }),
  )
})
