import { type RawBuilder, sql } from 'kysely'
import { type Json, jsonText } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/**
 * Sets one trait of many profiles, whatever their number in three statements, or removes it with null, unless a later call already wrote it. Those whose value
 * changes get a `profile_change` row. Answers how many they were. `recipients` selects `profile_id`.
 */
export const setTraits = async (
  tx: Db,
  spaceId: string,
  trait: string,
  value: Json,
  recipients: RawBuilder<{ profile_id: string }>,
  now: Date,
): Promise<number> => {
  // Locked in the order in which ingestion locks them, so that the two wait for each other and do not deadlock (R13).
  await run(
    tx,
    query(
      'trait.lock*',
      sql`select id from profile where space_id = ${spaceId} and id in (select r.profile_id from (${recipients}) as r)
        order by id for no key update`,
    ),
  )
  const at = now.getTime()
  const text = jsonText(value)
  // Under the lock both statements that follow find the same profiles.
  const another = sql`space_id = ${spaceId} and id in (select r.profile_id from (${recipients}) as r) and merged_into is null
    and coalesce((trait_times -> ${trait}::text)::bigint, 0) <= ${at}::bigint
    and coalesce(traits -> ${trait}::text, 'null'::jsonb) is distinct from ${text}::jsonb`
  await run(
    tx,
    query(
      'trait.tell*',
      sql`insert into profile_change (space_id, profile_id, id, trait_keys, changed_at)
        select ${spaceId}, id, md5(id::text || ${trait}::text || ${at}::text)::uuid, array[${trait}::text], ${now}::timestamptz
        from profile where ${another} order by id on conflict do nothing`,
    ),
  )
  const changed = await run(
    tx,
    query(
      'trait.set*',
      sql<{ id: string }>`update profile set
          traits = case when ${text}::jsonb = 'null'::jsonb then traits - ${trait}::text
            else traits || jsonb_build_object(${trait}::text, ${text}::jsonb) end,
          trait_times = trait_times || jsonb_build_object(${trait}::text, ${at}::bigint), updated_at = ${now}::timestamptz
        where ${another} returning id`,
    ),
  )
  return changed.length
}
