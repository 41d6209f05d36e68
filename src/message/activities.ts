import { Context } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import type { DeliveryActivities, delivery as deliveryWorkflow } from '../../workflows/delivery.ts'
import type { Delivery, StartDelivery } from './delivery.ts'

const WORKFLOW = 'delivery'

/** Starts the `delivery` workflow of an account, or wakes it where it runs: in one call, so that no wake falls between the two. */
export const startDeliveryOn =
  (temporal: Client, taskQueue: string): StartDelivery =>
  async (account) => {
    await temporal.workflow.signalWithStart<typeof deliveryWorkflow>(WORKFLOW, {
      workflowId: `delivery:${account.spaceId}:${account.accountId}`,
      taskQueue,
      args: [account],
      signal: 'wake',
      signalArgs: [],
    })
  }

const BEAT_EVERY_MS = 2_000

/** The delivery workflow's activities. A heartbeat says that this worker lives; when it does not, another takes over. */
export const deliveryActivities = (delivery: Delivery): DeliveryActivities => ({
  drainMessages: async (account) => {
    const activity = Context.current()
    const timer = setInterval(() => activity.heartbeat(), BEAT_EVERY_MS)
    try {
      return await delivery.drain(account, { beat: () => {}, signal: activity.cancellationSignal })
    } finally {
      clearInterval(timer)
    }
  },
})
