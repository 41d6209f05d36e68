import { proxyActivities } from '@temporalio/workflow'
import type { EvaluationActivities } from '../src/audience/activities.ts'

const { evaluateDue, markAllComputations } = proxyActivities<EvaluationActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 5 },
})
const { evaluateFullyDue } = proxyActivities<EvaluationActivities>({
  startToCloseTimeout: '2 hours',
  retry: { maximumAttempts: 5 },
})

/** One tick: who changed, whom time moved, and what waits to be computed in full. */
export const evaluate = async (): Promise<void> => {
  while ((await evaluateDue()).more);
  await evaluateFullyDue()
}

/** Computes everything in full: the daily proof that nothing drifted. */
export const evaluateFully = async (): Promise<void> => {
  await markAllComputations()
  await evaluateFullyDue()
}
