import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { planAt } from './connect.ts'
import type { Controls } from './controls.ts'
import type { AskedPlan } from './gate.ts'
import { rulesOf } from './rule-rows.ts'
import { RuleType } from './rule-type.ts'
import { controlsOf } from './settings.ts'

/** What is asked of a source's calls: its plan with all rules, and its controls; undefined without a plan. */
export const plannedAt = async (
  db: Db,
  spaceId: string,
  sourceId: string,
): Promise<{ readonly plan: AskedPlan & { readonly name: string }; readonly controls: Controls } | undefined> => {
  const plan = await planAt(db, spaceId, sourceId)
  if (!plan) return undefined
  return { plan: { ...plan, rules: await askedRules(db, spaceId, plan.id) }, controls: await controlsOf(db, spaceId, sourceId) }
}

/** A plan's rules as they are asked. */
export const askedRules = async (db: Db, spaceId: string, planId: string): Promise<AskedPlan['rules']> =>
  (await rulesOf(db, spaceId, planId)).map(({ type, key, version, json_schema }) => ({
    type: RuleType.parse(type),
    key,
    version,
    jsonSchema: json_schema as JsonObject,
  }))

/** The name of a source, its id where it has none. */
export const sourceName = async (db: Db, spaceId: string, sourceId: string): Promise<string> => {
  const rows = await run(
    db,
    query('source.name', sql<{ name: string }>`select name from source where space_id = ${spaceId} and id = ${sourceId}`),
  )
  return rows[0]?.name ?? sourceId
}
