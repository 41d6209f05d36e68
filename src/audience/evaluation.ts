import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { preparedQuery, query, run, runOne } from '../db/query.ts'
import type { Changes, Evaluation } from './membership.ts'

/**
 * How many of the changes that a full evaluation found nothing explains: the audience was up to date, and no change of the profile is on
 * its way. Each is a defect of the incremental evaluation.
 */
export const drifted = async (tx: Db, { spaceId, id, number, at }: Evaluation, { entered, exited }: Changes): Promise<number> => {
  if (entered + exited === 0) return 0
  const row = await runOne(
    tx,
    query(
      'audience_evaluation.drift',
      sql<{ count: number }>`select count(*) as count from membership_change c
        where c.space_id = ${spaceId} and c.audience_id = ${id} and c.changed_at = ${at}::timestamptz and c.evaluation = ${number}::bigint
          and not exists (select from profile_change p where p.space_id = ${spaceId} and p.profile_id = c.profile_id)
          and not exists (select from computation_due d join due_profile q on q.space_id = ${spaceId} and q.batch = d.batch and q.profile_id = c.profile_id
            where d.space_id = ${spaceId} and d.computation_id = ${id})`,
    ),
  )
  return must(row, 'one row').count
}

/** Keeps that an audience was evaluated, and what came of it. Its duration is the database's: below the doors nobody reads a clock. */
export const record = async (
  tx: Db,
  { spaceId, id, number, at }: Evaluation,
  mode: 'full' | 'incremental',
  { entered, exited }: Changes,
  drift: number | null,
): Promise<void> => {
  await run(
    tx,
    preparedQuery(
      'audience_evaluation.record',
      sql`insert into audience_evaluation (space_id, audience_id, id, mode, evaluated_at, duration_ms, entered, exited, drift)
        select ${spaceId}, ${id}, ${idFrom(id, String(number))}::uuid, ${mode}, ${at}::timestamptz, d.ms,
          ${entered}::bigint, ${exited}::bigint, ${drift}::bigint
        from (select (extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::integer as ms) as d
        on conflict do nothing`,
    ),
  )
}

/** Keeps that an evaluation failed, and why. */
export const recordFailure = async (db: Db, { spaceId, id, at }: Omit<Evaluation, 'number'>, reason: string): Promise<void> => {
  await run(
    db,
    query(
      'audience_evaluation.record_failure',
      sql`insert into audience_evaluation (space_id, audience_id, id, mode, evaluated_at, duration_ms, error)
        values (${spaceId}, ${id}, ${idFrom(id, at.toISOString(), reason)}::uuid, 'full', ${at}::timestamptz, 0, ${reason})
        on conflict do nothing`,
    ),
  )
}
