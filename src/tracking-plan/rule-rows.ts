import { sql } from 'kysely'
import { Invalid } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { TrackingPlanRuleRow } from '../db/rows/tracking-plan.ts'
import { changeGate } from '../space/gate.ts'
import { type Act, type Change, noteChanges } from './changelog.ts'
import { sourcesOfPlan } from './connect.ts'
import type { RuleType } from './rule-type.ts'

export type RuleId = { readonly type: RuleType; readonly key: string; readonly version: number }
export type Rule = RuleId & { readonly jsonSchema: JsonObject }

/** A rule in words: `TRACK Order Completed version 2`. */
export const textOf = ({ type, key, version }: RuleId): string =>
  `${type} ${key}`.trim() + (version === 1 ? '' : ` version ${version}`)
/** A rule's identity within its plan, as one text. */
export const idOf = ({ type, key, version }: Pick<TrackingPlanRuleRow, 'type' | 'key' | 'version'>): string =>
  JSON.stringify([type, key, version])

/** The rules of a plan by type, name and version. */
export const rulesOf = (db: Db, spaceId: string, planId: string): Promise<readonly TrackingPlanRuleRow[]> =>
  run(
    db,
    query(
      'tracking_plan_rule.list',
      sql<TrackingPlanRuleRow>`select * from tracking_plan_rule where space_id = ${spaceId} and plan_id = ${planId} order by type, key, version`,
    ),
  )

/** Writes rules over those that are there; part of a change that takes the plan first. */
export const writeRules = async (tx: Db, { spaceId, now }: Act, planId: string, rules: readonly Rule[]): Promise<void> => {
  if (rules.length === 0) return
  const rows = rules.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  await run(
    tx,
    query(
      'tracking_plan_rule.write',
      sql`insert into tracking_plan_rule (space_id, plan_id, type, key, version, json_schema, created_at, updated_at)
        select ${spaceId}, ${planId}, r.type, r.key, r.version, r.json_schema::jsonb, ${now}::timestamptz, ${now}::timestamptz
        from unnest(${rows.map((r) => r.type)}::text[], ${rows.map((r) => r.key)}::text[], ${rows.map((r) => r.version)}::int[],
          ${rows.map((r) => JSON.stringify(r.jsonSchema))}::text[]) as r (type, key, version, json_schema)
        on conflict (space_id, plan_id, type, key, version) do update set json_schema = excluded.json_schema, updated_at = excluded.updated_at`,
    ),
  )
}

/** Takes rules away; answers which were there. */
export const removeRuleRows = async (
  tx: Db,
  spaceId: string,
  planId: string,
  rules: readonly RuleId[],
): Promise<readonly RuleId[]> =>
  rules.length === 0
    ? []
    : run(
        tx,
        query(
          'tracking_plan_rule.remove',
          sql<RuleId>`delete from tracking_plan_rule where space_id = ${spaceId} and plan_id = ${planId} and (type, key, version) in (
          select r.type, r.key, r.version from unnest(${rules.map((r) => r.type)}::text[], ${rules.map((r) => r.key)}::text[],
            ${rules.map((r) => r.version)}::int[]) as r (type, key, version))
        returning type, key, version`,
        ),
      )

const MOST_OF_PLAN = 2_000

/** @throws Invalid when a plan holds more rules than it may. */
export const refuseTooMany = async (tx: Db, spaceId: string, planId: string): Promise<void> => {
  if ((await rulesOf(tx, spaceId, planId)).length <= MOST_OF_PLAN) return
  throw new Invalid('too_many_rules', [{ field: 'rules', message: `a plan holds at most ${MOST_OF_PLAN} rules` }])
}

const differ = (before: readonly TrackingPlanRuleRow[], after: readonly TrackingPlanRuleRow[]): readonly Change[] => {
  const was = new Map(before.map((row) => [idOf(row), row]))
  const is = new Map(after.map((row) => [idOf(row), row]))
  const said = (action: Change['action'], row: TrackingPlanRuleRow): Change => ({ action, subject: textOf(row as RuleId) })
  return [
    ...[...is].flatMap(([id, row]): readonly Change[] => {
      const old = was.get(id)
      if (!old) return [said('created', row)]
      return JSON.stringify(old.json_schema) === JSON.stringify(row.json_schema) ? [] : [said('changed', row)]
    }),
    ...[...was].flatMap(([id, row]): readonly Change[] => (is.has(id) ? [] : [said('deleted', row)])),
  ]
}

/** Writes down who changed a plan, and makes it bite with the next call. */
export const finishChange = async (tx: Db, act: Act, planId: string, changes: readonly Change[]): Promise<void> => {
  const { spaceId, by, now } = act
  await run(
    tx,
    query(
      'tracking_plan.touch',
      sql`update tracking_plan set updated_by = ${by}, updated_at = ${now}::timestamptz where space_id = ${spaceId} and id = ${planId}`,
    ),
  )
  await noteChanges(tx, act, planId, changes)
  const sources = (await sourcesOfPlan(tx, spaceId, planId)).map(({ source_id }) => source_id).toSorted()
  for (const sourceId of sources) await changeGate(tx, spaceId, sourceId)
}

/** Finishes a change of rules: what differs is written down, rule by rule, and answered. */
export const finishRules = async (
  tx: Db,
  act: Act,
  planId: string,
  before: readonly TrackingPlanRuleRow[],
): Promise<readonly Change[]> => {
  const changes = differ(before, await rulesOf(tx, act.spaceId, planId))
  if (changes.length > 0) await finishChange(tx, act, planId, changes)
  return changes
}
