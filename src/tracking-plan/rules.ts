import { sql } from 'kysely'
import { Invalid, notFound } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { TrackingPlanRuleRow } from '../db/rows/tracking-plan.ts'
import { changeGate } from '../space/gate.ts'
import { type Act, type Change, noteChanges } from './changelog.ts'
import { sourcesOfPlan } from './connect.ts'
import { lockPlan } from './plan.ts'
import type { RuleType } from './rule-type.ts'
import { refuseBadSchema } from './schema.ts'

export type RuleId = { readonly type: RuleType; readonly key: string; readonly version: number }
export type Rule = RuleId & { readonly jsonSchema: JsonObject }
/** A rule to be written; with `newKey` it gets that name in place of its own. */
export type RuleChange = Rule & { readonly newKey?: string | undefined }

/** How many rules one call may name (spec/connections §1.1). */
export const MOST_RULES = 200
const MOST_OF_PLAN = 2_000

const textOf = ({ type, key, version }: RuleId): string => `${type} ${key}`.trim() + (version === 1 ? '' : ` version ${version}`)
const idOf = ({ type, key, version }: RuleId): string => JSON.stringify([type, key, version])

/** The rules of a plan by type, name and version. */
export const rulesOf = (db: Db, spaceId: string, planId: string): Promise<readonly TrackingPlanRuleRow[]> =>
  run(
    db,
    query(
      'tracking_plan_rule.list',
      sql<TrackingPlanRuleRow>`select * from tracking_plan_rule where space_id = ${spaceId} and plan_id = ${planId} order by type, key, version`,
    ),
  )

const write = async (tx: Db, { spaceId, now }: Act, planId: string, rules: readonly Rule[]): Promise<void> => {
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

const remove = async (tx: Db, spaceId: string, planId: string, rules: readonly RuleId[]): Promise<readonly RuleId[]> =>
  run(
    tx,
    query(
      'tracking_plan_rule.remove',
      sql<RuleId>`delete from tracking_plan_rule where space_id = ${spaceId} and plan_id = ${planId} and (type, key, version) in (
          select r.type, r.key, r.version from unnest(${rules.map((r) => r.type)}::text[], ${rules.map((r) => r.key)}::text[],
            ${rules.map((r) => r.version)}::int[]) as r (type, key, version))
        returning type, key, version`,
    ),
  )

const refuseBad = (rules: readonly RuleChange[]): void => {
  rules.forEach((rule, index) => {
    const field = `rules.${index}`
    if (rule.type === 'TRACK' && rule.key === '')
      throw new Invalid('invalid', [{ field: `${field}.key`, message: 'is missing', remedy: 'name the event' }])
    refuseBadSchema(`${field}.jsonSchema`, rule.jsonSchema)
  })
}

const refuseTooMany = async (tx: Db, spaceId: string, planId: string): Promise<void> => {
  if ((await rulesOf(tx, spaceId, planId)).length <= MOST_OF_PLAN) return
  throw new Invalid('too_many_rules', [{ field: 'rules', message: `a plan holds at most ${MOST_OF_PLAN} rules` }])
}

/** Writes down a change of the rules and makes it bite with the next call. */
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

const changesBetween = (before: readonly TrackingPlanRuleRow[], after: readonly TrackingPlanRuleRow[]): readonly Change[] => {
  const was = new Map(before.map((row) => [idOf(row as unknown as RuleId), row]))
  const is = new Map(after.map((row) => [idOf(row as unknown as RuleId), row]))
  return [
    ...[...is].flatMap(([id, row]): readonly Change[] => {
      const old = was.get(id)
      if (!old) return [{ action: 'created', subject: textOf(row as unknown as RuleId) }]
      return JSON.stringify(old.json_schema) === JSON.stringify(row.json_schema)
        ? []
        : [{ action: 'changed', subject: textOf(row as unknown as RuleId) }]
    }),
    ...[...was].flatMap(([id, row]): readonly Change[] =>
      is.has(id) ? [] : [{ action: 'deleted', subject: textOf(row as unknown as RuleId) }],
    ),
  ]
}

const changing = (db: Db, act: Act, planId: string, work: (tx: Db) => Promise<void>): Promise<readonly Change[]> =>
  transact(db, async (tx) => {
    await lockPlan(tx, act.spaceId, planId)
    const before = await rulesOf(tx, act.spaceId, planId)
    await work(tx)
    await refuseTooMany(tx, act.spaceId, planId)
    const changes = changesBetween(before, await rulesOf(tx, act.spaceId, planId))
    if (changes.length > 0) await finishChange(tx, act, planId, changes)
    return changes
  })

const renamed = ({ newKey, ...rule }: RuleChange): Rule => (newKey === undefined ? rule : { ...rule, key: newKey })

/** Writes rules beside those that are there; `newKey` takes the old name away. @throws Invalid for a bad schema, Refused 404. Answers what changed. */
export const patchRules = (db: Db, act: Act, planId: string, rules: readonly RuleChange[]): Promise<readonly Change[]> => {
  refuseBad(rules)
  return changing(db, act, planId, async (tx) => {
    const gone = rules.filter(({ newKey }) => newKey !== undefined)
    if (gone.length > 0) await remove(tx, act.spaceId, planId, gone)
    await write(tx, act, planId, distinctOf(rules.map(renamed)))
  })
}

// The last of those that name the same rule stands: one statement cannot write a row twice.
const distinctOf = (rules: readonly Rule[]): readonly Rule[] => [...new Map(rules.map((rule) => [idOf(rule), rule])).values()]

/** Writes rules in place of all that are there. @throws Invalid, Refused 404. Answers what changed. */
export const replaceRules = (db: Db, act: Act, planId: string, rules: readonly RuleChange[]): Promise<readonly Change[]> => {
  refuseBad(rules)
  return changing(db, act, planId, async (tx) => {
    const wanted = distinctOf(rules.map(renamed))
    const kept = new Set(wanted.map(idOf))
    const there = (await rulesOf(tx, act.spaceId, planId)) as unknown as readonly RuleId[]
    const gone = there.filter((rule) => !kept.has(idOf(rule)))
    if (gone.length > 0) await remove(tx, act.spaceId, planId, gone)
    await write(tx, act, planId, wanted)
  })
}

/** Deletes rules by type, key and version. @throws Refused 404 when none of them is there. */
export const removeRules = (db: Db, act: Act, planId: string, rules: readonly RuleId[]): Promise<readonly Change[]> =>
  changing(db, act, planId, async (tx) => {
    const gone = await remove(tx, act.spaceId, planId, rules)
    const [first] = rules
    if (gone.length === 0 && first) throw notFound('rule', textOf(first))
  })
