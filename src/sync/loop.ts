import { type Loop, loop } from '../base/loop.ts'
import { drainLists, type ListContext } from './list.ts'
import { type PassContext, passNext } from './pass.ts'

const EVERY_MS = 1_000
/** Between two parts: what happens live comes between. */
const RESTS_MS = 50

/** Connections that are new or behind, in a worker: one part of each, then a rest. */
export const syncLoop = (context: PassContext, failed: (error: unknown) => void): Loop =>
  loop(EVERY_MS, () => passNext(context), failed, RESTS_MS)

/** Lists at destinations, in a worker: a batch of each that has something to send, then a rest. */
export const listLoop = (context: ListContext, failed: (error: unknown) => void): Loop =>
  loop(EVERY_MS, () => drainLists(context), failed, RESTS_MS)
