import { condition, continueAsNew, proxyLocalActivities, sleep, workflowInfo } from '@temporalio/workflow'
import type { CohortActivities } from '../src/journey/activities.ts'
import { type World, walk } from './walk.ts'

const { advance, standing } = proxyLocalActivities<CohortActivities>({
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
})

const waitUntil = async (due: string): Promise<void> => {
  const left = Date.parse(due) - Date.now()
  if (left > 0) await sleep(left)
}

/**
 * Carries one cohort, and all that come out of it, to their ends; workflow id `cohort:<id>`. It knows nothing but the id: where its cohorts
 * stand and when they are due is in their rows, so it can be started again at any time, and begins anew when its history has grown long.
 */
export async function cohort(spaceId: string, id: string): Promise<void> {
  let busy = 0
  const world: World = {
    until: waitUntil,
    advance: async (each, step) => {
      busy++
      try {
        return await advance(spaceId, each, step)
      } finally {
        busy--
      }
    },
  }
  const legs = await standing(spaceId, id)
  const walked = Promise.all(legs.map((leg) => walk(world, leg)))
  await Promise.race([walked, condition(() => busy === 0 && workflowInfo().continueAsNewSuggested)])
  if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof cohort>(spaceId, id)
}
