import * as z from 'zod'
import { notFound, Refused } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import type { SourceRow } from '../../db/rows/space.ts'
import { examine } from '../../ingest/examine.ts'
import { createGather } from '../../ingest/gather.ts'
import { sourceById } from '../../space/source.ts'
import { SpaceParams } from '../audience/wire.ts'
import type { Inside } from '../door.ts'
import type { App } from '../server.ts'
import { effectsOf, seeEffects, whomOf } from '../test-call/effects.ts'
import { Effects, NO_EFFECTS, Sent, Tested } from '../test-call/shapes.ts'
import { arrivalOf, tryCall } from '../test-call/try.ts'
import { keep } from '../tracking/keep.ts'
import type { Route } from './index.ts'

const tags = ['source']
const Params = SpaceParams.extend({ source: z.string().min(1).max(255) })
const SampleCall = z
  .record(z.string(), z.json())
  .meta({ description: 'A call as it travels: `{"type": "track", "userId": …, "event": …}`' })

const opened = async (db: Db, spaceId: string, id: string): Promise<SourceRow> => {
  const source = await sourceById(db, spaceId, id)
  if (!source) throw notFound('source', id)
  return source
}

const trying = (app: App, door: Inside): void => {
  app.post(
    '/spaces/:space/sources/:source/test-call',
    {
      schema: {
        tags,
        summary: 'What a call would do, from the door to the journeys it would start: nothing of it is stored',
        params: Params,
        body: z.strictObject({ call: SampleCall }),
        response: { 200: z.object({ data: Tested }) },
      },
    },
    async ({ caller, params, body }) => {
      const source = await opened(door.db, caller.spaceId, params.source)
      return { data: await tryCall(door, source, body.call as JsonObject, door.now()) }
    },
  )
}

const sending = (app: App, door: Inside): void => {
  const gather = createGather(door.db, { ...door, counted: door.counter.note })
  app.post(
    '/spaces/:space/sources/:source/test-call/send',
    {
      schema: {
        tags,
        summary: 'Takes a call as if the source had sent it: it is stored, and everything that follows happens',
        params: Params,
        body: z.strictObject({ call: SampleCall }),
        response: { 200: z.object({ data: Sent }) },
      },
    },
    async ({ caller, params, body }) => {
      const source = await opened(door.db, caller.spaceId, params.source)
      if (!source.enabled)
        throw new Refused('source_disabled', 'This source is switched off: it takes no call. Switch it on first.')
      const arrival = arrivalOf(source, body.call as JsonObject, door.now(), door.random)
      const from = { spaceId: caller.spaceId, sourceId: source.id }
      const { results, profileOf } = await keep(door, gather, from, [arrival], JSON.stringify(body.call).length)
      const [result] = results
      const messageId = result?.messageId ?? null
      const problems = result?.status === 'dropped' ? [result] : result?.status === 'stored' ? (result.violations ?? []) : []
      return {
        data: {
          status: result?.status ?? 'dropped',
          messageId,
          profileId: (messageId === null ? undefined : profileOf(messageId)) ?? null,
          receivedAt: arrival.receivedAt.toISOString(),
          problems: problems.map(({ code, field, message, remedy }) => ({ code, field, message, remedy })),
        },
      }
    },
  )
}

const following = (app: App, { db, random }: Inside): void => {
  app.post(
    '/spaces/:space/sources/:source/test-call/effects',
    {
      schema: {
        tags,
        summary: 'What a call that was sent has done so far; ask again for what comes later',
        params: Params,
        body: z.strictObject({
          call: SampleCall,
          messageId: z.string().max(100),
          profileId: z.uuid().nullable(),
          receivedAt: z.iso.datetime(),
        }),
        response: { 200: z.object({ data: z.object({ effects: Effects }) }) },
      },
    },
    async ({ caller: { spaceId }, params, body }) => {
      const source = await opened(db, spaceId, params.source)
      const since = new Date(body.receivedAt)
      const arrival = arrivalOf(source, { ...body.call, messageId: body.messageId } as JsonObject, since, random)
      const examined = await examine(db, spaceId, arrival, since)
      const { call } = examined
      if (!call) return { data: { effects: NO_EFFECTS } }
      const profileIds = await whomOf(db, spaceId, examined, call, body.profileId ?? undefined)
      const asked = { spaceId, profileIds, messageId: body.messageId, since }
      return { data: { effects: effectsOf(await seeEffects(db, asked, examined, call)) } }
    },
  )
}

/** The event tester: what a sample call would do, and, sent for real, what it does (spec/connections §2, §3.6). */
export const sourceTestRoutes: Route = (app, door) => {
  trying(app, door)
  sending(app, door)
  following(app, door)
}
