import { type Loop, loop } from '../base/loop.ts'
import { drainLists, type ListContext } from './list.ts'
import { type PassContext, passNext } from './pass.ts'
import { drainRemovals } from './take-off.ts'

const EVERY_MS = 1_000
/** Between two parts: what happens live comes between. */
const RESTS_MS = 50

/** Connections that are new or behind, in a worker: one part of each, then a rest. */
export const syncLoop = (context: PassContext, failed: (error: unknown) => void): Loop =>
  loop(EVERY_MS, () => passNext(context), failed, RESTS_MS)

// Apart from each other: who is erased is taken off though a list cannot be filled.
const drain = async (context: ListContext): Promise<boolean> => {
  const more = await Promise.allSettled([drainLists(context), drainRemovals(context)])
  const failure = more.find((each) => each.status === 'rejected')
  if (failure) throw failure.reason
  return more.some((each) => each.status === 'fulfilled' && each.value)
}

/** Lists at destinations, in a worker: a batch of each that has something to send, and who is to be taken off anywhere, then a rest. */
export const listLoop = (context: ListContext, failed: (error: unknown) => void): Loop =>
  loop(EVERY_MS, () => drain(context), failed, RESTS_MS)
