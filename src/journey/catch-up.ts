import { sql } from 'kysely'
import type { Leg } from '../../workflows/walk.ts'
import { type Duration, minus } from '../base/duration.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { EventRow } from '../db/rows/event.ts'
import { type Happening, inRounds, markOf } from './happening.ts'
import type { Plan } from './plan.ts'
import { releaseRuns } from './release.ts'

/** Events whose sender's clock is further behind their arrival than this are not looked for: it bounds the months that are read. */
const FURTHEST_BEHIND: Duration = '1 day'

type Missed = Pick<EventRow, 'profile_id' | 'name' | 'message_id' | 'timestamp' | 'received_at' | 'properties' | 'context'>

const happeningOf = (row: Missed): Happening => ({
  profileId: row.profile_id,
  event: row.name,
  messageId: row.message_id,
  at: row.received_at,
  mark: markOf(row.received_at, row.timestamp.toISOString(), row.message_id),
  properties: row.properties,
  context: row.context,
})

const missed = (db: Db, spaceId: string, cohorts: readonly string[], names: readonly string[], now: Date) =>
  run(
    db,
    query(
      'event.missed',
      sql<Missed>`select e.profile_id, e.name, e.message_id, e.timestamp, e.received_at, e.properties, e.context
        from journey_run r join event e on e.profile_id = r.profile_id
        where r.space_id = ${spaceId} and r.cohort_id in (select unnest(${cohorts}::uuid[])) and r.status = 'held'
          and e.space_id = ${spaceId} and e.name in (select unnest(${names}::text[])) and e.timestamp > ${minus(now, FURTHEST_BEHIND)}::timestamptz
          and e.received_at >= r.arrived_at`,
    ),
  )

/**
 * Releases runs that came to a hold by what happened while the transaction that brought them was not committed: whoever told it then did
 * not see them there. The marks keep an event that was heard from being heard again.
 */
export const catchUp = async (db: Db, plan: Plan, legs: readonly Leg[], now: Date): Promise<void> => {
  const holds = legs.flatMap(({ cohort, step }) => {
    const hold = plan.definition.steps[step]
    return hold?.type === 'hold' ? [{ cohort, names: hold.branches.map((branch) => branch.event) }] : []
  })
  if (holds.length === 0) return
  const cohorts = holds.map(({ cohort }) => cohort)
  const names = [...new Set(holds.flatMap((each) => each.names))].toSorted()
  const rows = await missed(db, plan.spaceId, cohorts, names, now)
  for (const round of inRounds(rows.map(happeningOf))) await releaseRuns(db, [plan], round, now)
}
