import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { loop } from '../../src/base/loop.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const counting = (restMs: number) => {
  let done = 0
  const one = loop(
    1_000,
    async () => {
      done++
      return false
    },
    () => {},
    restMs,
  )
  return { ...one, done: () => done }
}

it('does at once what comes after a silence, and in one go what comes while it rests', async () => {
  const one = counting(50)
  await vi.advanceTimersByTimeAsync(100)
  expect(one.done()).toBe(1)
  one.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(one.done()).toBe(2)
  for (let i = 0; i < 10; i++) {
    one.wake()
    await vi.advanceTimersByTimeAsync(4)
  }
  expect(one.done()).toBe(2)
  await vi.advanceTimersByTimeAsync(20)
  expect(one.done()).toBe(3)
  await one.stop()
})

it('looks by itself when nobody wakes it, and ends while it rests', async () => {
  const one = counting(50)
  await vi.advanceTimersByTimeAsync(1_060)
  expect(one.done()).toBe(2)
  await one.stop()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(one.done()).toBe(2)
})

it('goes on after what it did has thrown', async () => {
  const failures: unknown[] = []
  const one = loop(
    1_000,
    async () => {
      throw new Error('away')
    },
    (error) => failures.push(error),
  )
  await vi.advanceTimersByTimeAsync(1_001)
  expect(failures).toHaveLength(2)
  await one.stop()
})
