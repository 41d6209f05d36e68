import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import type { TrackingPlanRuleRow } from '../../db/rows/tracking-plan.ts'
import { PLAN_TYPES, type TrackingPlan } from '../../tracking-plan/plan.ts'
import { RuleType } from '../../tracking-plan/rule-type.ts'
import { MOST_RULES } from '../../tracking-plan/rules.ts'
import type { ListedViolation } from '../../tracking-plan/violations.ts'

/* The shapes of tracking plans on the wire, after Segment's Public API (spec/connections §1.1). */

export const PlanType = z.enum(PLAN_TYPES)
export const Plan = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    description: z.string(),
    type: PlanType,
    rules: z.number(),
    sources: z.number(),
    createdBy: z.string(),
    updatedBy: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'TrackingPlan' })

const Key = z.string().max(500).default('')
const Version = z.int().min(1).max(1_000_000).default(1)
const JsonSchema = z.record(z.string(), z.json()).meta({ description: 'A JSON Schema of the whole call, draft 4 to 2020-12' })
const most = { error: `rules must contain less than or equal to ${MOST_RULES} items` }

export const RuleIds = z.strictObject({
  rules: z
    .array(z.strictObject({ type: RuleType, key: Key, version: Version }))
    .min(1)
    .max(MOST_RULES, most),
})
export const RuleChanges = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        type: RuleType,
        key: Key,
        version: Version,
        jsonSchema: JsonSchema,
        newKey: z.string().min(1).max(500).optional(),
      }),
    )
    .max(MOST_RULES, most),
})
export const Changes = z.object({
  data: z.object({
    status: z.literal('SUCCESS'),
    changes: z
      .array(z.object({ action: z.string(), subject: z.string() }))
      .meta({ description: 'Rule by rule; none where nothing differs' }),
  }),
})

export const RuleShown = z
  .object({
    type: RuleType,
    key: z.string(),
    version: z.int(),
    jsonSchema: JsonSchema,
    createdAt: z.string(),
    updatedAt: z.string(),
    deprecatedAt: z.string().nullable(),
    synced: z
      .object({ from: z.array(z.string()), jsonSchema: JsonSchema })
      .optional()
      .meta({ description: 'What libraries say of it: edited only there' }),
  })
  .meta({ id: 'TrackingPlanRule' })

export const ViolationShown = z
  .object({
    sourceId: z.string(),
    trackingPlanId: z.string(),
    eventType: z.string(),
    event: z.string().meta({ description: 'The event of a track call, the name of a page or screen' }),
    type: z.string(),
    field: z.string(),
    description: z.string(),
    count: z.number(),
    blocked: z.number(),
    lastSeenAt: z.string(),
    sample: z
      .string()
      .meta({ description: 'The first such call of the last hour in which there was one, as JSON text, cut at 8 KB' }),
  })
  .meta({ id: 'Violation' })

export const shownPlan = (plan: TrackingPlan): z.infer<typeof Plan> => ({
  id: plan.id,
  name: plan.name,
  slug: plan.slug,
  description: plan.description,
  type: PlanType.parse(plan.type),
  rules: Number(plan.rules),
  sources: Number(plan.sources),
  createdBy: plan.created_by,
  updatedBy: plan.updated_by,
  createdAt: plan.created_at.toISOString(),
  updatedAt: plan.updated_at.toISOString(),
})

type Synced = { readonly from: readonly string[]; readonly schema: JsonObject }

export const shownRule = (rule: TrackingPlanRuleRow, synced: Synced | undefined): z.infer<typeof RuleShown> => ({
  type: RuleType.parse(rule.type),
  key: rule.key,
  version: rule.version,
  jsonSchema: JsonSchema.parse(rule.json_schema),
  createdAt: rule.created_at.toISOString(),
  updatedAt: rule.updated_at.toISOString(),
  deprecatedAt: rule.deprecated_at?.toISOString() ?? null,
  ...(synced ? { synced: { from: [...synced.from], jsonSchema: JsonSchema.parse(synced.schema) } } : {}),
})

export const shownViolation = (one: ListedViolation): z.infer<typeof ViolationShown> => ({
  sourceId: one.source_id,
  trackingPlanId: one.plan_id,
  eventType: one.event_type,
  event: one.event_name,
  type: one.type,
  field: one.field,
  description: one.description,
  count: Number(one.count),
  blocked: Number(one.blocked),
  lastSeenAt: one.last_at.toISOString(),
  sample: one.sample,
})
