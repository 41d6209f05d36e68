import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Duration, milliseconds } from '../../src/base/duration.ts'
import { draw, sameText, sign } from '../../src/base/hash.ts'
import { idFrom, timeOrderedId } from '../../src/base/ids.ts'
import { at } from '../../src/base/json.ts'
import { keyFrom } from '../../src/base/key.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

it('an id that follows from its parts is a UUID, the same each time, and differs where the parts do', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.array(fc.string(), { minLength: 1 }), (a, b) => {
      expect(idFrom(...a)).toMatch(UUID)
      expect(idFrom(...a) === idFrom(...b)).toBe(a.join('\u0000') === b.join('\u0000'))
    }),
  )
})

it('time-ordered ids sort by time', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
      fc.integer({ min: 1, max: 1e9 }),
      (time, later) => {
        const [a, b] = [
          timeOrderedId(time, new Uint8Array(10).fill(255)),
          timeOrderedId(new Date(time.getTime() + later), new Uint8Array(10)),
        ]
        expect(a).toMatch(UUID)
        expect(a < b).toBe(true)
      },
    ),
  )
})

it('reads durations as people write them, and says how to write one that it cannot read', () => {
  expect(['1 second', '90 minutes', '30 days', '2 weeks'].map(milliseconds)).toEqual([
    1_000, 5_400_000, 2_592_000_000, 1_209_600_000,
  ])
  expect(Duration.safeParse('a month').error?.issues[0]?.message).toContain('"30 days"')
})

it('draws are even and follow from their text', () => {
  const draws = Array.from({ length: 10_000 }, (_, n) => draw(`profile ${n}`))
  const below = draws.filter((d) => d < 0.3).length
  expect(below).toBeGreaterThan(2_800)
  expect(below).toBeLessThan(3_200)
  expect(draw('a')).toBe(draw('a'))
})

it('a signature of another text or secret is another signature', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(sameText(sign('s', a), sign('s', b))).toBe(a === b)
      expect(sameText(sign('s', a), sign('t', a))).toBe(false)
    }),
  )
})

it('makes keys as Segment does', () => {
  expect(['Big Spenders!', '  Été 2026 ', 'a__b'].map(keyFrom)).toEqual(['big_spenders', 'ete_2026', 'a_b'])
  const northern = ['Größte Käufer', 'STRASSE ẞ', 'Køb på Ærø', 'Łódź', 'Œuvre', 'Ðjóðþ', 'İzmir ılık']
  expect(northern.map(keyFrom)).toEqual(['grosste_kaufer', 'strasse_ss', 'kob_pa_aero', 'lodz', 'oeuvre', 'djodth', 'izmir_ilik'])
})

it('walks paths without leaving own properties', () => {
  expect(at({ a: { b: 1 } }, ['a', 'b'])).toBe(1)
  expect(at({ a: 1 }, ['constructor', 'name'])).toBeUndefined()
})
