import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import { destinationOf } from '../../destination/instances.ts'
import { replaysTo, replayTo, type Told } from '../../ingest/replay/destination/job.ts'
import { countToReplay, startDestinationReplay } from '../../ingest/replay/destination/start.ts'
import { steerDestinationReplay } from '../../ingest/replay/destination/steer.ts'
import { OneParams } from '../audience/wire.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['destination']
const Types = z.array(z.enum(['identify', 'track', 'page', 'screen', 'group', 'alias']))
const Count = z.number()
const Replay = z
  .object({
    id: z.string(),
    destinationId: z.string(),
    sourceId: z.string(),
    from: z.string(),
    to: z.string(),
    types: Types.nullable(),
    names: z.array(z.string()).nullable(),
    failedOnly: z.boolean(),
    status: z.enum(['RUNNING', 'PAUSED', 'COMPLETED', 'CANCELLED', 'FAILED']),
    requestedBy: z.string(),
    startedAt: z.string(),
    finishedAt: z.string().nullable().meta({ description: 'Null also while calls of a cancelled one are on their way' }),
    progress: z
      .object({
        expected: Count.meta({ description: 'Calls that there are to send again' }),
        queued: Count.meta({ description: 'Of these, so many were handed to the destination’s queue so far' }),
        done: Count.meta({ description: 'Of these, so many are finished, whatever they came to' }),
        waiting: Count,
        delivered: Count,
        filtered: Count,
        discarded: Count,
        failed: Count,
        reached: z.string().nullable().meta({ description: 'The instant that is done' }),
      })
      .meta({ description: 'What the calls came to is known for 28 days' }),
    error: z.string().optional(),
  })
  .meta({ id: 'DestinationReplay' })

const isoOf = (ms: number): string => new Date(ms).toISOString()

const replayFrom = ({ sending, outcomes, ...job }: Told): z.infer<typeof Replay> => {
  const { queued = 0, held = 0, sending: now = 0, delivered = 0, filtered = 0, discarded = 0, failed = 0 } = outcomes
  return {
    id: job.id,
    destinationId: sending.destinationId,
    sourceId: job.sourceId,
    from: isoOf(sending.from),
    to: isoOf(sending.to),
    types: sending.types && [...sending.types],
    names: sending.names && [...sending.names],
    failedOnly: sending.failedOnly,
    status: job.status,
    requestedBy: job.requestedBy,
    startedAt: job.startedAt.toISOString(),
    finishedAt: job.finishedAt?.toISOString() ?? null,
    progress: {
      expected: job.expected,
      queued: job.queued,
      done: delivered + filtered + discarded + failed,
      waiting: queued + held + now,
      ...{ delivered, filtered, discarded, failed },
      reached: job.reached === 0 ? null : isoOf(job.reached),
    },
    ...(job.error === null ? {} : { error: job.error }),
  }
}

const Instant = z.iso.datetime({ offset: true })
const Asked = z.strictObject({
  sourceId: z.string().min(1).max(255).meta({ description: 'The source that the destination is connected to' }),
  from: Instant,
  to: Instant.optional().meta({ description: 'Exclusive; without it up to now' }),
  types: Types.min(1).max(6).optional(),
  names: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'As conditions know them: a track call’s own, `Page Viewed`, `Screen Viewed`, or the type' }),
  failedOnly: z
    .boolean()
    .default(false)
    .meta({ description: 'Only what it did not take, of the last 28 days; from and to are then when it was received' }),
})

export type DestinationReplay = z.infer<typeof Replay>

const one = z.object({ data: z.object({ replay: Replay }) })
const OneReplay = OneParams.extend({ replay: z.string() })

const reading = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/destinations/:id/replays',
    {
      schema: {
        tags,
        summary: 'Replays to it, newest first, with how far they are',
        params: OneParams,
        response: { 200: z.object({ data: z.object({ replays: z.array(Replay) }) }) },
      },
    },
    async ({ caller: { spaceId }, params: { id } }) => {
      await destinationOf(db, spaceId, id)
      return { data: { replays: (await replaysTo(db, spaceId, id)).map(replayFrom) } }
    },
  )
  app.get(
    '/spaces/:space/destinations/:id/replays/:replay',
    { schema: { tags, summary: 'How far a replay is', params: OneReplay, response: { 200: one } } },
    async ({ caller: { spaceId }, params: { id, replay } }) => ({
      data: { replay: replayFrom(await replayTo(db, spaceId, id, replay)) },
    }),
  )
}

const spanOf = ({ from, to, ...rest }: z.infer<typeof Asked>) => ({
  rest,
  span: { from: new Date(from), to: to === undefined ? undefined : new Date(to) },
})

const counting = (app: App, { db, now }: Door): void => {
  app.post(
    '/spaces/:space/destinations/:id/replay-previews',
    {
      schema: {
        tags,
        summary: 'How many calls a replay would send, if it began now',
        params: OneParams,
        body: Asked,
        response: { 200: z.object({ data: z.object({ expected: Count }) }) },
      },
    },
    async ({ caller: { spaceId }, params: { id: destinationId }, body }) => {
      const { rest, span } = spanOf(body)
      return { data: { expected: await countToReplay(db, { spaceId, destinationId, ...rest, ...span, now: now() }) } }
    },
  )
}

const writing = (app: App, { db, now, random }: Door): void => {
  app.post(
    '/spaces/:space/destinations/:id/replays',
    {
      schema: {
        tags,
        summary: 'Sends what its source sent in a span to it again, and to no other; it may be switched off',
        params: OneParams,
        body: Asked,
        response: { 201: one },
      },
    },
    async ({ caller: { spaceId, name }, params: { id: destinationId }, body }, reply) => {
      const { rest, span } = spanOf(body)
      const id = prefixedId('rpl', random(12))
      await startDestinationReplay(db, { spaceId, id, destinationId, ...rest, ...span, by: name, now: now() })
      return reply.status(201).send({ data: { replay: replayFrom(await replayTo(db, spaceId, destinationId, id)) } })
    },
  )
  app.post(
    '/spaces/:space/destinations/:id/replays/:replay',
    {
      schema: {
        tags,
        summary: 'Pauses, resumes or cancels a replay: what was sent stays sent, and what waits is held, or withdrawn',
        params: OneReplay,
        body: z.strictObject({ do: z.enum(['pause', 'resume', 'cancel']) }),
        response: { 200: one },
      },
    },
    async ({ caller: { spaceId }, params: { id: destinationId, replay: id }, body }) => {
      const told = await steerDestinationReplay(db, { spaceId, destinationId, id }, body.do, now())
      return { data: { replay: replayFrom(told) } }
    },
  )
}

/** `/spaces/:space/destinations/:id/replays`: a source's past goes to one destination again (spec/connections §2.6). */
export const destinationReplayRoutes: Route = (app, door) => {
  reading(app, door)
  counting(app, door)
  writing(app, door)
}
