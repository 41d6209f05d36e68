import { proxyActivities } from '@temporalio/workflow'

/** The activities that telling an alert calls. */
export type AlertActivities = {
  readonly tellAlert: (spaceId: string, id: string) => Promise<void>
  readonly giveUpAlert: (spaceId: string, id: string) => Promise<void>
}

const { tellAlert } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '24 hours',
  retry: { initialInterval: '1 second', maximumInterval: '30 minutes' },
})
const { giveUpAlert } = proxyActivities<AlertActivities>({ startToCloseTimeout: '30 seconds' })

/** Tells an alert where its space wants to hear it: again and again for a day, less and less often, until it is taken. */
export const alert = async (spaceId: string, id: string): Promise<void> => {
  await tellAlert(spaceId, id).catch(() => giveUpAlert(spaceId, id))
}
