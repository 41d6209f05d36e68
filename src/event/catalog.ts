import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'

/** What is read at most, whatever there is: beyond that the catalogue looks at a sample and scales its counts. */
const MOST_BYTES = 48 * 1024 * 1024
const MOST_ROWS = 5_000
const FEW = 1_000

export type Sampled = { readonly name: string; readonly count: number }
export type EventSample = {
  readonly names: readonly Sampled[]
  readonly rows: readonly { readonly name: string; readonly properties: JsonObject }[]
}

const percentOf = async (db: Db): Promise<number> => {
  const row = await runOne(
    db,
    query(
      'event.size',
      sql<{ bytes: number }>`select coalesce(sum(pg_relation_size(relid)), 0)::bigint as bytes from pg_partition_tree('event')`,
    ),
  )
  return Math.min(100, (100 * MOST_BYTES) / Math.max(1, row?.bytes ?? 0))
}

const countByName = (db: Db, spaceId: string, percent: number): Promise<readonly Sampled[]> =>
  run(
    db,
    query(
      'event.names',
      sql<Sampled>`select name, count(*) as count from event tablesample system (${percent})
        where space_id = ${spaceId} and type in ('track', 'page', 'screen') group by name order by count(*) desc, name limit 500`,
    ),
  )

/**
 * Which events a space has, by volume, and some of their properties. Exact while all events together are small, else from blocks drawn at
 * random: its time is bounded. A space that the sample hardly met (one small among many) is counted by itself.
 */
export const sampleEvents = async (db: Db, spaceId: string): Promise<EventSample> => {
  const percent = await percentOf(db)
  const sampled = await countByName(db, spaceId, percent)
  const met = sampled.reduce((sum, { count }) => sum + count, 0)
  const whole = percent === 100 || met >= FEW
  const names = whole
    ? sampled.map(({ name, count }) => ({ name, count: Math.round((count * 100) / percent) }))
    : await run(
        db,
        query(
          'event.names_of_few',
          sql<Sampled>`select name, count(*) as count from
            (select name from event where space_id = ${spaceId} and type in ('track', 'page', 'screen') limit 100000) e
            group by name order by count(*) desc, name limit 500`,
        ),
      )
  return { names, rows: await recent(db, spaceId, names) }
}

// The newest of each name, by the index on it.
const recent = (db: Db, spaceId: string, names: readonly Sampled[]) => {
  const each = Math.min(200, Math.max(20, Math.floor(MOST_ROWS / Math.max(1, names.length))))
  return run(
    db,
    query(
      'event.recent_properties',
      sql<{
        name: string
        properties: JsonObject
      }>`select n.name, e.properties from unnest(${names.map((n) => n.name)}::text[]) as n (name)
        cross join lateral (
          select properties from event where space_id = ${spaceId} and name = n.name order by timestamp desc limit ${each}) as e`,
    ),
  )
}
