import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { timeOrderedId } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { blockedInBrowsers } from '../../catalog/browser-plan.ts'
import type { EventType } from '../../db/rows/event.ts'
import type { Arrival } from '../../ingest/arrival.ts'
import { MOST_BATCH_BYTES, MOST_BATCH_CALLS, MOST_CALL_BYTES, readBody, sharedBy, tooLargeIn } from '../../ingest/body.ts'
import { NO_SPACE } from '../../ingest/drop.ts'
import { createGather, type Gather } from '../../ingest/gather.ts'
import { parseCall, type Surroundings } from '../../ingest/parse.ts'
import { problem } from '../../ingest/problems.ts'
import { slotOf } from '../../ingest/step-count.ts'
import { createSourceLookup, type Source } from '../../space/source.ts'
import { EVERY_EVENT } from '../../tracking-plan/browser-plan.ts'
import { userNameOf } from '../auth.ts'
import type { Inside } from '../door.ts'
import type { App } from '../server.ts'
import { answer, answerAgain, DISCARDED, discard, isStrict, REFUSED, type Refusal, refuse } from '../tracking/answer.ts'
import { keepEverywhere } from '../tracking/feed.ts'
import { createIdentity, type Identity } from '../tracking/identity.ts'
import { createPace, type Pace } from '../tracking/pace.ts'
import { PIXEL_OF_NO_CALL, readPixel, sendGif } from '../tracking/pixel.ts'
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
// The last two are how Segment's libraries for Java, Android and .NET call it.
const BATCHES: readonly string[] = ['batch', 'b', 'import', 'import/']

const withDefined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }

type Desk = {
  readonly door: Inside
  readonly gather: Gather
  readonly sourceOf: (writeKey: string) => Promise<Source | undefined>
  readonly identity: Identity
  readonly pace: Pace
}

const keyOf = (request: FastifyRequest, body: JsonObject): string | undefined => {
  const { writeKey } = body
  const inHeader = userNameOf(request.headers.authorization)
  return inHeader || (typeof writeKey === 'string' && writeKey !== '' ? writeKey : undefined)
}

const sourceOfRequest = async (desk: Desk, request: FastifyRequest, body: JsonObject): Promise<Source | undefined> => {
  const key = keyOf(request, body)
  return key ? desk.sourceOf(key) : undefined
}

// What was sent is counted where it can be said whose it was. Of an unknown key the beginning is shown: enough to find it, too little to use.
const count = ({ door }: Desk, source: Source | undefined, { code, message, remedy }: Refusal, call: unknown): void => {
  const { spaceId = NO_SPACE, sourceId = NO_SPACE } = source ?? {}
  const at = door.now()
  const drop = { sourceId, code, subject: '', reason: `${message} ${remedy}`, messageId: undefined, at, call }
  door.counter.note(spaceId, { drops: [drop], broken: [] })
  if (source) door.counter.step(spaceId, { sourceId, slot: slotOf(at), type: '', outcome: 'failed', count: 1 })
}

/** Answers a request whose body cannot be read at all. */
const refuseBody = async (
  desk: Desk,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: keyof typeof REFUSED,
  bytes: number,
) => {
  const source = await sourceOfRequest(desk, request, {})
  if (source) count(desk, source, REFUSED[kind], { bytes })
  return refuse(reply, REFUSED[kind])
}

type Opened = { readonly source: Source; readonly bytes: number }

const store = async (desk: Desk, request: FastifyRequest, reply: FastifyReply, opened: Opened, arrivals: readonly Arrival[]) => {
  const { source } = opened
  desk.pace(source.spaceId, arrivals.length)
  const { results, again } = await keepEverywhere(desk.door, desk.gather, source, arrivals, opened.bytes)
  if (again) return answerAgain(reply, results, again)
  return answer(reply, results, { strict: isStrict(request, source), trusted: source.strict })
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
  const raw = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
  const body = readBody(raw, request.headers['content-encoding'], most)
  if (body.kind !== 'body') return void (await refuseBody(desk, request, reply, body.kind, raw.length))
  const source = await sourceOfRequest(desk, request, body.value)
  const unproved = source?.enabled ? await desk.identity(request, source) : undefined
  if (source && unproved) {
    count(desk, source, unproved, body.value)
    // Loud whatever the source is set to: an SDK gets itself a new token at a 401, and at nothing else.
    return void refuse(reply, unproved)
  }
  const isOther = isStrict(request, source) && !claimsJson(request)
  if (source?.enabled && !isOther) return { body: body.value, bytes: body.bytes, source }
  const refusal = !source ? DISCARDED.project_not_found : source.enabled ? DISCARDED.content_type : DISCARDED.source_disabled
  const shown = source ? body.value : { writeKey: `${keyOf(request, body.value)?.slice(0, 4) ?? ''}…` }
  count(desk, source, refusal, shown)
  return void discard(reply, refusal, isStrict(request, source))
}

