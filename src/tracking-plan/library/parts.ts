import { Refused } from '../../base/errors.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import type { TrackingPlanRuleRow } from '../../db/rows/tracking-plan.ts'
import { idOf, type RuleId, rulesOf, textOf } from '../rule-rows.ts'
import { keepsTo, onTop, type Part } from './combine.ts'
import { type Link, linksOf } from './links.ts'

/** What a plan's libraries say of each of its rules, and which of them do. */
export type Parts = ReadonlyMap<string, Part & { readonly rule: RuleId; readonly from: readonly string[] }>

/** One library's rules, and to which events they are added: `null` where they are events themselves. */
export type Source = {
  readonly name: string
  readonly events: readonly string[] | null
  readonly rules: readonly TrackingPlanRuleRow[]
}

// A group's properties lie two levels deep: the rule and its `properties` stay the plan's own.
const GROUP_OPEN = 2
const groupOf = ({ json_schema: { properties } }: TrackingPlanRuleRow): JsonObject => {
  const bag = isObject(properties) ? properties['properties'] : undefined
  if (!isObject(bag)) return {}
  return { properties: { properties: bag }, ...(Array.isArray(bag['required']) ? { required: ['properties'] } : {}) }
}

const ruleIdOf = ({ type, key, version }: TrackingPlanRuleRow): RuleId => ({ type, key, version }) as RuleId

/** What these libraries say of a plan's rules. Of two that speak of the same property the earlier counts. */
export const partsOf = (sources: readonly Source[], own: readonly TrackingPlanRuleRow[]): Parts => {
  const parts = new Map<string, Part & { readonly rule: RuleId; readonly from: readonly string[] }>()
  const add = (rule: RuleId, name: string, { schema, open }: Part): void => {
    const there = parts.get(idOf(rule))
    parts.set(idOf(rule), {
      rule,
      schema: there ? onTop(there.schema, schema) : schema,
      open: Math.min(there?.open ?? open, open),
      from: [...(there?.from ?? []), name],
    })
  }
  for (const { name, events, rules } of sources)
    if (events === null) for (const rule of rules) add(ruleIdOf(rule), name, { schema: rule.json_schema, open: 0 })
  const targets = new Map(
    [...own.map(ruleIdOf), ...[...parts.values()].map(({ rule }) => rule)].map((rule) => [idOf(rule), rule]),
  )
  for (const { name, events, rules } of sources)
    for (const rule of targets.values())
      if (events !== null && rule.type === 'TRACK' && events.includes(rule.key))
        for (const group of rules) add(rule, name, { schema: groupOf(group), open: GROUP_OPEN })
  return parts
}

/** A plan's libraries with their rules as they are now. */
export const sourcesOf = async (db: Db, spaceId: string, links: readonly Link[]): Promise<readonly Source[]> => {
  const sources: Source[] = []
  for (const { library_id, name, events } of links) sources.push({ name, events, rules: await rulesOf(db, spaceId, library_id) })
  return sources
}

/** What the libraries say of the rules of a plan that is kept in step with them; empty where it is with none. */
export const partsOfPlan = async (db: Db, spaceId: string, planId: string, own: readonly TrackingPlanRuleRow[]): Promise<Parts> =>
  partsOf(await sourcesOf(db, spaceId, await linksOf(db, spaceId, planId)), own)

/** @throws Refused 409 where the rules no longer say what the libraries say: what is synced is edited there (spec/connections §1.4). */
export const refuseEdits = (parts: Parts, after: readonly TrackingPlanRuleRow[]): void => {
  if (parts.size === 0) return
  const there = new Map(after.map((row) => [idOf(row), row]))
  for (const [id, part] of parts) {
    const row = there.get(id)
    if (row && keepsTo(row.json_schema, part)) continue
    const from = part.from.map((name) => `"${name}"`).join(' and ')
    throw new Refused(
      'synced_with_library',
      `${textOf(part.rule)} is synced with the library ${from}: ${row ? 'change it' : 'delete it'} there, or end the sync first. Only more properties may be added to it here.`,
    )
  }
}
