import { type RawBuilder, sql } from 'kysely'
import type { Json } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, runOne, transact } from '../db/query.ts'
import { setTraitValues } from '../trait/set-traits.ts'
import type { Sql } from './operator.ts'
import type { Kind } from './store.ts'

/** So many rows are left in one transaction: ingestion waits for no longer than that takes. */
const AT_ONCE = 10_000

type Left = RawBuilder<{ profile_id: string; value: Json }>
/** Rows in an order: `rows` and `mark`, a column of theirs as text; what lies between two marks is left together. */
type Pages = {
  readonly name: string
  readonly rows: Sql
  readonly mark: Sql
  readonly first: string
  readonly values: (among: Sql) => Left
}

const members = (spaceId: string, id: string): Pages => ({
  name: 'membership',
  rows: sql`membership c where c.space_id = ${spaceId} and c.audience_id = ${id}`,
  mark: sql`c.profile_id`,
  first: '00000000-0000-0000-0000-000000000000',
  values: (among) =>
    sql`select c.profile_id, 'true'::jsonb as value from membership c where c.space_id = ${spaceId} and c.audience_id = ${id} and ${among}`,
})

// Whoever was in once and is not now has a "false" (spec/audiences §10.3).
const formerMembers = (spaceId: string, id: string): Pages => ({
  name: 'membership_change',
  rows: sql`membership_change c where c.space_id = ${spaceId} and c.audience_id = ${id} and c.change = 'exited'`,
  mark: sql`c.changed_at`,
  first: '-infinity',
  values: (among) =>
    sql`select distinct c.profile_id, 'false'::jsonb as value from membership_change c
      where c.space_id = ${spaceId} and c.audience_id = ${id} and c.change = 'exited' and ${among} and not exists (
        select from membership m where m.space_id = ${spaceId} and m.audience_id = ${id} and m.profile_id = c.profile_id)`,
})

const computedValues = (spaceId: string, id: string): Pages => ({
  name: 'computed_value',
  rows: sql`computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = ${id}`,
  mark: sql`c.profile_id`,
  first: '00000000-0000-0000-0000-000000000000',
  values: (among) =>
    sql`select c.profile_id, c.value from computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = ${id} and ${among}`,
})

const nextMark = async (db: Db, { name, rows, mark }: Pages, after: string): Promise<string | undefined> =>
  (
    await runOne(
      db,
      query(
        `${name}.page_to_leave`,
        sql<{ mark: string }>`select r.mark::text as mark from (
            select ${mark} as mark from ${rows} and ${mark} > ${after} order by ${mark} limit ${AT_ONCE}) r
          order by r.mark desc limit 1`,
      ),
    )
  )?.mark

/**
 * Writes what a disabled audience or computed trait says of each profile under its key as a custom trait: set-based, in pages that can be
 * repeated. An audience leaves true for its members and false for whoever was one. Who changed by it is told to the audience room.
 */
export const leaveValues = async (
  db: Db,
  kind: Kind,
  spaceId: string,
  { id, key }: { readonly id: string; readonly key: string },
  now: Date,
): Promise<void> => {
  const all = kind === 'audience' ? [members(spaceId, id), formerMembers(spaceId, id)] : [computedValues(spaceId, id)]
  for (const pages of all) {
    let after = pages.first
    for (let to = await nextMark(db, pages, after); to !== undefined; to = await nextMark(db, pages, after)) {
      const among = sql`${pages.mark} > ${after} and ${pages.mark} <= ${to}`
      await transact(db, (tx) => setTraitValues(tx, spaceId, key, pages.values(among), now))
      after = to
    }
  }
}
