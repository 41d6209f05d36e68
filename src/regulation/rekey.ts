import { type RawBuilder, sql } from 'kysely'
import { Misconfigured } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { hashKeyName } from '../db/hash-key.ts'
import { query, run, transact } from '../db/query.ts'
import { keyed } from '../profile/suppressed.ts'

/*
 * Hashes were not keyed in the first versions. What is keyed is the hash, so those that are stored can be keyed without knowing what they are
 * of: a program that starts does that once. A process of the older version does not find what is keyed: stop them first. Copies of the
 * database that were made before hold what they held.
 */

type Stored = { readonly hash: string; readonly root?: string }
type Rekeyed = { readonly one: number }
type Rekey = (spaceId: string, old: readonly string[], next: RawBuilder<unknown>) => RawBuilder<Rekeyed>
type Hashed = 'suppressed_identifier' | 'opt_out_tombstone' | 'regulation_subject'

const gone = (table: string, spaceId: string, old: readonly string[]) =>
  sql`gone as materialized (delete from ${sql.table(table)} where space_id = ${spaceId}
    and hash in (select r.hash from unnest(${old}::text[]) as r (hash)) returning *)`

const REKEY: Readonly<Record<Hashed, Rekey>> = {
  suppressed_identifier: (spaceId, old, next) =>
    sql<Rekeyed>`with ${gone('suppressed_identifier', spaceId, old)}
      insert into suppressed_identifier (space_id, hash, root, type, value, suppressed_by, suppressed_at)
      select ${spaceId}, k.next, k.root, g.type, g.value, g.suppressed_by, g.suppressed_at
      from gone g join ${next} on k.hash = g.hash order by k.next on conflict do nothing returning 1 as one`,
  opt_out_tombstone: (spaceId, old, next) =>
    sql<Rekeyed>`with ${gone('opt_out_tombstone', spaceId, old)}
      insert into opt_out_tombstone (space_id, hash, group_id, state, kept_at)
      select ${spaceId}, k.next, g.group_id, g.state, g.kept_at
      from gone g join ${next} on k.hash = g.hash order by k.next, g.group_id
      on conflict (space_id, hash, group_id) do update set state = excluded.state where excluded.state = 'suppressed' returning 1 as one`,
  regulation_subject: (spaceId, old, next) =>
    sql<Rekeyed>`with ${gone('regulation_subject', spaceId, old)}
      insert into regulation_subject (space_id, regulation_id, hash, type, value, status, profile_ids, known, forgotten_at, finished_at)
      select ${spaceId}, g.regulation_id, k.next, g.type, g.value, g.status, g.profile_ids, g.known, g.forgotten_at, g.finished_at
      from gone g join ${next} on k.hash = g.hash order by g.regulation_id, k.next on conflict do nothing returning 1 as one`,
}

const SOME = 500

const spacesWithOthers = async (db: Db, table: Hashed): Promise<readonly string[]> =>
  (
    await run(
      db,
      query(
        `rekey.spaces_of_${table}`,
        sql<{
          spaceId: string
        }>`select distinct space_id as "spaceId" from ${sql.table(table)} where strpos(hash, ${hashKeyName(db)}) <> 1`,
      ),
    )
  ).map(({ spaceId }) => spaceId)

const rekeySome = (db: Db, table: Hashed, spaceId: string): Promise<boolean> =>
  transact(db, async (tx) => {
    const rows = await run(
      tx,
      query(
        `rekey.plain_of_${table}`,
        sql<Stored>`select distinct hash${table === 'suppressed_identifier' ? sql`, root` : sql``} from ${sql.table(table)}
          where space_id = ${spaceId} and strpos(hash, '.') = 0 order by hash limit ${sql.lit(SOME)}`,
      ),
    )
    const next = sql`unnest(${rows.map(({ hash }) => hash)}::text[], ${rows.map(({ hash }) => keyed(tx, hash))}::text[],
      ${rows.map(({ root }) => (root?.includes('.') ? root : keyed(tx, root ?? '')))}::text[]) as k (hash, next, root)`
    const old = rows.map(({ hash }) => hash)
    if (old.length > 0) await run(tx, query(`rekey.${table}`, REKEY[table](spaceId, old, next)))
    return old.length === SOME
  })

/**
 * Keys what older versions hashed without a key. Every program that asks for hashes does it before it begins.
 * @throws Misconfigured where hashes were made with another secret: whoever is suppressed by them would be let in.
 */
export const keyHashes = async (db: Db): Promise<void> => {
  for (const table of Object.keys(REKEY) as readonly Hashed[]) {
    for (const spaceId of await spacesWithOthers(db, table)) while (await rekeySome(db, table, spaceId));
    if ((await spacesWithOthers(db, table)).length > 0)
      throw new Misconfigured(
        'config',
        'USHER_SECRET is another than the one by which people were suppressed or erased: they would be let in and written to again. Set the former one.',
      )
  }
}
