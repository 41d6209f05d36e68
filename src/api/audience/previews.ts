import type { FastifyReply, FastifyRequest } from 'fastify'
import pLimit from 'p-limit'
import * as z from 'zod'
import { whomOf } from '../../audience/insight.ts'
import { askPreview, dropPreview, type PreviewJob, previewOf, type Request } from '../../audience/preview/job.ts'
import { makePreview, newClaimOf, type PreviewContext } from '../../audience/preview/make.ts'
import { sentence } from '../../audience/sentence.ts'
import { prefixedId } from '../../base/ids.ts'
import type { Door } from '../door.ts'
import { isFromApp } from '../public-api/guard.ts'
import type { App } from '../server.ts'
import { Identifiers, identifiersFrom } from './insights.ts'
import { conditionFrom, pointing } from './query.ts'
import {
  AnsweredDefinition,
  AudienceDefinition,
  AudienceType,
  answeredDefinition,
  collectionFrom,
  Deleted,
  OneParams,
  Options,
  SpaceParams,
  typeOf,
} from './wire.ts'

const tags = ['audience']

const PreviewBody = z.strictObject({
  definition: AudienceDefinition,
  at: z.iso.datetime({ offset: true }).optional().meta({ description: 'Look back at this instant' }),
  count: z.number().int().min(0).max(100).default(10),
  audienceType: AudienceType.optional(),
  options: Options.optional(),
  identifiers: z.boolean().default(false).meta({ description: 'Count, too, how many own an identifier of each type' }),
  wait: z.enum(['result', 'estimate', 'none']).default('result').meta({
    description:
      'When to answer: with the result (but after 30 s in any case), with an estimate where there is one before that, or at once. A preview that is still RUNNING is then read by its id',
  }),
})

const Estimate = z
  .object({ count: z.number(), low: z.number(), high: z.number(), oneIn: z.number(), asked: z.number(), found: z.number() })
  .meta({
    id: 'PreviewEstimate',
    description:
      'While it is counted: about how many, from asking one profile in `oneIn`. 19 times in 20 the exact number is from `low` to `high`',
  })

const Previewed = z
  .object({
    id: z.string(),
    status: z.enum(['RUNNING', 'COMPLETED', 'FAILED']),
    size: z
      .object({ count: z.number(), uniqueCount: z.number(), type: AudienceType })
      .optional()
      .meta({ description: 'Of a COMPLETED one: how many, exactly' }),
    estimate: Estimate.optional(),
    results: z
      .array(
        z.object({
          profileId: z.string(),
          name: z.string().nullable(),
          email: z.string().nullable(),
          traits: z.record(z.string(), z.unknown()),
        }),
      )
      .optional()
      .meta({ description: 'Some of them; beside an estimate, of those that were asked' }),
    identifiers: Identifiers.optional(),
    failureReason: z.string().optional().meta({ description: 'Why it FAILED, and what to do' }),
    sentence: z.string(),
    definition: AnsweredDefinition,
    audienceType: AudienceType,
    options: Options,
    requestedAt: z.string(),
    expiresAt: z.string().meta({ description: 'Until when it can be read: a day' }),
  })
  .meta({ id: 'AudiencePreview' })
const One = z.object({ data: z.object({ audiencePreview: Previewed }) })

const answered = (job: PreviewJob): z.infer<typeof Previewed> => {
  const { condition, collection, options } = job.asked
  const type = typeOf(collection)
  return {
    id: job.id,
    status: job.status,
    ...(job.size === null ? {} : { size: { count: job.size, uniqueCount: job.size, type } }),
    ...(job.estimate ? { estimate: job.estimate } : {}),
    ...(job.results ? { results: job.results.map((person) => ({ ...person })) } : {}),
    ...(job.identifiers ? { identifiers: identifiersFrom(job.identifiers) } : {}),
    ...(job.failure === null ? {} : { failureReason: job.failure }),
    sentence: sentence(condition),
    definition: answeredDefinition(condition, collection),
    audienceType: type,
    options: options as z.infer<typeof Options>,
    requestedAt: job.requestedAt.toISOString(),
    expiresAt: job.expiresAt.toISOString(),
  }
}

