import type { Reactions } from './db/relay.ts'
import type { WorkerContext } from './worker.ts'

/**
 * The wiring on one page: what happened → who reacts. Topics: `entered` and `exited` (a membership change), `event` (an event that a live
 * journey waits for). Every reaction gets all rows claimed together, may run twice for a row, and is harmless the second time.
 */
export const reactionsOf = (_context: WorkerContext): Reactions => ({
  entered: [],
  exited: [],
  event: [],
})
