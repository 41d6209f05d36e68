import type { Leg } from '../../workflows/walk.ts'
import type { Db } from '../db/database.ts'
import { advance } from './advance.ts'
import { standingLegs } from './cohort.ts'
import { recordFailure } from './failure.ts'

export type CohortContext = {
  readonly db: Db
  readonly now: () => Date
  /** Wakes the delivery: an advance may have added messages. */
  readonly notify: (topic: 'message') => void
}

/** What the workflow of a cohort calls. Local activities: each is one transaction, and history keeps only what it answered. */
export const cohortActivities = ({ db, now, notify }: CohortContext) => ({
  /** Where the cohorts stand that this workflow carries. */
  standing: (spaceId: string, carrier: string): Promise<readonly Leg[]> => standingLegs(db, spaceId, carrier),
  /** Does the step of one cohort; `step` is for whoever reads the history, the row knows it too. */
  advance: async (spaceId: string, cohort: string, _step: string): Promise<readonly Leg[]> => {
    try {
      const legs = await advance(db, spaceId, cohort, now())
      notify('message')
      return legs
    } catch (error) {
      // What cannot be written down either is in the log; the step's own error is what counts.
      await recordFailure(db, spaceId, cohort, error, now()).catch(() => {})
      throw error
    }
  },
})

export type CohortActivities = ReturnType<typeof cohortActivities>
