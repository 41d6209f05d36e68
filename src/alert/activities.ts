import type { Client } from '@temporalio/client'
import type { AlertActivities, alert } from '../../workflows/alert.ts'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { alertOf, markTold } from './alert.ts'
import { tellAlert } from './tell.ts'

/** Reaction to `alert`: starts the workflow that tells it, `alert:<space>:<id>`. One that runs already is a quiet success. */
export const startTelling = async (
  temporal: Client,
  taskQueue: string,
  spaceId: string,
  items: readonly OutboxItem[],
): Promise<void> => {
  for (const { id } of items)
    await temporal.workflow.start<typeof alert>('alert', {
      workflowId: `alert:${spaceId}:${id}`,
      taskQueue,
      args: [spaceId, id],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    })
}

/** The activities of `workflows/alert.ts`. */
export const alertActivities = ({ db, now }: { readonly db: Db; readonly now: () => Date }): AlertActivities => ({
  tellAlert: (spaceId, id) => tellAlert(db, spaceId, id, now()),
  giveUpAlert: async (spaceId, id) => {
    const { told_error } = await alertOf(db, spaceId, id)
    await markTold(db, spaceId, id, 'failed', now(), told_error)
  },
})
