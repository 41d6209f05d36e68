import type { FastifyRequest } from 'fastify'
import { LIMITS, type LimitName } from '../../space/limit.ts'
import { createRates } from '../../space/rates.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { answerTooMany, failAsPublicApi } from './failure.ts'
import { ourName } from './names.ts'

const AUDIENCE = '/spaces/:space/audiences/:id'
const TRAIT = '/spaces/:space/computed-traits/:id'

const MINUTE_MS = 60_000

/** Which limit a call counts for (spec/audiences §24). What is not here has none. */
const RATES: Readonly<Record<string, LimitName>> = {
  'POST /spaces/:space/audiences': 'audience_create',
  [`POST ${AUDIENCE}/clones`]: 'audience_create',
  'GET /spaces/:space/audiences': 'audience_list',
  [`GET ${AUDIENCE}`]: 'audience_read',
  [`PATCH ${AUDIENCE}`]: 'audience_update',
  [`DELETE ${AUDIENCE}`]: 'audience_delete',
  'POST /spaces/:space/audiences/previews': 'audience_preview',
  'GET /spaces/:space/audiences/previews/:id': 'audience_preview_read',
  [`GET ${AUDIENCE}/audience-references`]: 'audience_references',
  'POST /spaces/:space/computed-traits': 'trait_create',
  [`POST ${TRAIT}/clones`]: 'trait_create',
  'GET /spaces/:space/computed-traits': 'trait_list',
  [`GET ${TRAIT}`]: 'trait_read',
  [`PATCH ${TRAIT}`]: 'trait_update',
  [`DELETE ${TRAIT}`]: 'trait_delete',
}

// A person who clicks makes many small requests, and a builder that counts while she types makes more; the limits are against scripts that
// run away. Browsers say where a page comes from; without https, on another machine than their own, only by the referrer.
/** Whether the app asks, and not a script. */
export const isFromApp = ({ headers }: FastifyRequest): boolean =>
  headers['sec-fetch-site'] === undefined
    ? headers.referer !== undefined && URL.parse(headers.referer)?.host === headers.host
    : headers['sec-fetch-site'] === 'same-origin'

const flatQuery = (asked: unknown): object =>
  Object.fromEntries(Object.entries((asked ?? {}) as object).map(([name, value]) => [ourName(name), value]))

/**
 * Makes routes answer as Segment's Public API does: its errors, its rate limits with their headers, its ways of writing a page and a search,
 * and its content type.
 */
export const guardPublicApi = (app: App, { db, config, now }: Door): void => {
  const use = createRates(db)
  app.setErrorHandler(failAsPublicApi)
  // Fastify reads texts, too, and says of JSON in one that it is no object.
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser(
    /^application\/vnd\.segment\.[a-z0-9]+\+json/,
    { parseAs: 'string' },
    app.getDefaultJsonParser('error', 'ignore'),
  )
  app.addHook('onRequest', async (request, reply) => {
    request.query = flatQuery(request.query)
    const name = RATES[`${request.method} ${request.routeOptions.url}`]
    const most = name === undefined ? null : config.limits[name]
    if (name === undefined || most === null || isFromApp(request)) return
    const at = now()
    const { consumed, msBeforeNext } = await use(request.caller.spaceId, name, at, new Date(at.getTime() + MINUTE_MS))
    reply
      .header('x-ratelimit-consumed', String(consumed))
      .header('x-ratelimit-remaining', String(Math.max(0, most - consumed)))
      .header('x-ratelimit-reset', new Date(now().getTime() + msBeforeNext).toUTCString())
    if (consumed <= most) return
    await answerTooMany(reply, `${LIMITS[name].says}: ${most} requests a minute and space are allowed.`, msBeforeNext, consumed)
  })
}
