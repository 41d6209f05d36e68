import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { admitByEvent } from './admit-event.ts'
import { exitRuns } from './exit.ts'
import { roundsOf } from './happening.ts'
import { currentPlans } from './plan.ts'
import { releaseRuns } from './release.ts'

/**
 * Reaction to `event`. Each person's events are heard one after the other; of each, what it ends goes first, then what it releases, then
 * whom it lets in: so a run never hears the event that let it in, and an event that a run has heard lets nobody in beside it.
 */
export const hearEvents = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  const plans = await currentPlans(db, spaceId)
  if (plans.length === 0) return
  for (const round of roundsOf(items)) {
    await exitRuns(db, plans, round, now)
    await releaseRuns(db, plans, round, now)
    await admitByEvent(db, plans, round, now)
  }
}
