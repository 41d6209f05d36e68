import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { TrackingPlanChangeRow } from '../db/rows/tracking-plan.ts'

/** Who does it, and when. */
export type Act = { readonly spaceId: string; readonly by: string; readonly now: Date }
export type Change = {
  readonly action: 'created' | 'changed' | 'deleted' | 'connected' | 'disconnected' | 'synced' | 'unsynced'
  readonly subject: string
}

/** Writes down who changed what of a plan; part of the transaction that changes it. */
export const noteChanges = async (
  tx: Db,
  { spaceId, by, now }: Act,
  planId: string,
  changes: readonly Change[],
): Promise<void> => {
  if (changes.length === 0) return
  const at = now.toISOString()
  const rows = changes
    .map(({ action, subject }, index) => ({
      id: `${at} ${idFrom(planId, by, at, action, subject, String(index))}`,
      action,
      subject,
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  await run(
    tx,
    query(
      'tracking_plan_change.add',
      sql`insert into tracking_plan_change (space_id, plan_id, id, changed_at, changed_by, action, subject)
        select ${spaceId}, ${planId}, r.id, ${now}::timestamptz, ${by}, r.action, r.subject
        from unnest(${rows.map((r) => r.id)}::text[], ${rows.map((r) => r.action)}::text[], ${rows.map((r) => r.subject)}::text[]) as r (id, action, subject)
        on conflict do nothing`,
    ),
  )
}

/** The last changes of a plan, newest first. */
export const changesOf = (db: Db, spaceId: string, planId: string, most = 200): Promise<readonly TrackingPlanChangeRow[]> =>
  run(
    db,
    query(
      'tracking_plan_change.list',
      sql<TrackingPlanChangeRow>`select * from tracking_plan_change where space_id = ${spaceId} and plan_id = ${planId} order by id desc limit ${most}`,
    ),
  )