const takeCall = async (desk: Desk, request: FastifyRequest, reply: FastifyReply, type: EventType) => {
  const opened = await open(desk, request, reply, MOST_CALL_BYTES)
  if (!opened) return reply
  const { body, source } = opened
  const around = surroundings(desk, request, source)
  return store(desk, request, reply, opened, [
    { raw: body, type, parsed: parseCall(body, { ...around, type }), sourceId: source.sourceId, receivedAt: around.receivedAt },
  ])
}

const takeBatch = async (desk: Desk, request: FastifyRequest, reply: FastifyReply) => {
  const opened = await open(desk, request, reply, MOST_BATCH_BYTES)
  if (!opened) return reply
  const { body, bytes, source } = opened
  const { batch, sentAt } = body
  const calls = Array.isArray(batch) ? batch : []
  if (calls.length === 0 || calls.length > MOST_BATCH_CALLS) {
    const refusal = calls.length === 0 ? DISCARDED.empty_batch : DISCARDED.batch_too_long
    count(desk, source, refusal, { calls: calls.length, first: calls[0] ?? null })
    return discard(reply, refusal, isStrict(request, source))
  }
  const own = withDefined({ sentAt, context: sharedBy(body['context']), integrations: sharedBy(body['integrations']) })
  const around: Surroundings = { ...surroundings(desk, request, source), ...own }
  const { sourceId, receivedAt } = around
  const isTooLarge = tooLargeIn(bytes, [around.context, around.integrations])
  const arrivals = calls.map((raw: Json): Arrival => {
    if (isTooLarge(raw))
      return { raw, parsed: { kind: 'problem', messageId: undefined, problem: problem('item_too_large') }, sourceId, receivedAt }
    return { raw, parsed: parseCall(raw, around), sourceId, receivedAt }
  })
  return store(desk, request, reply, opened, arrivals)
}

// Whatever is wrong with it is counted where it can be said whose it was: the page that shows the image shows no broken one.
const takePixel = async (desk: Desk, request: FastifyRequest, type: EventType | undefined): Promise<void> => {
  const { data } = request.query as { data?: unknown }
  const body = readPixel(data, request.headers['user-agent'], MOST_CALL_BYTES)
  if (body.kind !== 'body') return
  const { value, bytes } = body
  const source = await sourceOfRequest(desk, request, value)
  if (!source?.enabled) {
    const refusal = source ? DISCARDED.source_disabled : DISCARDED.project_not_found
    return count(desk, source, refusal, source ? value : { writeKey: `${keyOf(request, value)?.slice(0, 4) ?? ''}…` })
  }
  const unproved = await desk.identity(request, source)
  if (unproved || !type) return count(desk, source, unproved ?? PIXEL_OF_NO_CALL, value)
  const around = surroundings(desk, request, source)
  const { sourceId, receivedAt } = around
  const arrival = { raw: value, type, parsed: parseCall(value, { ...around, type }), sourceId, receivedAt }
  await keepEverywhere(desk.door, desk.gather, source, [arrival], bytes)
}

/** `GET /v1/pixel/<call>`: an image in somebody else's mail that is a call (spec/connections §2.7, journeys §10.4). */
const pixels = (app: App, desk: Desk): void => {
  const show = async (request: FastifyRequest, reply: FastifyReply, type?: EventType): Promise<FastifyReply> => {
    // Who asks for the head only, as scanners of mail do, has not seen the image.
    if (request.method === 'GET')
      await takePixel(desk, request, type).catch((error: unknown) => request.log.warn({ err: error }, 'a pixel was not stored'))
    return sendGif(reply)
  }
  for (const [path, type] of Object.entries(CALLS))
    app.get(
      `/v1/pixel/${path}`,
      {
        schema: {
          tags: ['tracking'],
          summary: `A ${type} call in the address of an image: always 200 with a GIF`,
          hide: path.length === 1,
          querystring: z.looseObject({
            data: z.unknown().optional().describe('the call with its writeKey, as JSON or as its base64'),
          }),
          produces: ['image/gif'],
        },
      },
      (request, reply) => show(request, reply, type),
    )
  for (const path of ['/v1/pixel', '/v1/pixel/*'])
    app.get(path, { schema: { hide: true } }, (request, reply) => show(request, reply))
}

