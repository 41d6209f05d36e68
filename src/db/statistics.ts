import { sql } from 'kysely'
import type { Db } from './database.ts'
import { query, run } from './query.ts'

/** A table that grew this many times since it was last looked at is looked at again. */
const GROWN = 2
const WORTH_IT = 500

/**
 * Tables that hold at least twice as many rows as when they were last analyzed. Of a partitioned table the partitions are counted: autovacuum
 * analyzes these, but never the whole, which is what joins are planned by.
 */
const outgrown = query(
  'statistics.outgrown',
  sql<{ name: string }>`select t.name from (
      select c.relname as name, greatest(c.reltuples, 0) as known, coalesce(s.n_live_tup, 0) + coalesce((
          select sum(p.n_live_tup) from pg_inherits i join pg_stat_user_tables p on p.relid = i.inhrelid where i.inhparent = c.oid), 0) as live
      from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
      where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition) t
    where t.live >= ${sql.lit(WORTH_IT)} and t.live > ${sql.lit(GROWN)} * t.known order by t.name`,
)

/**
 * Has the planner look at tables that outgrew what it knows of them, and answers which. Until a table was analyzed the planner takes a space
 * for half a percent of it and walks the space for each row that is named by its key: 100 messages of 20,000 took 1,800 ms instead of 0.4
 * (Postgres 18). Autovacuum comes a minute later, too late for the first wave of a new installation.
 */
export const learnStatistics = async (db: Db): Promise<readonly string[]> => {
  const tables = await run(db, outgrown)
  for (const { name } of tables) await run(db, query('statistics.analyze.*', sql`analyze ${sql.table(name)}`))
  return tables.map((table) => table.name)
}
