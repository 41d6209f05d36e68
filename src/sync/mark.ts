import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** Somebody who is marked, and the revision of the mark. */
export type Mark = { readonly profileId: string; readonly revision: number; readonly again: boolean }

/** Marks people of whom the list of a connection may be wrong; who is marked already is so anew. */
export const mark = async (tx: Db, spaceId: string, id: string, profileIds: readonly string[], again = false): Promise<void> => {
  if (profileIds.length === 0) return
  await run(
    tx,
    query(
      'connection_mark.add',
      sql`insert into connection_mark (space_id, profile_id, connection_id, again)
        select ${spaceId}, r.id, ${id}, ${again} from unnest(${profileIds.toSorted()}::uuid[]) as r (id) order by r.id
        on conflict (space_id, profile_id, connection_id) do update
          set revision = connection_mark.revision + 1, again = connection_mark.again or excluded.again`,
    ),
  )
}

/** The first so many who are marked, in the order of their ids. */
export const marked = (db: Db, spaceId: string, id: string, count: number): Promise<readonly Mark[]> =>
  run(
    db,
    query(
      'connection_mark.next',
      sql<Mark>`select profile_id as "profileId", revision, again from connection_mark
        where space_id = ${spaceId} and connection_id = ${id} order by profile_id limit ${count}`,
    ),
  )

/** Takes marks away; one that was made anew meanwhile stays. */
export const unmark = async (tx: Db, spaceId: string, id: string, marks: readonly Mark[]): Promise<void> => {
  if (marks.length === 0) return
  const rows = marks.toSorted((a, b) => (a.profileId < b.profileId ? -1 : 1))
  await run(
    tx,
    query(
      'connection_mark.done',
      sql`delete from connection_mark where space_id = ${spaceId} and connection_id = ${id} and (profile_id, revision) in (
        select r.id, r.revision from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.revision)}::integer[]) as r (id, revision))`,
    ),
  )
}
