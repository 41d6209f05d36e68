import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { type Query, query, run } from '../db/query.ts'
import { forgetDeliveries } from '../destination/forget.ts'
import { NO_SPACE } from '../ingest/drop.ts'
import { forgetCalls, forgetWatches } from '../ingest/source-call.ts'
import { forgetExpired } from '../space/oauth-token.ts'

/** As long is kept what was not taken, what broke its plan, and which identifiers were refused. */
export const KEPT_DAYS = 30
const DAY_MS = 86_400_000
/** As long is kept what was unusual and is over. */
const ALERTS_DAYS = 90
/** Volumes are compared with those of four weeks ago. */
const COMPARED_DAYS = 30
const AT_ONCE = 10_000

const spaces = (): Query<{ id: string }> => query('space.ids', sql<{ id: string }>`select id from space order by id`)

const drops = (spaceId: string, before: Date) =>
  query('source_drop.forget', sql`delete from source_drop where space_id = ${spaceId} and hour < ${before}::timestamptz`)

const violations = (spaceId: string, before: Date) =>
  query('violation_hour.forget', sql`delete from violation_hour where space_id = ${spaceId} and hour < ${before}::timestamptz`)

const counts = (spaceId: string, before: Date) =>
  query('source_count.forget', sql`delete from source_count where space_id = ${spaceId} and slot < ${before}::timestamptz`)

// There may be one for each of many people, and a call may just repeat an old one: what somebody holds is passed by until the next day.
const refusals = (spaceId: string, before: Date) =>
  query(
    'identity_refusal.forget',
    sql<{ profile_id: string }>`with old as materialized (
        select profile_id, code, type, value from identity_refusal where space_id = ${spaceId} and last_at < ${before}::timestamptz
        order by profile_id, code, type, value limit ${AT_ONCE} for update skip locked)
      delete from identity_refusal where space_id = ${spaceId} and last_at < ${before}::timestamptz
        and (profile_id, code, type, value) in (select profile_id, code, type, value from old)
      returning profile_id`,
  )

const hours = (spaceId: string, before: Date) =>
  query('event_hour.forget', sql`delete from event_hour where space_id = ${spaceId} and hour < ${before}::timestamptz`)

const alerts = (spaceId: string, before: Date) =>
  query('alert.forget', sql`delete from alert where space_id = ${spaceId} and closed_at < ${before}::timestamptz`)

const forgetIn = async (db: Db, spaceId: string, before: Date): Promise<void> => {
  await run(db, drops(spaceId, before))
  await run(db, violations(spaceId, before))
  await run(db, counts(spaceId, before))
  while ((await run(db, refusals(spaceId, before))).length === AT_ONCE);
}

/**
 * Forgets what says only how things went, and went so more than 30 days ago: calls and identifiers that were not taken, violations of plans;
 * and who looked at a source more than a day ago; what destinations got after 28. What came with no space's key, too.
 */
export const forgetOld = async (db: Db, now: Date): Promise<void> => {
  const before = new Date(now.getTime() - KEPT_DAYS * DAY_MS)
  await run(db, drops(NO_SPACE, before))
  await forgetExpired(db, now)
  for (const { id } of await run(db, spaces())) {
    await forgetIn(db, id, before)
    await run(db, alerts(id, new Date(now.getTime() - ALERTS_DAYS * DAY_MS)))
    await run(db, hours(id, new Date(now.getTime() - COMPARED_DAYS * DAY_MS)))
    await forgetWatches(db, id, new Date(now.getTime() - DAY_MS))
    await forgetCalls(db, id, before)
    await forgetDeliveries(db, id, now)
  }
}

/** The activity of `workflows/forget.ts`. */
export const forgettingActivities = ({ db, now }: { readonly db: Db; readonly now: () => Date }) => ({
  forgetOld: () => forgetOld(db, now()),
})
export type ForgettingActivities = ReturnType<typeof forgettingActivities>
