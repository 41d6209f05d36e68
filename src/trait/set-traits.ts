import { type RawBuilder, sql } from 'kysely'
import { type Json, jsonText } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/**
 * Sets one trait of many profiles, each to its own value, or removes it with null, unless a later call already wrote it.
 * Those whose value changes get a `profile_change` row. Answers how many they were. `values` selects `profile_id`, each once, and `value`.
 */
export const setTraitValues = async (
  tx: Db,
  spaceId: string,
  trait: string,
  values: RawBuilder<{ profile_id: string; value: Json }>,
  now: Date,
): Promise<number> => {
  // Locked in the order in which ingestion locks them, so that the two wait for each other and do not deadlock (R13).
  await run(
    tx,
    query(
      'trait.lock*',
      sql`select id from profile where space_id = ${spaceId} and id in (select v.profile_id from (${values}) as v)
        order by id for no key update`,
    ),
  )
  const at = now.getTime()
  // Under the lock both statements that follow find the same profiles.
  const another = sql`p.space_id = ${spaceId} and p.id = next.profile_id and p.merged_into is null
    and coalesce((p.trait_times -> ${trait}::text)::bigint, 0) <= ${at}::bigint
    and coalesce(p.traits -> ${trait}::text, 'null'::jsonb) is distinct from next.value`
  await run(
    tx,
    query(
      'trait.tell*',
      sql`insert into profile_change (space_id, profile_id, id, trait_keys, changed_at)
        select ${spaceId}, p.id, md5(p.id::text || ${trait}::text || ${at}::text)::uuid, array[${trait}::text], ${now}::timestamptz
        from profile p, (${values}) as next where ${another} order by p.id on conflict do nothing`,
    ),
  )
  const changed = await run(
    tx,
    query(
      'trait.set*',
      sql<{ id: string }>`update profile p set
          traits = case when next.value = 'null'::jsonb then p.traits - ${trait}::text
            else p.traits || jsonb_build_object(${trait}::text, next.value) end,
          trait_times = p.trait_times || jsonb_build_object(${trait}::text, ${at}::bigint), updated_at = ${now}::timestamptz
        from (${values}) as next where ${another} returning p.id`,
    ),
  )
  return changed.length
}

/** `setTraitValues` with one value for all; `recipients` selects `profile_id`, each once. */
export const setTraits = (
  tx: Db,
  spaceId: string,
  trait: string,
  value: Json,
  recipients: RawBuilder<{ profile_id: string }>,
  now: Date,
): Promise<number> =>
  setTraitValues(
    tx,
    spaceId,
    trait,
    sql<{ profile_id: string; value: Json }>`select r.profile_id, ${jsonText(value)}::jsonb as value from (${recipients}) as r`,
    now,
  )
