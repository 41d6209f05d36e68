import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { timeOrderedId } from '../../base/ids.ts'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { EventType } from '../../db/rows/event.ts'
import { isTooLarge, MOST_BATCH_BYTES, MOST_BATCH_CALLS, MOST_CALL_BYTES, readBody } from '../../ingest/body.ts'
import { createGather, type Gather } from '../../ingest/gather.ts'
import { type Parsed, parseCall, type Surroundings } from '../../ingest/parse.ts'
import { problem } from '../../ingest/problems.ts'
import { joinResults, type Result } from '../../ingest/results.ts'
import { createSourceLookup, type Source } from '../../space/source.ts'
import { credentialOf } from '../auth.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'
import { sdkSettings } from './sdk-settings.ts'

/** Paths by call: the documented names, and the short ones that analytics.js uses. */
const CALLS: Readonly<Record<string, EventType>> = {
  identify: 'identify',
  i: 'identify',
  track: 'track',
  t: 'track',
  page: 'page',
  p: 'page',
  screen: 'screen',
  s: 'screen',
  group: 'group',
  g: 'group',
  alias: 'alias',
  a: 'alias',
}
const BATCHES: readonly string[] = ['batch', 'b']

type Refusal = { readonly status: number; readonly code: string; readonly message: string; readonly remedy: string }

// The two that Segment answers with 400; everything else is 200 unless the caller asks for `?strict=1` (spec/audiences §2.5).
const REFUSED = {
  too_large: {
    status: 400,
    code: 'body_too_large',
    message: 'The body is larger than 32 KB for a call or 500 KB for a batch.',
    remedy: 'Send less in one request.',
  },
  invalid_json: {
    status: 400,
    code: 'invalid_json',
    message: 'The body is not a JSON object.',
    remedy: 'Send one JSON object, in UTF-8, plain or gzip.',
  },
} as const satisfies Readonly<Record<string, Refusal>>

const DISCARDED = {
  project_not_found: {
    status: 401,
    code: 'project_not_found',
    message: 'No source has this write key; nothing was stored.',
    remedy: 'Send the write key of a source, by Basic authorization or as "writeKey" in the body.',
  },
  source_disabled: {
    status: 403,
    code: 'source_disabled',
    message: 'This source is switched off; nothing was stored.',
    remedy: 'Switch it on, or use the write key of another one.',
  },
  empty_batch: {
    status: 400,
    code: 'empty_batch',
    message: 'The batch holds no calls.',
    remedy: 'Send {"batch": [ … ]} with 1 to 2,500 calls.',
  },
  batch_too_long: {
    status: 400,
    code: 'batch_too_long',
    message: 'The batch holds more than 2,500 calls; none was stored.',
    remedy: 'Send at most 2,500 calls in one batch.',
  },
} as const satisfies Readonly<Record<string, Refusal>>

const isStrict = (request: FastifyRequest): boolean => ['1', 'true'].includes((request.query as { strict?: string }).strict ?? '')

const refuse = (reply: FastifyReply, { status, code, message, remedy }: Refusal): FastifyReply =>
  reply.status(status).send({ success: false, error: { code, message, problems: [{ field: '', message, remedy }] } })

const discard = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply => {
  if (isStrict(request)) return refuse(reply, refusal)
  const { code, message, remedy } = refusal
  return reply.send({ success: true, code, message, remedy, results: [] })
}

const codeOf = (results: readonly Result[]): { readonly code?: string } => {
  const dropped = results.filter((result) => result.status === 'dropped')
  if (results.length === 1 || dropped.length === 0) return {}
  return { code: dropped.length === results.length ? 'empty_batch_result' : 'multi_user_error' }
}

// Good calls are stored in either mode; strict only says louder what was not.
const answer = (request: FastifyRequest, reply: FastifyReply, results: readonly Result[]): FastifyReply => {
  const dropped = results.flatMap((result, index) => (result.status === 'dropped' ? [{ ...result, index }] : []))
  const [first] = dropped
  if (!isStrict(request) || !first) return reply.send({ success: true, ...codeOf(results), results })
  const problems = dropped.map(({ index, field, message, remedy, code }) => ({
    field: results.length === 1 ? field : `batch.${index}${field && `.${field}`}`,
    message,
    remedy,
    code,
  }))
  const { code = first.code } = codeOf(results)
  return reply.status(400).send({
    success: false,
    error: { code, message: `${dropped.length} of ${results.length} calls were not stored.`, problems },
    results,
  })
}

const objectOr = (value: Json | undefined): JsonObject | undefined => (isObject(value) ? value : undefined)

const withDefined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }

type Desk = { readonly door: Door; readonly gather: Gather; readonly sourceOf: (writeKey: string) => Promise<Source | undefined> }

const sourceOfRequest = async (desk: Desk, request: FastifyRequest, body: JsonObject): Promise<Source | undefined> => {
  const { writeKey } = body
  const inHeader = /^basic /i.test(request.headers.authorization ?? '') ? credentialOf(request.headers.authorization) : undefined
  const key = inHeader || (typeof writeKey === 'string' ? writeKey : undefined)
  return key ? desk.sourceOf(key) : undefined
}