/** What a call is answered, also where nothing was taken: then `code`, `message` and `remedy` say why. */
const Taken = z.looseObject({ success: z.boolean() })
const SdkSettings = z.looseObject({ integrations: z.record(z.string(), z.looseObject({})) })

/** What each request says its body is. */
const claims = new WeakMap<object, string | undefined>()
// SDKs in browsers say text/plain: so the browser need not ask first.
const JSON_CLAIM = /^(application\/([\w.-]+\+)?json|text\/plain)\s*(;|$)/i
const claimsJson = (request: FastifyRequest): boolean => JSON_CLAIM.test(claims.get(request.raw) ?? 'application/json')

/** Browsers post from any site: who may write is decided by the write key, which is public by nature. */
const allowEveryOrigin = (app: App): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('access-control-allow-origin', '*')
    // Without this a page's SDK does not see how long it is to wait, and tries again at once.
    reply.header('access-control-expose-headers', 'retry-after, x-ratelimit-reset')
    // SDKs claim many content types and some none at all; the body is JSON in any case, so the claim is not looked at.
    claims.set(request.raw, request.headers['content-type'])
    request.raw.headers['content-type'] = 'application/octet-stream'
  })
  // Not all of `/v1/`: the Profile API is for servers, and no page may ask it (spec/audiences §23).
  for (const path of ['/v1/:call', '/v1/pixel/*', '/v1/projects/*'])
    app.options(path, { schema: { hide: true } }, (request, reply) =>
      reply
        .status(204)
        .header('access-control-allow-methods', 'GET, POST, OPTIONS')
        .header(
          'access-control-allow-headers',
          request.headers['access-control-request-headers'] ?? 'content-type, authorization',
        )
        .header('access-control-max-age', '86400')
        .send(),
    )
}

const acceptAnyBody = (app: App, desk: Desk): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BATCH_BYTES }, (_request, body, done) => done(null, body))
  const outer = app.errorHandler
  app.setErrorHandler((error, request, reply) => {
    if ((error as { code?: string }).code === 'FST_ERR_CTP_BODY_TOO_LARGE')
      return refuseBody(desk, request, reply, 'too_large', Number(request.headers['content-length'] ?? 0))
    if ((error as { status?: number }).status === 429) reply.header('retry-after', '1').header('x-ratelimit-reset', '1')
    return outer(error as Error & { code: string; name: string }, request, reply)
  })
}

// Without its settings an SDK sends nothing at all, so they are answered also while the database is away: the door itself still judges.
const browserPlan = async ({ door, sourceOf }: Desk, writeKey: string) => {
  try {
    const source = await sourceOf(writeKey)
    return source ? await blockedInBrowsers(door.db, source.spaceId, source.sourceId) : EVERY_EVENT
  } catch {
    return EVERY_EVENT
  }
}

/** The tracking API: `POST /v1/<call>`, `POST /v1/batch`, and what SDKs ask for before they start (spec/audiences §2). */
export const trackingRoutes: Route = (app, door) => {
  const desk: Desk = {
    door,
    gather: createGather(door.db, { ...door, counted: door.counter.note }),
    sourceOf: createSourceLookup(door.db, door.now),
    identity: createIdentity(door),
    pace: createPace(door.config.limits.tracking, door.now),
  }
  allowEveryOrigin(app)
  acceptAnyBody(app, desk)
  const described = (summary: string, short: boolean) => ({
    schema: { tags: ['tracking'], summary, hide: short, response: { 200: Taken } },
  })
  for (const [path, type] of Object.entries(CALLS))
    app.post(`/v1/${path}`, described(`A ${type} call`, path.length === 1), (request, reply) =>
      takeCall(desk, request, reply, type),
    )
  for (const path of BATCHES)
    app.post(`/v1/${path}`, described('Up to 2,500 calls', path !== 'batch'), (request, reply) => takeBatch(desk, request, reply))
  pixels(app, desk)
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
      async (request, reply) => {
        const { writeKey } = request.params as { writeKey: string }
        reply.header('cache-control', 'max-age=60')
        return sdkSettings(writeKey, door.config.publicUrl, await browserPlan(desk, writeKey))
      },
    )
}