const LONGEST_WAIT_MS = 30_000
const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })

// Each holds a connection, of which this process has some twenty, for as long as it counts.
const MOST_AT_ONCE = 6

/** The previews that this process computes, by id: each can be given up. */
type Running = Map<string, AbortController>

const requestFrom = async (door: Door, spaceId: string, body: z.infer<typeof PreviewBody>): Promise<Request> => {
  const condition = await conditionFrom(door.db, spaceId, body.definition)
  const collection = collectionFrom(body.audienceType, body.definition.type)
  const { at, count, identifiers, options = {} } = body
  // What cannot be compiled is refused here, and not by a preview that fails.
  const whom = { condition, collection, options, limits: door.config.limits }
  await pointing('audience', body.definition, () => whomOf(door.db, spaceId, whom, door.now()))
  return { condition, collection, options, count, identifiers, ...(at === undefined ? {} : { at }) }
}

const contextOf = ({ db, now, random }: Door): PreviewContext => ({
  db,
  now,
  newClaim: () => Buffer.from(random(12)).toString('hex'),
})

const starting = (app: App, door: Door, running: Running): void => {
  const context = contextOf(door)
  const gate = pLimit(MOST_AT_ONCE)
  const start = async (spaceId: string, by: string, asked: Request, request: FastifyRequest, reply: FastifyReply) => {
    const [id, claim] = [prefixedId('prv', door.random(12)), newClaimOf(context)]
    const act = { spaceId, by, now: door.now(), limits: door.config.limits }
    const job = await askPreview(door.db, act, { id, asked, counted: !isFromApp(request), claim })
    const giveUp = new AbortController()
    running.set(id, giveUp)
    let told = (): void => {}
    const estimated = new Promise<void>((resolve) => {
      told = resolve
    })
    const held = { spaceId, id, claim: claim.claim, asked, requestedAt: job.requestedAt, attempts: 1 }
    const done = gate(() => makePreview(context, held, { told, signal: giveUp.signal }))
      .catch((error: unknown) => app.log.warn(error, 'a preview was left to whoever takes it over'))
      .finally(() => running.delete(id))
    const waiting = { still: true }
    // Who hangs up before the answer has changed the sentence, or left.
    reply.raw.on('close', () => {
      if (!waiting.still) return
      giveUp.abort()
      dropPreview(door.db, spaceId, id, door.now()).catch(() => {})
    })
    return { id, estimated, done, waiting }
  }
  app.post(
    '/spaces/:space/audiences/previews',
    {
      schema: {
        tags,
        summary: 'Who would be in an audience: how many, and some of them',
        params: SpaceParams,
        body: PreviewBody,
        response: { 200: One },
      },
    },
    async (request, reply) => {
      const { spaceId, name } = request.caller
      const asked = await requestFrom(door, spaceId, request.body)
      const { id, estimated, done, waiting } = await start(spaceId, name, asked, request, reply)
      const enough = { result: [done], estimate: [done, estimated], none: [Promise.resolve()] }[request.body.wait]
      await Promise.race([...enough, after(LONGEST_WAIT_MS)])
      waiting.still = false
      return { data: { audiencePreview: answered(await previewOf(door.db, spaceId, id, door.now())) } }
    },
  )
}

/** `/spaces/:space/audiences/previews`: ask for one, read it, give it up (spec/audiences §16, §24). */
export const previewRoutes = (app: App, door: Door): void => {
  const running: Running = new Map()
  starting(app, door, running)
  app.get(
    '/spaces/:space/audiences/previews/:id',
    { schema: { tags, summary: 'How far a preview is, and what it found', params: OneParams, response: { 200: One } } },
    async ({ caller, params }) => ({
      data: { audiencePreview: answered(await previewOf(door.db, caller.spaceId, params.id, door.now())) },
    }),
  )
  app.delete(
    '/spaces/:space/audiences/previews/:id',
    { schema: { tags, summary: 'Give a preview up', params: OneParams, response: { 200: Deleted } } },
    async ({ caller, params }) => {
      await dropPreview(door.db, caller.spaceId, params.id, door.now())
      running.get(params.id)?.abort()
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}
