import * as z from 'zod'
import { Invalid, Refused } from '../../base/errors.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { SAMPLE_CALLS } from '../../event/sample-call.ts'
import { PASS } from '../../event/verdict.ts'
import { connectSource, disconnectSource, refuseUnknownSource, sourcesOfPlan } from '../../tracking-plan/connect.ts'
import { consequencesOf } from '../../tracking-plan/consequences.ts'
import { ALLOW_ALL, Controls, ControlsPatch } from '../../tracking-plan/controls.ts'
import { planGate } from '../../tracking-plan/gate.ts'
import { isLibrary } from '../../tracking-plan/library/library.ts'
import { askedRules } from '../../tracking-plan/load.ts'
import { planOf } from '../../tracking-plan/plan.ts'
import { changeControls, controlsOf } from '../../tracking-plan/settings.ts'
import { violationsSince } from '../../tracking-plan/violations.ts'
import { Deleted, SpaceParams } from '../audience/wire.ts'
import type { Caller } from '../auth.ts'
import type { Door, Inside } from '../door.ts'
import type { App } from '../server.ts'
import { shownViolation, ViolationShown } from '../tracking-plan/shapes.ts'
import type { Route } from './index.ts'

const tags = ['tracking plan']
const Id = z.string().min(1).max(255)
const Params = SpaceParams.extend({ id: Id })
const actOf = (door: Door, { spaceId, name }: Caller) => ({ spaceId, by: name, now: door.now() })
const HOUR_MS = 3_600_000
const WINDOWS = { '1h': 1, '24h': 24, '7d': 168 } as const
const Window = z.enum(['1h', '24h', '7d'])
const sinceOf = (now: Date, window: keyof typeof WINDOWS): Date => new Date(now.getTime() - WINDOWS[window] * HOUR_MS)

const Connected = z.object({ id: z.string(), name: z.string(), connectedBy: z.string(), connectedAt: z.string() })

const listing = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/tracking-plans/:id/sources',
    {
      schema: {
        tags,
        summary: 'The sources that are connected to a plan',
        params: Params,
        response: { 200: z.object({ data: z.object({ sources: z.array(Connected) }) }) },
      },
    },
    async ({ caller, params }) => {
      await planOf(db, caller.spaceId, params.id)
      const sources = await sourcesOfPlan(db, caller.spaceId, params.id)
      return {
        data: {
          sources: sources.map(({ source_id, name, connected_by, connected_at }) => ({
            id: source_id,
            name,
            connectedBy: connected_by,
            connectedAt: connected_at.toISOString(),
          })),
        },
      }
    },
  )
}

