import { type Loop, loop } from '../base/loop.ts'
import { createDeliveries, type DrainContext } from './drain.ts'

const EVERY_MS = 1_000
/** Between two looks: what comes in a stream is then found in few of them. */
const RESTS_MS = 50

/** The loop that sees to it that calls get to their destinations: woken by those who store calls, and each second by itself. */
export const deliveriesLoop = (context: Omit<DrainContext, 'failed'>, failed: (error: unknown) => void): Loop => {
  const deliveries = createDeliveries({ ...context, failed })
  const running = loop(EVERY_MS, () => deliveries.wake().then(() => false), failed, RESTS_MS)
  return {
    wake: running.wake,
    stop: async () => {
      await deliveries.stop()
      await running.stop()
    },
  }
}
