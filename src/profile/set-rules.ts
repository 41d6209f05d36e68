import { sql } from 'kysely'
import { notFound, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { IdentifierRuleRow } from '../db/rows/profile.ts'
import { lockRules, MOST_TYPES, storedRules } from './rules.ts'

/** What a person says of one type of identifier; the rest stays as it is. */
export type RuleChange = Partial<Pick<IdentifierRuleRow, 'value_limit' | 'period' | 'priority' | 'blocked' | 'reads_traits'>>
/** What holds for a type of which nothing was said yet. */
export type Usual = Pick<IdentifierRuleRow, 'value_limit' | 'reads_traits'>

/**
 * Changes how a space treats identifiers of one type, for what is received from now on (spec/audiences §5.1); profiles stay as they are. Of a type
 * that only turned up in calls, traits are not read for that: whoever changes its limit did not ask for it. @throws Refused for another type beyond `MOST_TYPES`.
 */
export const setRule = (db: Db, spaceId: string, type: string, change: RuleChange, usual: Usual): Promise<void> =>
  transact(db, async (tx) => {
    await lockRules(tx, spaceId)
    const rows = await storedRules(tx, spaceId)
    const before = rows.find((row) => row.type === type)
    if (!before && rows.length >= MOST_TYPES)
      throw new Refused(
        'too_many_types',
        `A space has at most ${MOST_TYPES} types of identifiers of its own. Reset one that is not needed.`,
      )
    const rule = {
      ...{ period: 'ever', priority: null, blocked: null },
      ...usual,
      ...before,
      ...(before?.seen ? { reads_traits: false } : {}),
      ...change,
    }
    const blocked = rule.blocked === null ? null : JSON.stringify(rule.blocked)
    await run(
      tx,
      query(
        'identifier_rule.set',
        sql`insert into identifier_rule (space_id, type, value_limit, period, priority, blocked, seen, reads_traits)
          values (${spaceId}, ${type}, ${rule.value_limit}::integer, ${rule.period}, ${rule.priority}::integer, ${blocked}::jsonb, false, ${rule.reads_traits})
          on conflict (space_id, type) do update set value_limit = excluded.value_limit, period = excluded.period, priority = excluded.priority,
            blocked = excluded.blocked, seen = excluded.seen, reads_traits = excluded.reads_traits`,
      ),
    )
  })

/** Has a type treated as if nobody had said anything of it. Its identifiers stay with their profiles. @throws Refused 404 where nobody had. */
export const resetRule = async (db: Db, spaceId: string, type: string): Promise<void> => {
  const gone = await run(
    db,
    query(
      'identifier_rule.reset',
      sql<{ type: string }>`delete from identifier_rule where space_id = ${spaceId} and type = ${type} returning type`,
    ),
  )
  if (gone.length === 0) throw notFound('identity rule', type)
}
