import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { changesOf } from '../../tracking-plan/changelog.ts'
import { refuseUnknownSource } from '../../tracking-plan/connect.ts'
import { duplicatePlan } from '../../tracking-plan/duplicate.ts'
import { inferPlan } from '../../tracking-plan/infer.ts'
import { partsOfPlan } from '../../tracking-plan/library/parts.ts'
import { askedRules } from '../../tracking-plan/load.ts'
import { changePlan, createPlan, deletePlan, listPlans, planOf } from '../../tracking-plan/plan.ts'
import { idOf, rulesOf } from '../../tracking-plan/rule-rows.ts'
import { patchRules, removeRules, replaceRules } from '../../tracking-plan/rules.ts'
import { typescriptOf } from '../../tracking-plan/typescript.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { Changes, Plan, PlanType, RuleChanges, RuleIds, RuleShown, shownPlan, shownRule } from '../tracking-plan/shapes.ts'
import type { Route } from './index.ts'

const tags = ['tracking plan']
const Params = SpaceParams.extend({ id: z.string().min(1).max(255) })
const One = z.object({ data: z.object({ trackingPlan: Plan }) })
const Name = z.string().trim().min(1).max(255)
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })
const SUCCESS = { data: { status: 'SUCCESS' as const } }

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/tracking-plans',
    {
      schema: {
        tags,
        summary: 'Tracking plans, newest first',
        params: SpaceParams,
        querystring: z.object({ type: PlanType.optional() }),
        response: { 200: z.object({ data: z.object({ trackingPlans: z.array(Plan) }) }) },
      },
    },
    async ({ caller, query }) => ({ data: { trackingPlans: (await listPlans(db, caller.spaceId, query.type)).map(shownPlan) } }),
  )
  app.get(
    '/spaces/:space/tracking-plans/:id',
    { schema: { tags, summary: 'One tracking plan', params: Params, response: { 200: One } } },
    async ({ caller, params }) => ({ data: { trackingPlan: shownPlan(await planOf(db, caller.spaceId, params.id)) } }),
  )
  app.get(
    '/spaces/:space/tracking-plans/:id/changes',
    {
      schema: {
        tags,
        summary: 'Who changed what, newest first',
        params: Params,
        response: {
          200: z.object({
            data: z.object({
              changes: z.array(
                z.object({ changedAt: z.string(), changedBy: z.string(), action: z.string(), subject: z.string() }),
              ),
            }),
          }),
        },
      },
    },
    async ({ caller, params }) => {
      await planOf(db, caller.spaceId, params.id)
      const changes = await changesOf(db, caller.spaceId, params.id)
      return {
        data: {
          changes: changes.map(({ changed_at, changed_by, action, subject }) => ({
            changedAt: changed_at.toISOString(),
            changedBy: changed_by,
            action,
            subject,
          })),
        },
      }
    },
  )
}

const writing = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/tracking-plans',
    {
      schema: {
        tags,
        summary: 'Make a tracking plan',
        params: SpaceParams,
        body: z.strictObject({ name: Name, type: PlanType.default('LIVE'), description: z.string().max(2_000).default('') }),
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) => {
      const plan = await createPlan(door.db, actOf(door, caller), { ...body, id: prefixedId('tp', door.random(12)) })
      return reply.status(201).send({ data: { trackingPlan: shownPlan(plan) } })
    },
  )
  app.patch(
    '/spaces/:space/tracking-plans/:id',
    {
      schema: {
        tags,
        summary: 'Rename or describe a tracking plan',
        params: Params,
        body: z.strictObject({ name: Name.optional(), description: z.string().max(2_000).optional() }),
        response: { 200: One },
      },
    },
    async ({ caller, params, body }) => ({
      data: { trackingPlan: shownPlan(await changePlan(door.db, actOf(door, caller), params.id, body)) },
    }),
  )
  app.delete(
    '/spaces/:space/tracking-plans/:id',
    { schema: { tags, summary: 'Delete a tracking plan with its rules, for good', params: Params, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await deletePlan(door.db, caller.spaceId, params.id)
      return SUCCESS
    },
  )
}

const DAYS = { '24h': 1, '7d': 7, '30d': 30 } as const
const Inference = z.strictObject({
  name: Name,
  sourceId: z.string().min(1).max(255),
  type: z
    .enum(['LIVE', 'RULE_LIBRARY'])
    .default('LIVE')
    .meta({ description: 'A library of events is filled with the events alone' }),
  window: z.enum(['24h', '7d', '30d']).default('7d'),
})

