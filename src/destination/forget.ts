import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** As long is kept what was delivered, or not, and each attempt (spec/connections §3.4). */
export const KEPT_DAYS = 28
const DAY_MS = 86_400_000
const AT_ONCE = 10_000

const deliveries = (spaceId: string, before: Date) =>
  query(
    'event_delivery.forget',
    sql<{ id: string }>`delete from event_delivery where space_id = ${spaceId} and (profile_id, id) in (
        select profile_id, id from event_delivery where space_id = ${spaceId} and received_at < ${before}::timestamptz limit ${AT_ONCE})
      returning id`,
  )

const attempts = (spaceId: string, before: Date) =>
  query(
    'delivery_attempt.forget',
    sql<{ id: string }>`delete from delivery_attempt
      where space_id = ${spaceId} and (profile_id, delivery_id, attempt, mapping_id) in (
        select profile_id, delivery_id, attempt, mapping_id from delivery_attempt
        where space_id = ${spaceId} and at < ${before}::timestamptz limit ${AT_ONCE})
      returning delivery_id as id`,
  )

/** Forgets what destinations got, or not, more than 28 days ago. */
export const forgetDeliveries = async (db: Db, spaceId: string, now: Date): Promise<void> => {
  const before = new Date(now.getTime() - KEPT_DAYS * DAY_MS)
  while ((await run(db, deliveries(spaceId, before))).length === AT_ONCE);
  while ((await run(db, attempts(spaceId, before))).length === AT_ONCE);
}