const store = async (desk: Desk, request: FastifyRequest, reply: FastifyReply, source: Source, parsed: readonly Parsed[]) => {
  const good = parsed.flatMap((one) => (one.kind === 'call' ? [one.call] : []))
  const { results, announced } = good.length === 0 ? { results: [], announced: false } : await desk.gather(source.spaceId, good)
  if (results.some((result) => result.status === 'stored')) desk.door.notify('profile_change')
  if (announced) desk.door.notify('outbox')
  return answer(request, reply, joinResults(parsed, results))
}

const surroundings = (desk: Desk, request: FastifyRequest, source: Source): Surroundings => {
  const receivedAt = desk.door.now()
  return {
    sourceId: source.sourceId,
    receivedAt,
    ip: request.ip,
    newMessageId: () => timeOrderedId(receivedAt, desk.door.random(10)),
  }
}

const open = async (desk: Desk, request: FastifyRequest, reply: FastifyReply, most: number) => {
  const body = readBody((request.body as Buffer | undefined) ?? Buffer.alloc(0), request.headers['content-encoding'], most)
  if (body.kind !== 'body') return void refuse(reply, REFUSED[body.kind])
  const source = await sourceOfRequest(desk, request, body.value)
  if (!source) return void discard(request, reply, DISCARDED.project_not_found)
  if (!source.enabled) return void discard(request, reply, DISCARDED.source_disabled)
  return { body: body.value, bytes: body.bytes, source }
}

const takeCall = async (desk: Desk, request: FastifyRequest, reply: FastifyReply, type: EventType) => {
  const opened = await open(desk, request, reply, MOST_CALL_BYTES)
  if (!opened) return reply
  return store(desk, request, reply, opened.source, [
    parseCall(opened.body, { ...surroundings(desk, request, opened.source), type }),
  ])
}

const takeBatch = async (desk: Desk, request: FastifyRequest, reply: FastifyReply) => {
  const opened = await open(desk, request, reply, MOST_BATCH_BYTES)
  if (!opened) return reply
  const { body, bytes, source } = opened
  const { batch, sentAt } = body
  if (!Array.isArray(batch) || batch.length === 0) return discard(request, reply, DISCARDED.empty_batch)
  if (batch.length > MOST_BATCH_CALLS) return discard(request, reply, DISCARDED.batch_too_long)
  const own = withDefined({ sentAt, context: objectOr(body['context']), integrations: objectOr(body['integrations']) })
  const around: Surroundings = { ...surroundings(desk, request, source), ...own }
  const parsed = batch.map((item): Parsed => {
    if (isTooLarge(item, bytes)) return { kind: 'problem', messageId: undefined, problem: problem('item_too_large') }
    return parseCall(item, around)
  })
  return store(desk, request, reply, source, parsed)
}

/** What a call is answered, also where nothing was taken: then `code`, `message` and `remedy` say why. */
const Taken = z.looseObject({ success: z.boolean() })
const SdkSettings = z.looseObject({ integrations: z.record(z.string(), z.looseObject({})) })

/** Browsers post from any site: who may write is decided by the write key, which is public by nature. */
const allowEveryOrigin = (app: App): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('access-control-allow-origin', '*')
    // SDKs claim many content types and some none at all; the body is JSON in any case, so the claim is not looked at.
    request.raw.headers['content-type'] = 'application/octet-stream'
  })
  app.options('/v1/*', { schema: { hide: true } }, (request, reply) =>
    reply
      .status(204)
      .header('access-control-allow-methods', 'GET, POST, OPTIONS')
      .header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? 'content-type, authorization')
      .header('access-control-max-age', '86400')
      .send(),
  )
}

const acceptAnyBody = (app: App): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BATCH_BYTES }, (_request, body, done) => done(null, body))
  const outer = app.errorHandler
  app.setErrorHandler((error, request, reply) => {
    if ((error as { code?: string }).code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refuse(reply, REFUSED.too_large)
    if ((error as { status?: number }).status === 429) reply.header('retry-after', '1').header('x-ratelimit-reset', '1')
    return outer(error as Error & { code: string; name: string }, request, reply)
  })
}

/** The tracking API: `POST /v1/<call>`, `POST /v1/batch`, and what SDKs ask for before they start (spec/audiences §2). */
export const trackingRoutes: Route = (app, door) => {
  const desk: Desk = { door, gather: createGather(door.db, door), sourceOf: createSourceLookup(door.db, door.now) }
  allowEveryOrigin(app)
  acceptAnyBody(app)
  const described = (summary: string, short: boolean) => ({
    schema: { tags: ['tracking'], summary, hide: short, response: { 200: Taken } },
  })
  for (const [path, type] of Object.entries(CALLS))
    app.post(`/v1/${path}`, described(`A ${type} call`, path.length === 1), (request, reply) =>
      takeCall(desk, request, reply, type),
    )
  for (const path of BATCHES)
    app.post(`/v1/${path}`, described('Up to 2,500 calls', path.length === 1), (request, reply) =>
      takeBatch(desk, request, reply),
    )
  // Measurements that analytics.js sends about itself.
  app.post('/v1/m', { schema: { hide: true } }, () => ({ success: true }))
  for (const prefix of ['', '/cdn'])
    app.get(
      `${prefix}/v1/projects/:writeKey/settings`,
      {
        schema: {
          tags: ['tracking'],
          summary: 'What an SDK asks for first',
          hide: prefix !== '',
          response: { 200: SdkSettings },
        },
      },
      (request) => sdkSettings((request.params as { writeKey: string }).writeKey, door.config.publicUrl),
    )
}
