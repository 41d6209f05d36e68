import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client'
import type { Duration } from '../base/duration.ts'
import { milliseconds } from '../base/duration.ts'

type Wanted = { readonly id: string; readonly workflow: string; readonly every: number; readonly what: string }

const optionsOf = ({ id, workflow, every, what }: Wanted, taskQueue: string): ScheduleOptions => ({
  scheduleId: id,
  spec: { intervals: [{ every }] },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  action: { type: 'startWorkflow', workflowType: workflow, taskQueue, workflowId: id, args: [] },
  state: { note: what },
})

const ensure = async (client: Client, options: ScheduleOptions): Promise<void> => {
  try {
    await client.schedule.create(options)
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    await client.schedule.getHandle(options.scheduleId).update((old) => ({
      ...old,
      spec: options.spec,
      action: options.action as typeof old.action,
      policies: { ...old.policies, ...options.policies },
    }))
  }
}

const DAY_MS = 86_400_000

/** Makes the schedules `evaluate`, `evaluate-fully` and `forget`, or brings them up to date. Safe from several workers at once. */
export const ensureEvaluationSchedules = async (client: Client, taskQueue: string, evaluateEvery: Duration): Promise<void> => {
  const every = milliseconds(evaluateEvery)
  await ensure(client, optionsOf({ id: 'evaluate', workflow: 'evaluate', every, what: 'Evaluates whoever is due' }, taskQueue))
  await ensure(
    client,
    optionsOf(
      { id: 'evaluate-fully', workflow: 'evaluateFully', every: DAY_MS, what: 'Proves daily that nothing drifted' },
      taskQueue,
    ),
  )
  await ensure(
    client,
    optionsOf({ id: 'forget', workflow: 'forget', every: DAY_MS, what: 'Forgets what is older than 30 days' }, taskQueue),
  )
}
