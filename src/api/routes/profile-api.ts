import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import { parseReference } from '../../ingest/reference.ts'
import { findKnownProfile, findProfile } from '../../profile/read.ts'
import { createRates } from '../../space/rates.ts'
import { authenticate } from '../auth.ts'
import type { Door } from '../door.ts'
import { answerFailure } from '../failure.ts'
import { type Asked, answerEvents, answerExternalIds, answerLinks, answerMetadata, answerTraits } from '../profile-api/answers.ts'
import { DeleteBody, Deleted, deleteExternalId } from '../profile-api/delete-id.ts'
import {
  EventsAsked,
  EventsFound,
  ExternalIdsAsked,
  ExternalIdsFound,
  LinksAsked,
  LinksFound,
  MetadataAsked,
  MetadataFound,
  Place,
  TraitsAsked,
  TraitsFound,
} from '../profile-api/shapes.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

// The older address still answers (spec/audiences §23).
const BASES = ['/v1/spaces/:space', '/v1/namespaces/:space'] as const

// This API answers 400 and one message where the management API answers 422 and a list. A body that cannot be read, which only a deletion has, is
// `bad_request` there (spec/audiences §5.6).
const failAsSegment = (error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  if (/^FST_ERR_CTP_/.test((error as { readonly code?: string }).code ?? ''))
    return reply.status(400).send({ error: { code: 'bad_request', message: `${error.message}. Send JSON.` } })
  if (!hasZodFastifySchemaValidationErrors(error)) return answerFailure(error, request, reply)
  const message = error.validation
    .map((one) => `${one.instancePath.replace(/^\//, '').replaceAll('/', '.')}: ${one.message}`)
    .join('; ')
  return reply.status(400).send({ error: { code: 'validation_error', message } })
}

const nextSecond = (now: Date): Date => new Date((Math.floor(now.getTime() / 1_000) + 1) * 1_000)

const guard = (app: App, door: Door): void => {
  const most = door.config.limits.profile_api
  const use = createRates(door.db)
  app.setErrorHandler(failAsSegment)
  app.addHook('onRequest', async (request, reply) => {
    const { spaceId } = await authenticate(door.db, request, door.now(), 'profile_api')
    if (most === null || (await use(spaceId, 'profile_api', door.now(), nextSecond(door.now()))).consumed <= most) return
    reply.header('retry-after', '1')
    throw new Refused('rate_limit_error', `More than ${most} requests in a second; try again in the next.`, {
      status: 429,
    })
  })
}

const asked = async <Profile>(
  door: Door,
  request: FastifyRequest<{ Params: { space: string; collection: 'users' | 'accounts'; id: string } }>,
  find: (...named: Parameters<typeof findProfile>) => Promise<Profile | undefined>,
): Promise<Asked<Profile>> => {
  const { space, collection, id } = request.params
  const reference = parseReference(id)
  if (!reference)
    throw new Refused('validation_error', 'Name the profile as <type>:<value>, for example user_id:u1; write + as %2B.', {
      status: 400,
    })
  const profile = await find(door.db, space, reference, collection)
  if (!profile) throw new Refused('not_found', `No profile of ${collection} is known as ${id}.`, { status: 404 })
  return { db: door.db, profile, url: request.url.split('?')[0] ?? request.url, now: door.now() }
}

/** Segment's Profile API: traits, external ids, events, metadata and links of one profile, and how an id is deleted (spec/audiences §5.6, §23). */
export const profileApiRoutes: Route = (app, door) => {
  guard(app, door)
  for (const base of BASES) {
    const at = `${base}/collections/:collection/profiles/:id` as const
    const hide = base !== BASES[0]
    const described = <Asked, Found>(summary: string, querystring: Asked, found: Found) => ({
      schema: {
        tags: ['profile API'],
        summary,
        hide,
        security: [{ token: [] }],
        params: Place,
        querystring,
        response: { 200: found },
      },
    })
    app.get(`${at}/traits`, described('Traits, computed traits and audiences', TraitsAsked, TraitsFound), async (request) =>
      answerTraits(await asked(door, request, findKnownProfile), request.query),
    )
    app.get(`${at}/external_ids`, described('Identifiers', ExternalIdsAsked, ExternalIdsFound), async (request) =>
      answerExternalIds(await asked(door, request, findProfile), request.query),
    )
    app.get(`${at}/events`, described('Events of the last 14 days', EventsAsked, EventsFound), async (request) =>
      answerEvents(await asked(door, request, findProfile), request.query),
    )
    app.get(`${at}/metadata`, described('When it was made, by what', MetadataAsked, MetadataFound), async (request) =>
      answerMetadata(await asked(door, request, findProfile)),
    )
    app.post(
      `${at}/external_ids/delete`,
      {
        schema: {
          tags: ['profile API'],
          summary: 'Delete one id of a person',
          hide,
          security: [{ token: [] }],
          // Each way to be wrong has a code of its own, so the collection is looked at by hand.
          params: Place.extend({ collection: z.string() }),
          body: DeleteBody,
          response: { 200: Deleted },
        },
      },
      (request) => deleteExternalId(door, request.params, request.body),
    )
    app.get(`${at}/links`, described('Accounts of a person, people of an account', LinksAsked, LinksFound), async (request) =>
      answerLinks(await asked(door, request, findProfile), request.query),
    )
  }
}
