import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'

const known = query(
  'message.statistics',
  sql<{ known: boolean }>`select exists (
    select from pg_stats where schemaname = current_schema() and tablename = 'message' and attname = 'space_id') as known`,
)

/**
 * Has the message table analyzed if it never was, and answers whether it had been. Until then the planner takes a space for half a percent
 * of the table and walks the space for each row that is named by its key: 100 rows of 20,000 took 1,800 ms instead of 0.4 (Postgres 18).
 * Autovacuum comes a minute later, which is too late for the first wave of a new installation.
 */
export const learnStatistics = async (db: Db): Promise<boolean> => {
  const row = await runOne(db, known)
  if (row?.known) return true
  await run(db, query('message.analyze', sql`analyze message`))
  return false
}