const inferring = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/tracking-plans/inferences',
    {
      schema: {
        tags,
        summary: 'Make a plan of what a source sent lately; it is not connected',
        params: SpaceParams,
        body: Inference,
        response: { 201: One },
      },
    },
    async ({ caller, body }, reply) => {
      const act = actOf(door, caller)
      await refuseUnknownSource(door.db, caller.spaceId, body.sourceId)
      const since = new Date(act.now.getTime() - DAYS[body.window] * 86_400_000)
      const made = { id: prefixedId('tp', door.random(12)), name: body.name, type: body.type }
      const plan = await inferPlan(door.db, act, made, body.sourceId, since)
      return reply.status(201).send({ data: { trackingPlan: shownPlan(plan) } })
    },
  )
  app.post(
    '/spaces/:space/tracking-plans/:id/copies',
    {
      schema: {
        tags,
        summary: 'Make another plan with the same rules; it is neither connected nor synced',
        params: Params,
        body: z.strictObject({ name: Name }),
        response: { 201: One },
      },
    },
    async ({ caller, params, body }, reply) => {
      const made = { id: prefixedId('tp', door.random(12)), name: body.name }
      const plan = await duplicatePlan(door.db, actOf(door, caller), params.id, made)
      return reply.status(201).send({ data: { trackingPlan: shownPlan(plan) } })
    },
  )
  app.get(
    '/spaces/:space/tracking-plans/:id/client',
    {
      schema: {
        tags,
        summary: 'A typed client of the plan, in TypeScript',
        params: Params,
        response: { 200: z.object({ data: z.object({ typescript: z.string() }) }) },
      },
    },
    async ({ caller, params }) => {
      const { name } = await planOf(door.db, caller.spaceId, params.id)
      return { data: { typescript: typescriptOf(name, await askedRules(door.db, caller.spaceId, params.id)) } }
    },
  )
}

type Body = z.infer<typeof RuleChanges>
const wantedOf = ({ rules }: Body) => rules.map((rule) => ({ ...rule, jsonSchema: rule.jsonSchema as JsonObject }))

const ruling = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/tracking-plans/:id/rules',
    {
      schema: {
        tags,
        summary: 'The rules of a plan, by type, name and version',
        params: Params,
        response: { 200: z.object({ data: z.object({ rules: z.array(RuleShown) }) }) },
      },
    },
    async ({ caller, params }) => {
      await planOf(door.db, caller.spaceId, params.id)
      const rules = await rulesOf(door.db, caller.spaceId, params.id)
      const parts = await partsOfPlan(door.db, caller.spaceId, params.id, rules)
      return { data: { rules: rules.map((rule) => shownRule(rule, parts.get(idOf(rule)))) } }
    },
  )
  const bodied = (summary: string) => ({
    schema: { tags, summary, params: Params, body: RuleChanges, response: { 200: Changes } },
  })
  app.patch(
    '/spaces/:space/tracking-plans/:id/rules',
    bodied('Write rules beside those that are there; `newKey` renames'),
    async ({ caller, params, body }) => {
      const changes = await patchRules(door.db, actOf(door, caller), params.id, wantedOf(body))
      return { data: { ...SUCCESS.data, changes: [...changes] } }
    },
  )
  app.put(
    '/spaces/:space/tracking-plans/:id/rules',
    bodied('Write rules in place of all that are there'),
    async ({ caller, params, body }) => {
      const changes = await replaceRules(door.db, actOf(door, caller), params.id, wantedOf(body))
      return { data: { ...SUCCESS.data, changes: [...changes] } }
    },
  )
  app.delete(
    '/spaces/:space/tracking-plans/:id/rules',
    {
      schema: {
        tags,
        summary: 'Delete rules by type, key and version',
        params: Params,
        body: RuleIds,
        response: { 200: Changes },
      },
    },
    async ({ caller, params, body }) => {
      const changes = await removeRules(door.db, actOf(door, caller), params.id, body.rules)
      return { data: { ...SUCCESS.data, changes: [...changes] } }
    },
  )
}

/** `/spaces/:space/tracking-plans`: plans and their rules (spec/connections §1.1). */
export const trackingPlanRoutes: Route = (app, door) => {
  reading(app, door)
  writing(app, door)
  inferring(app, door)
  ruling(app, door)
}
