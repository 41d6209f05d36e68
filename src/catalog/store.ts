import { sql } from 'kysely'
import { jsonText } from '../base/json.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import { addSeen, type Seen, type SeenMap, type Stored, seenKey } from './seen.ts'

/** Of one source; beyond it new names are not taken into the catalogue: whoever writes an id into a name must not fill it. */
const MOST_OF_SOURCE = 50_000
const AT_ONCE = 1_000

const make = async (tx: Db, spaceId: string, sourceId: string, seen: readonly Seen[]): Promise<void> => {
  const size = await runOne(
    tx,
    query(
      'catalog_seen.size',
      sql<{ many: number }>`select count(*) as many from (select 1 from catalog_seen
        where space_id = ${spaceId} and source_id = ${sourceId} limit ${MOST_OF_SOURCE}) c`,
    ),
  )
  if ((size?.many ?? 0) >= MOST_OF_SOURCE) return
  await run(
    tx,
    query(
      'catalog_seen.make',
      sql`insert into catalog_seen (space_id, source_id, type, name, path, first_at, last_at, days, kinds, frequent)
        select ${spaceId}, ${sourceId}, r.type, r.name, r.path, r.at, r.at, '{}', '{}', '{}'
        from unnest(${seen.map((s) => s.type)}::text[], ${seen.map((s) => s.name)}::text[], ${seen.map((s) => s.path)}::text[],
          ${seen.map((s) => new Date(s.first).toISOString())}::timestamptz[]) as r (type, name, path, at)
        on conflict do nothing`,
    ),
  )
}

const lock = (tx: Db, spaceId: string, sourceId: string, seen: readonly Seen[]): Promise<readonly Stored[]> =>
  run(
    tx,
    query(
      'catalog_seen.lock',
      sql<Stored>`select type, name, path, first_at, last_at, days, kinds, frequent from catalog_seen
        where space_id = ${spaceId} and source_id = ${sourceId} and (type, name, path) in (
          select type, name, path from unnest(${seen.map((s) => s.type)}::text[], ${seen.map((s) => s.name)}::text[],
            ${seen.map((s) => s.path)}::text[]) as r (type, name, path))
        order by type, name, path for update`,
    ),
  )

const write = async (tx: Db, spaceId: string, sourceId: string, rows: readonly Stored[]): Promise<void> => {
  await run(
    tx,
    query(
      'catalog_seen.write',
      sql`update catalog_seen set first_at = r.first_at, last_at = r.last_at, days = r.days::jsonb, kinds = r.kinds::jsonb, frequent = r.frequent::jsonb
        from unnest(${rows.map((r) => r.type)}::text[], ${rows.map((r) => r.name)}::text[], ${rows.map((r) => r.path)}::text[],
          ${rows.map((r) => r.first_at.toISOString())}::timestamptz[], ${rows.map((r) => r.last_at.toISOString())}::timestamptz[],
          ${rows.map((r) => JSON.stringify(r.days))}::text[], ${rows.map((r) => JSON.stringify(r.kinds))}::text[],
          ${rows.map((r) => jsonText(r.frequent))}::text[]) as r (type, name, path, first_at, last_at, days, kinds, frequent)
        where catalog_seen.space_id = ${spaceId} and catalog_seen.source_id = ${sourceId}
          and catalog_seen.type = r.type and catalog_seen.name = r.name and catalog_seen.path = r.path`,
    ),
  )
}

const addSome = (db: Db, spaceId: string, sourceId: string, seen: readonly Seen[]): Promise<void> =>
  transact(db, async (tx) => {
    let there = await lock(tx, spaceId, sourceId, seen)
    if (there.length < seen.length) {
      await make(tx, spaceId, sourceId, seen)
      there = await lock(tx, spaceId, sourceId, seen)
    }
    const counted = new Map(seen.map((one) => [seenKey(one), one]))
    const rows = there.map((row) => addSeen(row, must(counted.get(seenKey(row)), 'what a locked row was asked for')))
    if (rows.length > 0) await write(tx, spaceId, sourceId, rows)
  })

/** Adds what was counted of a source to what is stored: a few statements for each 1,000 names, in the order of their keys. */
export const storeSeen = async (db: Db, spaceId: string, sourceId: string, seen: SeenMap): Promise<void> => {
  const sorted = [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  for (let from = 0; from < sorted.length; from += AT_ONCE)
    await addSome(db, spaceId, sourceId, sorted.slice(from, from + AT_ONCE))
}
