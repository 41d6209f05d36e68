import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import { markChanged } from './due.ts'
import { isLiving } from './gather.ts'
import type { Evaluation } from './membership.ts'
import type { Sql } from './operator.ts'

/** Writes whose value is another, to `computed_change`: `values` (of `candidates`, or of everybody) against what is stored. Answers how many. */
export const writeValues = async (
  tx: Db,
  { spaceId, id }: Evaluation,
  values: Sql<{ profile_id: string; value: unknown }>,
  candidates: Sql | undefined,
  sources?: Sql,
): Promise<number> => {
  const among = candidates ? sql`and c.profile_id in (${candidates})` : sql``
  const row = await runOne(
    tx,
    query(
      'computed_change.write*',
      sql<{ count: number }>`with ${sources ?? sql``} change as (
          insert into computed_change (space_id, computed_trait_id, profile_id, value)
          select ${spaceId}, ${id}, d.profile_id, d.value
          from (
            select coalesce(n.profile_id, o.profile_id) as profile_id, n.value
            from (${values}) as n
              full join (select c.profile_id, c.value from computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = ${id} ${among}) as o
                on o.profile_id = n.profile_id
            where n.value is distinct from o.value${sources ? sql` and (n.value is null or ${isLiving(sql`n.profile_id`)})` : sql``}
            order by 1) as d
          returning profile_id)
        select count(*) as count from change`,
    ),
  )
  return must(row, 'one row').count
}

const ofTrait = ({ spaceId, id }: Evaluation): Sql<boolean> => sql`c.space_id = ${spaceId} and c.computed_trait_id = ${id}`

/** The values follow from the changes that were just written. */
export const applyValues = async (tx: Db, evaluation: Evaluation): Promise<void> => {
  const { spaceId, id, at } = evaluation
  await run(
    tx,
    query(
      'computed_value.set',
      sql`insert into computed_value (space_id, computed_trait_id, profile_id, value, changed_at)
        select c.space_id, c.computed_trait_id, c.profile_id, c.value, ${at}::timestamptz from computed_change c
        where ${ofTrait(evaluation)} and c.value is not null order by c.profile_id
        on conflict (space_id, computed_trait_id, profile_id) do update set value = excluded.value, changed_at = excluded.changed_at`,
    ),
  )
  await run(
    tx,
    query(
      'computed_value.clear',
      sql`delete from computed_value where space_id = ${spaceId} and computed_trait_id = ${id} and profile_id in (
        select c.profile_id from computed_change c where ${ofTrait(evaluation)} and c.value is null)`,
    ),
  )
}

/**
 * Tells the values that were just written, in the same transaction: topic `computed`, of people, and only of a trait of which somebody wants to
 * hear. As `tellChanges` does for an audience.
 */
export const tellValues = async (tx: Db, evaluation: Evaluation): Promise<void> => {
  const { spaceId, id, number, at } = evaluation
  await run(
    tx,
    query(
      'computed_change.tell',
      sql`insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
        select c.space_id, c.profile_id, md5(${`${id} ${number} `}::text || c.profile_id)::uuid, 'computed',
          jsonb_build_object('computed_trait_id', ${id}::text), ${at}::timestamptz, ${at}::timestamptz
        from computed_change c where ${ofTrait(evaluation)}
          and exists (select from computed_interest i where i.space_id = ${spaceId} and i.computed_trait_id = ${id})
        order by c.profile_id on conflict do nothing`,
    ),
  )
}

/** Whoever's value changed is due for the computations that refer to this trait. */
export const passValuesOn = (tx: Db, evaluation: Evaluation, dependents: readonly string[], batch: string): Promise<void> =>
  markChanged(tx, evaluation.spaceId, dependents, batch, {
    name: 'computed_change.pass_on',
    changed: sql`computed_change c
          where ${ofTrait(evaluation)}`,
  })

export const clearChanges = async (tx: Db, evaluation: Evaluation): Promise<void> => {
  await run(
    tx,
    query(
      'computed_change.clear',
      sql`delete from computed_change where space_id = ${evaluation.spaceId} and computed_trait_id = ${evaluation.id}`,
    ),
  )
}
