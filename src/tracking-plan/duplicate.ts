import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { Act } from './changelog.ts'
import { createPlan, planOf, type TrackingPlan } from './plan.ts'
import { type Rule, rulesOf } from './rule-rows.ts'
import { replaceRules } from './rules.ts'

/** Makes a plan with the same rules; nothing is connected or synced by it. It keeps its type: a plan cannot become a library (spec/connections §1.4). */
export const duplicatePlan = (
  db: Db,
  act: Act,
  from: string,
  to: { readonly id: string; readonly name: string },
): Promise<TrackingPlan> =>
  transact(db, async (tx) => {
    const { type, name } = await planOf(tx, act.spaceId, from)
    const rules = await rulesOf(tx, act.spaceId, from)
    await createPlan(tx, act, { ...to, type, description: `A copy of ${name}` })
    await replaceRules(
      tx,
      act,
      to.id,
      rules.map((row) => ({ ...row, jsonSchema: row.json_schema }) as unknown as Rule),
    )
    return planOf(tx, act.spaceId, to.id)
  })
