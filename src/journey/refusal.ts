import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { RefusalReason } from '../db/rows/journey.ts'
import type { Plan } from './plan.ts'

/** Somebody who would have entered and may not; `key` is what would have been the entry, so that telling it twice is one row. */
export type Refusal = {
  readonly profileId: string
  readonly key: string
  readonly reason: RefusalReason
  readonly evidence: JsonObject
}

/** Writes down who was refused and why: shown with the journey, so that nobody is missing without a trace. */
export const recordRefusals = async (tx: Db, plan: Plan, refusals: readonly Refusal[], now: Date): Promise<void> => {
  if (refusals.length === 0) return
  const { spaceId, journeyId } = plan
  const rows = refusals
    .map((each) => ({ ...each, id: idFrom(spaceId, journeyId, each.profileId, each.key, each.reason) }))
    .toSorted((a, b) => (a.profileId + a.id < b.profileId + b.id ? -1 : 1))
  await run(
    tx,
    query(
      'journey_refusal.add',
      sql`insert into journey_refusal (space_id, profile_id, id, journey_id, reason, evidence, happened_at)
        select ${spaceId}, r.profile_id, r.id, ${journeyId}, r.reason, r.evidence::jsonb, ${now}::timestamptz
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.reason)}::text[],
          ${rows.map((r) => JSON.stringify(r.evidence))}::text[]) as r (profile_id, id, reason, evidence)
        on conflict do nothing`,
    ),
  )
}
