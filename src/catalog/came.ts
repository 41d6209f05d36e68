import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** An event that the sources of a space sent: how often it was let in of late, and some of its properties. */
export type Came = {
  readonly type: string
  readonly name: string
  readonly count: number
  readonly lastAt: Date
  readonly paths: readonly string[]
}

const MOST_PATHS = 12

/**
 * The events that were let in most often in the days that are kept, most frequent first: summed by the database, whose answer is as short as
 * what is shown.
 */
export const eventsThatCame = async (db: Db, spaceId: string, most: number): Promise<readonly Came[]> => {
  const events = await run(
    db,
    query(
      'catalog_seen.most_frequent',
      sql<Omit<Came, 'paths'>>`select c.type, c.name, sum(d.allowed)::bigint as count, max(c.last_at) as "lastAt"
        from catalog_seen c cross join lateral (
          select coalesce(sum((e.value ->> 0)::bigint), 0) as allowed from jsonb_each(c.days) e) d
        where c.space_id = ${spaceId} and c.path = '' and c.type in ('track', 'page', 'screen')
        group by c.type, c.name having sum(d.allowed) > 0 order by sum(d.allowed) desc, c.name limit ${most}`,
    ),
  )
  const paths = await run(
    db,
    query(
      'catalog_seen.paths_of',
      sql<{ type: string; name: string; path: string }>`select r.type, r.name, p.path
        from unnest(${events.map(({ type }) => type)}::text[], ${events.map(({ name }) => name)}::text[]) as r (type, name)
        cross join lateral (
          select distinct c.path from source s join catalog_seen c on c.source_id = s.id and c.type = r.type and c.name = r.name
          where s.space_id = ${spaceId} and c.space_id = ${spaceId} and c.path <> '' order by c.path limit ${MOST_PATHS}) p`,
    ),
  )
  const of = Map.groupBy(paths, ({ type, name }) => `${type} ${name}`)
  return events.map((event) => ({ ...event, paths: (of.get(`${event.type} ${event.name}`) ?? []).map(({ path }) => path) }))
}
