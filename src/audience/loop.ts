import { type Loop, loop } from '../base/loop.ts'
import { type EvaluationContext, tick, tickFully } from './activities.ts'

// A look at few who changed costs nearly what a look at a hundred does.
const RESTS_MS = 100

/**
 * Evaluation in a worker, woken by `profile_change`: one loop for the incremental tick and one beside it for what is computed in full, so
 * that an audience of minutes never holds up the others. The Temporal schedule `evaluate` does the same work, for the time when no
 * notification comes.
 */
export const evaluationLoop = (context: EvaluationContext, failed: (what: string) => (error: unknown) => void): Loop => {
  const fast = loop(1_000, async () => (await tick(context)).more, failed('the evaluation'), RESTS_MS)
  const whole = async (): Promise<boolean> => {
    await tickFully(context)
    return false
  }
  const both = [fast, loop(1_000, whole, failed('the full evaluation'), RESTS_MS)]
  return {
    wake: () => {
      for (const each of both) each.wake()
    },
    stop: async () => {
      await Promise.all(both.map((each) => each.stop()))
    },
  }
}
