import { proxyActivities } from '@temporalio/workflow'
import type { ForgettingActivities } from '../src/worker/forget.ts'

const { forgetOld } = proxyActivities<ForgettingActivities>({
  startToCloseTimeout: '1 hour',
  retry: { maximumAttempts: 5 },
})

/** The daily forgetting. */
export const forget = async (): Promise<void> => {
  await forgetOld()
}
