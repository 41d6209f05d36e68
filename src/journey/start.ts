import type { Client } from '@temporalio/client'
import type { cohort } from '../../workflows/journey.ts'
import { crashPoint } from '../base/crash-point.ts'
import type { OutboxItem } from '../db/outbox.ts'

const AT_ONCE = 50

/**
 * Reaction to `cohort`: starts the workflow `cohort:<id>` of each new cohort. One that runs already is a quiet success; one that has ended
 * finds nobody standing and ends again. While Temporal is away the outbox keeps the cohort and tells it again.
 */
export const startCohorts = async (
  temporal: Client,
  taskQueue: string,
  spaceId: string,
  items: readonly OutboxItem[],
): Promise<void> => {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await Promise.all(
      items.slice(from, from + AT_ONCE).map(({ id }) =>
        temporal.workflow.start<typeof cohort>('cohort', {
          workflowId: `cohort:${id}`,
          taskQueue,
          args: [spaceId, id],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      ),
    )
    crashPoint('journey.started')
  }
}
