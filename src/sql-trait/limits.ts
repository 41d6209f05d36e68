import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'

/**
 * What SQL traits may at most be (spec/audiences §8, §28). A space's settings may say otherwise: `{"sqlTraitLimits": {"traits": 100}}`.
 * The last two are ours: how long one statement, and reading all of an answer, may take in the customer's database.
 */
export const SqlTraitLimits = z.object({
  traits: z.number().int().min(0).default(25),
  columns: z.number().int().min(2).default(25),
  rows: z.number().int().min(1).default(25_000_000),
  recordBytes: z
    .number()
    .int()
    .min(1)
    .default(16 * 1024),
  minutesBetweenRuns: z.number().int().min(1).max(1_440).default(60),
  statementSeconds: z.number().int().min(1).default(600),
  readSeconds: z.number().int().min(1).default(7_200),
})
export type SqlTraitLimits = z.infer<typeof SqlTraitLimits>

/** The limits in force in a space. */
export const limitsOf = async (db: Db, spaceId: string): Promise<SqlTraitLimits> => {
  const row = await runOne(
    db,
    query(
      'sql_trait.limits',
      sql<{ limits: unknown }>`select settings -> 'sqlTraitLimits' as limits from space where id = ${spaceId}`,
    ),
  )
  return SqlTraitLimits.parse(row?.limits ?? {})
}
