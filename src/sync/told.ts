import { sql } from 'kysely'
import type { Json } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { ToldId } from '../db/rows/connection.ts'
import type { Connected } from './connected.ts'

/** What is so of somebody, and what the destination was told of them. */
export type Person = {
  readonly profileId: string
  readonly identifiers: Readonly<Record<string, readonly string[]>>
  /** The value, `true` for a member; null: none. */
  readonly value: Json
  /** Since when it is so. */
  readonly at: Date | null
  readonly told: Json
  readonly ids: readonly ToldId[] | null
  readonly toldAt: Date | null
}

// What is so: of an audience that somebody is in, of a computed trait its value.
const truth = ({ kind, spaceId, computationId }: Connected) =>
  kind === 'audience'
    ? {
        join: sql`left join membership v on v.space_id = ${spaceId} and v.audience_id = ${computationId} and v.profile_id = p.id`,
        value: sql`case when v.profile_id is not null then 'true'::jsonb end`,
        at: sql`v.entered_at`,
      }
    : {
        join: sql`left join computed_value v on v.space_id = ${spaceId} and v.computed_trait_id = ${computationId} and v.profile_id = p.id`,
        value: sql`v.value`,
        at: sql`v.changed_at`,
      }

/** What is so of these people now beside what was told of them; those who are no more, or were merged away, are left out. */
export const lookUp = (db: Db, connected: Connected, profileIds: readonly string[]): Promise<readonly Person[]> => {
  const { spaceId, id, kind } = connected
  const { join, value, at } = truth(connected)
  return run(
    db,
    query(
      `connection_told.look_up_${kind}`,
      sql<Person>`select p.id as "profileId", p.identifiers, ${value} as value, ${at} as at, t.value as told, t.ids, t.told_at as "toldAt"
        from unnest(${profileIds.toSorted()}::uuid[]) as r (id)
          join profile p on p.id = r.id
          ${join}
          left join connection_told t on t.space_id = ${spaceId} and t.connection_id = ${id} and t.profile_id = p.id
        where p.space_id = ${spaceId} and p.merged_into is null order by p.id`,
    ),
  )
}

/** Whom a destination was told of, and what; `value` null: that it is over. */
export type Telling = {
  readonly profileId: string
  readonly value: Json
  readonly ids: readonly ToldId[]
  readonly at: Date
}

/** Keeps what was told, in the transaction in which it is. */
export const keepTold = async (tx: Db, { spaceId, id }: Connected, tellings: readonly Telling[]): Promise<void> => {
  const rows = tellings.toSorted((a, b) => (a.profileId < b.profileId ? -1 : 1))
  const [is, over] = [rows.filter(({ value }) => value !== null), rows.filter(({ value }) => value === null)]
  if (is.length > 0)
    await run(
      tx,
      query(
        'connection_told.keep',
        sql`insert into connection_told (space_id, profile_id, connection_id, value, ids, told_at)
          select ${spaceId}, r.profile_id, ${id}, r.value::jsonb, r.ids::jsonb, r.told_at
          from unnest(${is.map((r) => r.profileId)}::uuid[], ${is.map((r) => JSON.stringify(r.value))}::text[],
            ${is.map((r) => JSON.stringify(r.ids))}::text[], ${is.map((r) => r.at.toISOString())}::timestamptz[])
            as r (profile_id, value, ids, told_at)
          order by r.profile_id
          on conflict (space_id, profile_id, connection_id) do update
            set value = excluded.value, ids = excluded.ids, told_at = excluded.told_at`,
      ),
    )
  if (over.length > 0)
    await run(
      tx,
      query(
        'connection_told.take_back',
        sql`delete from connection_told where space_id = ${spaceId} and connection_id = ${id}
          and profile_id in (select r.id from unnest(${over.map((r) => r.profileId)}::uuid[]) as r (id))`,
      ),
    )
}

const AT_ONCE = 10_000

/** Forgets all that was told, or was to be told, by a connection that is gone. */
export const forgetTold = async (db: Db, spaceId: string, id: string): Promise<void> => {
  for (const table of ['connection_told', 'connection_mark'] as const) {
    const some = query(
      `${table}.forget`,
      sql<{
        one: number
      }>`delete from ${sql.table(table)} where space_id = ${spaceId} and connection_id = ${id} and profile_id in (
          select profile_id from ${sql.table(table)} where space_id = ${spaceId} and connection_id = ${id} limit ${AT_ONCE})
        returning 1 as one`,
    )
    while ((await run(db, some)).length === AT_ONCE);
  }
}
