import { sql } from 'kysely'
import { jsonText } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { CatalogSeenRow } from '../db/rows/catalog.ts'
import { MOST_ITEMS } from './frequent.ts'
import { ONE_IN } from './seen.ts'

/** How many calls of an event somebody sent by a source. */
export type CallsSent = Pick<CatalogSeenRow, 'source_id' | 'type' | 'name'> & { readonly calls: number }
type Row = Pick<CatalogSeenRow, 'type' | 'name' | 'path' | 'frequent'>

const lock = (tx: Db, spaceId: string, sourceId: string, sent: readonly CallsSent[]): Promise<readonly Row[]> =>
  run(
    tx,
    query(
      'catalog_seen.lock_sent',
      sql<Row>`select type, name, path, frequent from catalog_seen
        where space_id = ${spaceId} and source_id = ${sourceId} and frequent <> '{}' and (type, name) in (
          select r.type, r.name from unnest(${sent.map((s) => s.type)}::text[], ${sent.map((s) => s.name)}::text[]) as r (type, name))
        order by type, name, path for update`,
    ),
  )

const recent = (db: Db, spaceId: string, since: Date): Promise<readonly Omit<CallsSent, 'calls'>[]> =>
  run(
    db,
    query(
      'catalog_seen.recent',
      sql<Omit<CallsSent, 'calls'>>`select distinct source_id, type, name from catalog_seen
        where space_id = ${spaceId} and frequent <> '{}' and last_at >= ${since}::timestamptz order by source_id, type, name`,
    ),
  )

const write = async (tx: Db, spaceId: string, sourceId: string, rows: readonly Row[]): Promise<number> => {
  if (rows.length === 0) return 0
  const written = await run(
    tx,
    query(
      'catalog_seen.forget',
      sql`update catalog_seen c set frequent = r.frequent::jsonb
        from unnest(${rows.map((r) => r.type)}::text[], ${rows.map((r) => r.name)}::text[], ${rows.map((r) => r.path)}::text[],
          ${rows.map((r) => jsonText(r.frequent))}::text[]) as r (type, name, path, frequent)
        where c.space_id = ${spaceId} and c.source_id = ${sourceId} and c.type = r.type and c.name = r.name and c.path = r.path
        returning c.path`,
    ),
  )
  return written.length
}

// So often at most a value is counted for one call at a path: each item of each list on the way, and that eight times.
const mostOf = (path: string): number => ONE_IN * MOST_ITEMS ** path.split('.').filter((key) => key === '$').length

const without = (row: Row, calls: number): readonly Row[] => {
  const most = calls * mostOf(row.path)
  const left = Object.entries(row.frequent).filter(([, count]) => count > most)
  return left.length === Object.keys(row.frequent).length ? [] : [{ ...row, frequent: Object.fromEntries(left) }]
}

const forgetOfSource = (db: Db, spaceId: string, sourceId: string, sent: readonly CallsSent[]): Promise<number> =>
  transact(db, async (tx) => {
    const calls = new Map(sent.map((one) => [`${one.type} ${one.name}`, one.calls]))
    const rows = await lock(tx, spaceId, sourceId, sent)
    const left = rows.flatMap((row) => without(row, calls.get(`${row.type} ${row.name}`) ?? 0))
    return write(tx, spaceId, sourceId, left)
  })

/**
 * Forgets the frequent values that could be only theirs who sent so many calls of these events: whose a value is cannot be asked, but what was
 * counted more often than their calls can have been was sent by others, too. Answers how many properties changed.
 */
export const forgetFrequent = async (db: Db, spaceId: string, sent: readonly CallsSent[]): Promise<number> => {
  let changed = 0
  for (const [sourceId, of] of Map.groupBy(sent, (one) => one.source_id))
    changed += await forgetOfSource(db, spaceId, sourceId, of)
  return changed
}

/** The same of every event that came in since then, as if each had been sent `calls` times: for what was counted and not yet written before. */
export const forgetRecent = async (db: Db, spaceId: string, since: Date, calls: number): Promise<number> =>
  forgetFrequent(
    db,
    spaceId,
    (await recent(db, spaceId, since)).map((one) => ({ ...one, calls })),
  )
