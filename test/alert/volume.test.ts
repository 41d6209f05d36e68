import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Alert, type Finding, nextAlerts } from '../../src/alert/incident.ts'
import { isBack, judgeVolume } from '../../src/alert/volume.ts'

it('PRO-32 half of what four equal weeks had is a drop from 64 calls on, twice as much a surge, in between usual', () => {
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 1_000_000 }), (usual) => {
      const weeks = [usual, usual, usual, usual]
      expect(judgeVolume(Math.floor(usual / 2), weeks).verdict).toBe('drop')
      expect(judgeVolume(0, weeks).verdict).toBe('drop')
      expect(judgeVolume(usual * 2, weeks).verdict).toBe('surge')
      for (const part of [0.6, 0.8, 1, 1.3, 1.9]) expect(judgeVolume(Math.round(usual * part), weeks).verdict).toBe('usual')
    }),
  )
})

it('PRO-32 what is few, new, or swings by itself is no alert', () => {
  expect(judgeVolume(0, []).verdict).toBe('unknown')
  expect(judgeVolume(500, [0, 0, 0, 0]).verdict).toBe('unknown')
  expect(judgeVolume(0, [10, 12, 9, 11]).verdict).toBe('unknown')
  expect(judgeVolume(20, [40, 40, 40, 40]).verdict).toBe('usual')
  expect(judgeVolume(100, [100, 300, 100, 300]).verdict).toBe('usual')
  // An event of last week is compared with last week alone.
  expect(judgeVolume(200, [0, 0, 0, 200])).toEqual({ count: 200, expected: 200, verdict: 'usual' })
  expect(judgeVolume(100, [0, 0, 0, 200]).verdict).toBe('drop')
  expect(isBack(judgeVolume(140, [200, 200]), 'volume_drop')).toBe(false)
  expect(isBack(judgeVolume(160, [200, 200]), 'volume_drop')).toBe(true)
  expect(isBack(judgeVolume(0, [5, 5]), 'volume_drop')).toBe(false)
})

const finding = fc.record({
  sourceId: fc.constantFrom('s1', 's2'),
  kind: fc.constantFrom('volume_drop', 'violations'),
  type: fc.constant('track'),
  name: fc.constantFrom('A', 'B', 'C'),
  count: fc.nat(9),
  lastAt: fc.constant('2026-01-01T00:00:00.000Z'),
}) as fc.Arbitrary<Finding>
const keyOf = (sourceId: string, kind: string, name: string) => `${sourceId} ${kind} ${name}`

it('PRO-32 whatever goes wrong and right again, an event is never in two open incidents, and looking twice raises nothing', () => {
  const look = fc.record({
    minutes: fc.integer({ min: 1, max: 200 }),
    found: fc.uniqueArray(finding, { selector: ({ sourceId, kind, name }) => keyOf(sourceId, kind, name), maxLength: 6 }),
    over: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(look, { maxLength: 12 }), (looks) => {
      let all: readonly Alert[] = []
      let at = new Date('2026-01-01T00:00:00Z')
      for (const { minutes, found, over } of looks) {
        at = new Date(at.getTime() + minutes * 60_000)
        const open = all.filter(({ closed_at }) => closed_at === null)
        const wrongBefore = new Set(
          open.flatMap(({ source_id, kind, subjects }) =>
            subjects.filter((s) => !s.closedAt).map((s) => keyOf(source_id, kind, s.name)),
          ),
        )
        const { raised, changed } = nextAlerts('spa', open, found, () => over, at)
        const byId = new Map([...all, ...raised, ...changed].map((alert) => [alert.id, alert]))
        all = [...byId.values()]
        const stillOpen = all.filter(({ closed_at }) => closed_at === null)
        const keys = stillOpen.flatMap(({ source_id, kind, subjects }) =>
          subjects.filter((s) => !s.closedAt).map((s) => keyOf(source_id, kind, s.name)),
        )
        expect(new Set(keys).size).toBe(keys.length)
        const wrong = new Set(found.map(({ sourceId, kind, name }) => keyOf(sourceId, kind, name)))
        expect(new Set(keys)).toEqual(over ? wrong : new Set([...wrong, ...wrongBefore]))
        for (const { source_id, kind, subjects } of raised)
          for (const { name } of subjects) expect(wrongBefore.has(keyOf(source_id, kind, name))).toBe(false)
        const again = nextAlerts('spa', stillOpen, found, () => over, at)
        expect([again.raised, again.changed]).toEqual([[], []])
      }
    }),
  )
})
