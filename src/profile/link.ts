import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** In place of a trait key in `profile_change`: the person belongs to one more account. */
export const LINKED = '*accounts'

export type Link = { readonly profileId: string; readonly accountId: string }

/** Links people with accounts; a link that is there stays as it is (spec/audiences §5.5). Answers the people who were linked. */
export const addLinks = async (tx: Db, spaceId: string, links: readonly Link[], at: Date): Promise<readonly string[]> => {
  if (links.length === 0) return []
  const rows = links.toSorted((a, b) => (a.profileId + a.accountId < b.profileId + b.accountId ? -1 : 1))
  const added = await run(
    tx,
    query(
      'profile_link.add',
      sql<{ profile_id: string }>`insert into profile_link (space_id, profile_id, account_id, created_at)
        select distinct ${spaceId}, r.profile_id, r.account_id, ${at}::timestamptz
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.accountId)}::uuid[]) as r (profile_id, account_id)
        order by r.profile_id, r.account_id on conflict do nothing returning profile_id`,
    ),
  )
  return added.map((row) => row.profile_id)
}
