import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { timeOrderedId } from '../../base/ids.ts'
import { loadPlan } from '../../destination/plan.ts'
import { type Tried, tryCall } from '../../destination/try.ts'
import { OneParams } from '../audience/wire.ts'
import { callFrom, JsonMap } from '../destination/shapes.ts'
import type { Route } from './index.ts'

const Request = z.object({
  mappingId: z.string(),
  mappingName: z.string(),
  sent: z.boolean(),
  outcome: z.enum(['delivered', 'retry', 'failed', 'discarded']),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  status: z.number().nullable(),
  request: JsonMap.nullable(),
  response: z.string().nullable(),
  durationMs: z.number(),
})

const NOTHING_SENT = { sent: false, outcome: 'discarded' as const, status: null, request: null, response: null, durationMs: 0 }

const shown = ({ mappingId, mappingName, ...tried }: Tried): z.infer<typeof Request> => {
  if ('stop' in tried) return { mappingId, mappingName, ...NOTHING_SENT, reason: tried.stop.reason, detail: tried.stop.detail }
  const { outcome, status, request, response, durationMs } = tried.exchange
  const why = outcome.kind === 'delivered' ? { reason: null, detail: null } : { reason: outcome.reason, detail: outcome.detail }
  const exchange = { status, request: request as z.infer<typeof JsonMap>, response, durationMs }
  return { mappingId, mappingName, sent: true, outcome: outcome.kind, ...why, ...exchange }
}

/** `/spaces/:space/destinations/:id/tests`: sends one call for real and shows what came of it (spec/connections §3.6). */
export const destinationTestRoutes: Route = (app, door) => {
  app.post(
    '/spaces/:space/destinations/:id/tests',
    {
      schema: {
        tags: ['destination'],
        summary: 'Send a call to the tool now, past filters and transformations, by all mappings that are on and fit it',
        params: OneParams,
        body: z.strictObject({
          call: JsonMap.meta({ description: 'A call as it is sent: {type, userId, event, properties, …}' }),
        }),
        response: {
          200: z.object({
            data: z.object({
              message: z.string().nullable().meta({ description: 'Why nothing was sent' }),
              reason: z.string().nullable(),
              requests: z.array(Request),
            }),
          }),
        },
      },
    },
    async ({ caller, params, body: { call } }) => {
      const plan = await loadPlan(door.db, caller.spaceId, params.id)
      if (!plan) throw notFound('destination', params.id)
      const messageId = timeOrderedId(door.now(), door.random(10))
      const { stopped, tried } = await tryCall(plan, callFrom(call), {
        now: door.now,
        hosts: door.config.destinationHosts,
        messageId,
      })
      return { data: { message: stopped?.detail ?? null, reason: stopped?.reason ?? null, requests: tried.map(shown) } }
    },
  )
}
