import { expect, it } from 'vitest'
import { type Leg, type World, walk } from '../../workflows/walk.ts'

type Plan = Readonly<Record<string, readonly Leg[]>>

/** A world in memory: what each cohort's advance answers, and a clock that jumps to whatever is waited for. */
const worldOf = (plan: Plan) => {
  const log: string[] = []
  const waiting: { readonly due: string; readonly wake: () => void }[] = []
  const world: World = {
    advance: async (cohort, step) => {
      log.push(`${cohort} ${step}`)
      return plan[cohort] ?? []
    },
    until: (due) => new Promise((wake) => waiting.push({ due, wake })),
  }
  /** Fires the earliest timer. */
  const fire = async (): Promise<void> => {
    const [first] = waiting.sort((a, b) => (a.due < b.due ? -1 : 1)).splice(0, 1)
    first?.wake()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { world, log, waiting, fire }
}

it('takes a cohort from step to step until nobody is left', async () => {
  const { world, log } = worldOf({ a: [{ cohort: 'b', step: 'two' }], b: [{ cohort: 'c', step: 'three' }] })
  await walk(world, { cohort: 'a', step: 'one' })
  expect(log).toEqual(['a one', 'b two', 'c three'])
})

it('walks branches side by side: one that waits does not hold up the other', async () => {
  const { world, log, fire, waiting } = worldOf({
    a: [
      { cohort: 'late', step: 'x', due: '2026-03-01T12:00:00.000Z' },
      { cohort: 'early', step: 'x', due: '2026-03-01T11:00:00.000Z' },
      { cohort: 'now', step: 'y' },
    ],
  })
  const walked = walk(world, { cohort: 'a', step: 'split' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(log).toEqual(['a split', 'now y'])
  await fire()
  await fire()
  expect([log.slice(2), waiting]).toEqual([['early x', 'late x'], []])
  await walked
})

it('waits first where the leg is already under way', async () => {
  const { world, log, fire } = worldOf({})
  const walked = walk(world, { cohort: 'a', step: 'hold', due: '2026-03-01T12:00:00.000Z' })
  expect(log).toEqual([])
  await fire()
  await walked
  expect(log).toEqual(['a hold'])
})
