import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { endRuns } from './ended.ts'

// No list of ids is longer (R8).
const SOME = 100

/**
 * Reaction to `suppressed`: ends all runs of people of whom nothing is taken any more, wherever they stand (spec/audiences §22.3). Whoever walks
 * their cohort finds them gone; what a run has queued is not sent, for the gate asks whether the address is suppressed.
 */
export const endSuppressed = async (db: Db, spaceId: string, items: readonly OutboxItem[], now: Date): Promise<void> => {
  const ids = [...new Set(items.map((item) => item.profile_id))].toSorted()
  for (let from = 0; from < ids.length; from += SOME) {
    const some = ids.slice(from, from + SOME)
    const which = sql`profile_id in (select p.id from unnest(${some}::uuid[]) as p (id))`
    await endRuns(db, spaceId, { reason: 'suppressed', which, key: some }, now)
  }
}
