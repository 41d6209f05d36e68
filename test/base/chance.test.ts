import { expect, it } from 'vitest'
import { drawChance } from '../../src/base/chance.ts'

it('gives out each byte once, in the number that was asked for', () => {
  const random = drawChance()
  const drawn = Array.from({ length: 5_000 }, (_, i) => random(8 + (i % 9)))
  expect(drawn.map((bytes) => bytes.length)).toEqual(drawn.map((_, i) => 8 + (i % 9)))
  expect(new Set(drawn.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(5_000)
  drawn[0]?.fill(0)
  expect(drawn[1]?.some((byte) => byte !== 0)).toBe(true)
  expect(random(10_000)).toHaveLength(10_000)
})
