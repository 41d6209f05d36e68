import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { lockRules, storedRules } from './rules.ts'

/**
 * Gives a space the identity rules of another: identifiers, limits, priorities and blocked values, in place of its own. They hold for what is
 * received from then on; profiles that are there stay as they are (spec/audiences §5.1). Answers how many types there are.
 */
export const copyRules = (db: Db, from: string, to: string): Promise<number> =>
  transact(db, async (tx) => {
    await lockRules(tx, to)
    const rows = await storedRules(tx, from)
    await run(tx, query('identifier_rule.clear', sql`delete from identifier_rule where space_id = ${to}`))
    if (rows.length > 0)
      await run(
        tx,
        query(
          'identifier_rule.copy',
          sql`insert into identifier_rule (space_id, type, value_limit, period, priority, blocked, seen, reads_traits)
            select ${to}, r.type, r.value_limit, r.period, r.priority, r.blocked::jsonb, r.seen, r.reads_traits
            from unnest(${rows.map((r) => r.type)}::text[], ${rows.map((r) => r.value_limit)}::integer[], ${rows.map((r) => r.period)}::text[],
              ${rows.map((r) => r.priority)}::integer[], ${rows.map((r) => (r.blocked === null ? null : JSON.stringify(r.blocked)))}::text[],
              ${rows.map((r) => r.seen)}::boolean[], ${rows.map((r) => r.reads_traits)}::boolean[])
              as r (type, value_limit, period, priority, blocked, seen, reads_traits)
            order by r.type`,
        ),
      )
    return rows.length
  })
