import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { preparedQuery, run } from '../db/query.ts'

/** What changed about one profile: names of events that came, keys of traits whose value is another. */
export type ProfileChange = {
  readonly profileId: string
  readonly id: string
  readonly eventNames: readonly string[]
  readonly traitKeys: readonly string[]
}

// An array of arrays must be rectangular in SQL, so each list travels as the text of an array.
const list = (names: readonly string[]): string =>
  names.length === 0
    ? '{}'
    : `{${names.map((name) => `"${/[\\"]/.test(name) ? name.replaceAll(/[\\"]/g, '\\$&') : name}"`).join(',')}}`

/** Says to the audience room who needs a second look. One row a profile and batch. */
export const addChanges = async (tx: Db, spaceId: string, changes: readonly ProfileChange[], at: Date): Promise<void> => {
  if (changes.length === 0) return
  const rows = changes.toSorted((a, b) => (a.profileId < b.profileId ? -1 : 1))
  await run(
    tx,
    preparedQuery(
      'profile_change.add',
      sql`insert into profile_change (space_id, profile_id, id, event_names, trait_keys, changed_at)
        select ${spaceId}, r.profile_id, r.id, r.event_names::text[], r.trait_keys::text[], ${at}::timestamptz
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.id)}::uuid[],
          ${rows.map((r) => list(r.eventNames))}::text[], ${rows.map((r) => list(r.traitKeys))}::text[])
          as r (profile_id, id, event_names, trait_keys)`,
    ),
  )
}