const connecting = (app: App, door: Door): void => {
  const { db } = door
  app.post(
    '/spaces/:space/tracking-plans/:id/sources',
    {
      schema: {
        tags,
        summary: 'Connect a source; it has at most one plan',
        params: Params,
        body: z.strictObject({ sourceId: Id }),
        response: { 200: Deleted },
      },
    },
    async ({ caller, params, body }) => {
      const plan = await planOf(db, caller.spaceId, params.id)
      if (isLibrary(plan.type))
        throw new Refused('is_library', `"${plan.name}" is a library: take it into a plan, and connect that.`)
      await connectSource(db, actOf(door, caller), params.id, body.sourceId)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
  app.delete(
    '/spaces/:space/tracking-plans/:id/sources',
    {
      schema: {
        tags,
        summary: 'Disconnect a source',
        params: Params,
        querystring: z.object({ sourceId: Id }),
        response: { 200: Deleted },
      },
    },
    async ({ caller, params, query }) => {
      await disconnectSource(db, actOf(door, caller), params.id, query.sourceId)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const foreseeing = (app: App, { db, now }: Door): void => {
  app.get(
    '/spaces/:space/tracking-plans/:id/consequences',
    {
      schema: {
        tags,
        summary: 'What connecting a source would mean: what it sent lately, planned or not',
        params: Params,
        querystring: z.object({ sourceId: Id, window: Window.default('7d') }),
        response: {
          200: z.object({
            data: z.object({
              events: z.array(z.object({ type: z.string(), name: z.string(), count: z.number(), planned: z.boolean() })),
            }),
          }),
        },
      },
    },
    async ({ caller, params, query }) => {
      await refuseUnknownSource(db, caller.spaceId, query.sourceId)
      const since = sinceOf(now(), query.window)
      return { data: { events: [...(await consequencesOf(db, caller.spaceId, params.id, query.sourceId, since))] } }
    },
  )
}

const TYPES: readonly unknown[] = Object.keys(SAMPLE_CALLS)
// Of what is no call a plan says nothing, which would look as if it kept to it.
const refuseNoCall = (type: unknown): void => {
  if (TYPES.includes(type)) return
  const message = type === undefined ? 'is missing' : 'is none of the six calls'
  throw new Invalid('invalid', [{ field: 'call.type', message, remedy: `write one of ${TYPES.join(', ')}` }])
}

const validating = (app: App, { db }: Door): void => {
  app.post(
    '/spaces/:space/tracking-plans/:id/validations',
    {
      schema: {
        tags,
        summary: 'Ask a plan about a call; nothing is stored or counted',
        params: Params,
        body: z.strictObject({
          call: z.record(z.string(), z.json()),
          sourceId: Id.optional().meta({
            description: 'Whose controls decide what becomes of it; without it everything is allowed',
          }),
        }),
        response: {
          200: z.object({
            data: z.object({
              result: z.enum(['pass', 'change', 'drop']),
              code: z.string().optional(),
              reason: z.string().optional(),
              violations: z.array(z.object({ type: z.string(), field: z.string(), description: z.string() })),
              delivered: z.record(z.string(), z.json()).optional(),
            }),
          }),
        },
      },
    },
    async ({ caller, params, body }) => {
      await planOf(db, caller.spaceId, params.id)
      refuseNoCall(body.call['type'])
      if (body.sourceId !== undefined) await refuseUnknownSource(db, caller.spaceId, body.sourceId)
      const controls = body.sourceId === undefined ? ALLOW_ALL : await controlsOf(db, caller.spaceId, body.sourceId)
      const rules = await askedRules(db, caller.spaceId, params.id)
      const verdict = planGate({ id: params.id, rules }, body.sourceId ?? '', controls)(body.call as JsonObject) ?? PASS
      const violations = (verdict.violations ?? []).map((one) => ({ ...one }))
      if (verdict.kind === 'drop')
        return { data: { result: verdict.kind, code: verdict.code, reason: verdict.reason, violations } }
      const delivered = verdict.kind === 'change' && isObject(verdict.call) ? { delivered: { ...verdict.call } } : {}
      return { data: { result: verdict.kind, violations, ...(delivered as { delivered?: Record<string, never> }) } }
    },
  )
}

const Settings = z.object({ data: z.object({ settings: Controls }) })
const controlling = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/sources/:id/settings',
    {
      schema: {
        tags,
        summary: 'What a source does with the unplanned and the broken',
        params: Params,
        response: { 200: Settings },
      },
    },
    async ({ caller, params }) => {
      await refuseUnknownSource(door.db, caller.spaceId, params.id)
      return { data: { settings: await controlsOf(door.db, caller.spaceId, params.id) } }
    },
  )
  app.patch(
    '/spaces/:space/sources/:id/settings',
    {
      schema: {
        tags,
        summary: 'Change it. Without `forwardingViolationsTo` or `forwardingBlockedEventsTo`, that forwarding is switched off',
        params: Params,
        body: ControlsPatch,
        response: { 200: Settings },
      },
    },
    async ({ caller, params, body }) => ({
      data: { settings: await changeControls(door.db, actOf(door, caller), params.id, body) },
    }),
  )
}

const watching = (app: App, { db, now, counter }: Inside): void => {
  app.get(
    '/spaces/:space/violations',
    {
      schema: {
        tags,
        summary: 'How calls broke their plan, most frequent first, each with an example',
        params: SpaceParams,
        querystring: z.object({
          window: Window.default('24h'),
          sourceId: Id.optional(),
          trackingPlanId: Id.optional(),
          event: z.string().max(500).optional(),
        }),
        response: { 200: z.object({ data: z.object({ violations: z.array(ViolationShown) }) }) },
      },
    },
    async ({ caller, query: { window, trackingPlanId, ...wanted } }) => {
      const since = sinceOf(now(), window)
      await counter.flush()
      const violations = await violationsSince(db, caller.spaceId, { ...wanted, since, planId: trackingPlanId })
      return { data: { violations: violations.map(shownViolation) } }
    },
  )
}

/** Which sources a plan is asked about, what would become of their calls, and what they broke (spec/connections §1.5, §1.6). */
export const plannedSourceRoutes: Route = (app, door) => {
  listing(app, door)
  connecting(app, door)
  foreseeing(app, door)
  validating(app, door)
  controlling(app, door)
  watching(app, door)
}
