import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Claimed } from './claim.ts'

/** A row of an answer as it is compared: a hash of all its traits. `member` is '' but for a user of an account. */
export type Record = { readonly owner: string; readonly member: string; readonly hash: string; readonly traits: string }

/** The hash of a record that is too large to be told: no change of it is written, neither that it is another nor that it is gone. */
export const TOO_LARGE = ''

type Of = Pick<Claimed, 'spaceId' | 'id'>

const byKey = (a: Record, b: Record): number =>
  a.owner < b.owner ? -1 : a.owner > b.owner ? 1 : a.member < b.member ? -1 : a.member > b.member ? 1 : 0

/** Puts records aside; those whose key is there already are left out. Answers how many were new. */
export const stage = async (db: Db, { spaceId, id }: Of, records: readonly Record[]): Promise<number> => {
  const rows = records.toSorted(byKey)
  const added = await run(
    db,
    query(
      'sql_trait_staged.add',
      sql`insert into sql_trait_staged (space_id, sql_trait_id, owner, member, hash, traits)
        select ${spaceId}, ${id}, r.owner, r.member, r.hash, r.traits
        from unnest(${rows.map((r) => r.owner)}::text[], ${rows.map((r) => r.member)}::text[], ${rows.map((r) => r.hash)}::text[],
          ${rows.map((r) => r.traits)}::text[]) as r (owner, member, hash, traits)
        on conflict do nothing returning owner`,
    ),
  )
  return added.length
}

/** Which of these records' keys are there already. */
export const stagedAmong = async (db: Db, { spaceId, id }: Of, records: readonly Record[]): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'sql_trait_staged.among',
      sql<{
        owner: string
      }>`select s.owner from unnest(${records.map((r) => r.owner)}::text[], ${records.map((r) => r.hash)}::text[]) as r (owner, hash)
        cross join lateral (select owner from sql_trait_staged
          where space_id = ${spaceId} and sql_trait_id = ${id} and owner = r.owner and hash <> r.hash limit 1) as s order by 1 limit 1`,
    ),
  )
  return rows.map((row) => row.owner)
}

export const clearStaged = async (db: Db, { spaceId, id }: Of): Promise<void> => {
  await run(
    db,
    query('sql_trait_staged.clear', sql`delete from sql_trait_staged where space_id = ${spaceId} and sql_trait_id = ${id}`),
  )
}

export type Difference = { readonly changed: number; readonly missing: number }

/**
 * Writes what is new, another or gone since the last run. A full join, as for memberships: a freshly filled table has no statistics yet, and an
 * anti-join over it may be planned as one look a row.
 */
export const writeChanges = async (tx: Db, { spaceId, id, resync }: Of & Pick<Claimed, 'resync'>): Promise<Difference> => {
  const row = await runOne(
    tx,
    query(
      'sql_trait_change.write',
      sql<Difference>`with change as (
          insert into sql_trait_change (space_id, sql_trait_id, owner, member, hash, traits)
          select ${spaceId}, ${id}, d.owner, d.member, d.hash, d.traits
          from (
            select coalesce(n.owner, o.owner) as owner, coalesce(n.member, o.member) as member, n.hash, n.traits
            from (select s.owner, s.member, s.hash, s.traits from sql_trait_staged s where s.space_id = ${spaceId} and s.sql_trait_id = ${id}) as n
              full join (select r.owner, r.member, r.hash from sql_trait_row r where r.space_id = ${spaceId} and r.sql_trait_id = ${id}) as o
                on o.owner = n.owner and o.member = n.member
            where (n.hash is distinct from o.hash or (${resync} and n.hash is not null)) and n.hash is distinct from ${TOO_LARGE}
            order by 1, 2) as d
          on conflict do nothing returning hash)
        select count(*) filter (where hash is not null) as changed, count(*) filter (where hash is null) as missing from change`,
    ),
  )
  return must(row, 'one row')
}

/** What must be told of one row. `traits` is nothing where the row is gone; then `spoken` says that others still speak for the account. */
export type Change = {
  readonly owner: string
  readonly member: string
  readonly traits: string | null
  readonly spoken: boolean
}

/** The next changes, in the order of their keys: what is gone, or what is new or another. */
export const nextChanges = (db: Db, { spaceId, id }: Of, gone: boolean, count: number): Promise<readonly Change[]> =>
  run(
    db,
    query(
      gone ? 'sql_trait_change.next_gone' : 'sql_trait_change.next',
      gone
        ? sql<Change>`select c.owner, c.member, c.traits, exists (
              select from sql_trait_change n where n.space_id = ${spaceId} and n.sql_trait_id = ${id} and n.owner = c.owner and n.hash is not null)
            or exists (
              select from sql_trait_row r where r.space_id = ${spaceId} and r.sql_trait_id = ${id} and r.owner = c.owner and not exists (
                select from sql_trait_change g where g.space_id = ${spaceId} and g.sql_trait_id = ${id} and g.owner = r.owner and g.member = r.member)) as spoken
            from sql_trait_change c where c.space_id = ${spaceId} and c.sql_trait_id = ${id} and c.hash is null
            order by c.owner, c.member limit ${count}::integer`
        : sql<Change>`select c.owner, c.member, c.traits, false as spoken
            from sql_trait_change c where c.space_id = ${spaceId} and c.sql_trait_id = ${id} and c.hash is not null
            order by c.owner, c.member limit ${count}::integer`,
    ),
  )

/** What was told becomes what is known, up to the last of these changes. */
export const applyChanges = async (
  tx: Db,
  { spaceId, id }: Of,
  gone: boolean,
  last: Pick<Change, 'owner' | 'member'>,
): Promise<void> => {
  const told = sql`c.space_id = ${spaceId} and c.sql_trait_id = ${id} and (c.owner, c.member) <= (${last.owner}::text, ${last.member}::text)`
  await run(
    tx,
    gone
      ? query(
          'sql_trait_row.remove',
          sql`delete from sql_trait_row where space_id = ${spaceId} and sql_trait_id = ${id} and (owner, member) in (
            select c.owner, c.member from sql_trait_change c where ${told} and c.hash is null)`,
        )
      : query(
          'sql_trait_row.set',
          sql`insert into sql_trait_row (space_id, sql_trait_id, owner, member, hash)
            select c.space_id, c.sql_trait_id, c.owner, c.member, c.hash from sql_trait_change c where ${told} and c.hash is not null
            order by c.owner, c.member
            on conflict (space_id, sql_trait_id, owner, member) do update set hash = excluded.hash`,
        ),
  )
  const those = gone ? sql`c.hash is null` : sql`c.hash is not null`
  await run(
    tx,
    query(
      gone ? 'sql_trait_change.complete_gone' : 'sql_trait_change.complete',
      sql`delete from sql_trait_change c where ${told} and ${those}`,
    ),
  )
}
