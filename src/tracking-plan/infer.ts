import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { Act } from './changelog.ts'
import { eventsSince } from './consequences.ts'
import { createPlan, planOf, type TrackingPlan } from './plan.ts'
import type { Rule } from './rule-rows.ts'
import type { RuleType } from './rule-type.ts'
import { ruleTypeOf } from './rule-type.ts'
import { replaceRules } from './rules.ts'

type Property = { readonly type: string; readonly name: string; readonly key: string; readonly kinds: readonly string[] }

const propertiesSince = (db: Db, spaceId: string, sourceId: string, since: Date): Promise<readonly Property[]> =>
  run(
    db,
    query(
      'tracking_plan.properties_seen',
      sql<Property>`select e.type, case when e.type = 'track' then e.name else '' end as name, p.key, array_agg(distinct jsonb_typeof(p.value)) as kinds
        from event e cross join lateral jsonb_each(e.properties) as p (key, value)
        where e.space_id = ${spaceId} and e.source_id = ${sourceId} and e.timestamp > ${since}::timestamptz and e.type <> 'alias'
        group by 1, 2, 3 order by 1, 2, 3`,
    ),
  )

// What storing adds to a call was not sent.
const ADDED: Readonly<Record<string, ReadonlySet<string>>> = {
  page: new Set(['page_name', 'name', 'category']),
  screen: new Set(['screen_name', 'name', 'category']),
  group: new Set(['group_id']),
}

// A type is told only when one was seen; what lies in an array may be anything.
const schemaOf = (kinds: readonly string[]): JsonObject => {
  const [only] = kinds
  if (only === undefined || kinds.length > 1) return {}
  return only === 'array' ? { type: only, items: {} } : { type: only }
}

const ruleOf = (type: RuleType, key: string, properties: readonly Property[]): Rule => {
  const bag = type === 'IDENTIFY' || type === 'GROUP' ? 'traits' : 'properties'
  const planned = Object.fromEntries(properties.map((one) => [one.key, schemaOf(one.kinds)]))
  return {
    type,
    key,
    version: 1,
    jsonSchema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { [bag]: { type: 'object', properties: planned } },
    },
  }
}

/** The rules that what a source sent since would keep to: every event, every property, a type where only one was seen. */
export const inferRules = async (db: Db, spaceId: string, sourceId: string, since: Date): Promise<readonly Rule[]> => {
  const seen = await eventsSince(db, spaceId, sourceId, since)
  const properties = await propertiesSince(db, spaceId, sourceId, since)
  const byRule = Map.groupBy(properties, ({ type, name }) => `${type} ${name}`)
  const rules = seen.flatMap(({ type, name }): readonly Rule[] => {
    const ruleType = ruleTypeOf(type)
    if (!ruleType) return []
    const key = type === 'track' ? name : ''
    const own = (byRule.get(`${type} ${key}`) ?? []).filter((one) => !ADDED[type]?.has(one.key))
    return [ruleOf(ruleType, key, own)]
  })
  return rules.toSorted((a, b) => (`${a.type} ${a.key}` < `${b.type} ${b.key}` ? -1 : 1))
}

/** Makes a plan of what a source sent since (spec/connections §1.1): nothing is connected by it. */
export const inferPlan = (
  db: Db,
  act: Act,
  plan: { readonly id: string; readonly name: string; readonly type: 'LIVE' | 'RULE_LIBRARY' },
  sourceId: string,
  since: Date,
): Promise<TrackingPlan> =>
  transact(db, async (tx) => {
    const seen = await inferRules(tx, act.spaceId, sourceId, since)
    const rules = plan.type === 'RULE_LIBRARY' ? seen.filter(({ type }) => type === 'TRACK') : seen
    await createPlan(tx, act, {
      ...plan,
      description: `What the source ${sourceId} sent since ${since.toISOString().slice(0, 10)}`,
    })
    await replaceRules(tx, act, plan.id, rules)
    return planOf(tx, act.spaceId, plan.id)
  })
