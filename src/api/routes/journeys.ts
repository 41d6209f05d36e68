import * as z from 'zod'
import { minus } from '../../base/duration.ts'
import { prefixedId } from '../../base/ids.ts'
import { JourneyDefinition } from '../../journey/definition.ts'
import { changeJourney, createJourney, deleteJourney, journeyOf, listJourneys, versionsOf } from '../../journey/journeys.ts'
import { loadFacts, loadNames } from '../../journey/load-facts.ts'
import { archiveJourney, pauseJourney, publishJourney, resumeJourney } from '../../journey/publish.ts'
import { statsOf } from '../../journey/statistics.ts'
import { validate } from '../../journey/validate.ts'
import type { Door } from '../door.ts'
import { pageOf, placeOf } from '../journey/cursor.ts'
import { Journey, JourneyParams, OneJourney, Page, Pagination, Params, Problem, wireJourney } from '../journey/shapes.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['journey']
const Name = z.string().trim().min(1).max(73)
const Description = z.string().max(2_000)
const Key = z.string().regex(/^[a-z0-9_]{1,255}$/, 'a key is 1 to 255 of a-z, 0-9 and _')

const shown = async ({ db, now }: Door, spaceId: string, idOrKey: string): Promise<z.infer<typeof OneJourney>> => {
  const row = await journeyOf(db, spaceId, idOrKey)
  const stats = await statsOf(db, spaceId, [row.id], minus(now(), '1 day'))
  return { data: { journey: wireJourney(row, stats.get(row.id), await loadNames(db, spaceId)) } }
}

const listRoute = (app: App, { db, now }: Door): void => {
  app.get(
    '/spaces/:space/journeys',
    {
      schema: {
        tags,
        summary: 'Journeys, newest first',
        params: Params,
        querystring: Page,
        response: { 200: z.object({ data: z.object({ journeys: z.array(Journey), pagination: Pagination }) }) },
      },
    },
    async (request) => {
      const { count, cursor } = request.query
      const { spaceId } = request.caller
      const { journeys, total } = await listJourneys(db, spaceId, { count: count + 1, after: placeOf(cursor) })
      const { page, pagination } = pageOf(journeys, count, cursor, (row) => ({ at: row.created_at, id: row.id }))
      const names = await loadNames(db, spaceId)
      const ids = page.map((row) => row.id)
      const stats = await statsOf(db, spaceId, ids, minus(now(), '1 day'))
      const wire = page.map((row) => wireJourney(row, stats.get(row.id), names))
      return { data: { journeys: wire, pagination: { ...pagination, totalEntries: total } } }
    },
  )
}

const writeRoutes = (app: App, door: Door): void => {
  const { db, now, random } = door
  app.post(
    '/spaces/:space/journeys',
    {
      schema: {
        tags,
        summary: 'Make a draft; it may be unfinished',
        params: Params,
        body: z.strictObject({
          name: Name,
          key: Key.optional(),
          description: Description.optional(),
          definition: JourneyDefinition,
        }),
        response: { 201: OneJourney },
      },
    },
    async (request, reply) => {
      const { spaceId, name: by } = request.caller
      const made = await createJourney(db, spaceId, { ...request.body, id: prefixedId('jou', random(12)), by }, now())
      return reply.status(201).send(await shown(door, spaceId, made.id))
    },
  )
  app.patch(
    '/spaces/:space/journeys/:id',
    {
      schema: {
        tags,
        summary: 'Change name, description or draft; what is live stays as it was published',
        params: JourneyParams,
        body: z.strictObject({
          name: Name.optional(),
          description: Description.optional(),
          definition: JourneyDefinition.optional(),
        }),
        response: { 200: OneJourney },
      },
    },
    async (request) => {
      const { spaceId, name: by } = request.caller
      const { id } = await changeJourney(db, spaceId, request.params.id, { ...request.body, by }, now())
      return shown(door, spaceId, id)
    },
  )
}

const oneRoutes = (app: App, door: Door): void => {
  const { db, now } = door
  app.get(
    '/spaces/:space/journeys/:id',
    { schema: { tags, summary: 'One journey', params: JourneyParams, response: { 200: OneJourney } } },
    (request) => shown(door, request.caller.spaceId, request.params.id),
  )
  app.delete(
    '/spaces/:space/journeys/:id',
    {
      schema: {
        tags,
        summary: 'Delete a draft or an archived journey',
        params: JourneyParams,
        response: { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) },
      },
    },
    async (request) => {
      const { spaceId, name: by } = request.caller
      await deleteJourney(db, spaceId, request.params.id, by, now())
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

const versionsRoute = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/journeys/:id/versions',
    {
      schema: {
        tags,
        summary: 'Everything that was published, newest first',
        params: JourneyParams,
        response: {
          200: z.object({
            data: z.object({
              versions: z.array(
                z.object({
                  version: z.number(),
                  status: z.enum(['live', 'draining', 'archived']),
                  definition: JourneyDefinition,
                  publishedBy: z.string(),
                  publishedAt: z.string(),
                }),
              ),
            }),
          }),
        },
      },
    },
    async (request) => {
      const { id } = await journeyOf(db, request.caller.spaceId, request.params.id)
      const versions = await versionsOf(db, request.caller.spaceId, id)
      return {
        data: {
          versions: versions.map(({ version, status, definition, published_by: publishedBy, published_at: publishedAt }) => ({
            version,
            status,
            definition: JourneyDefinition.parse(definition),
            publishedBy,
            publishedAt: publishedAt.toISOString(),
          })),
        },
      }
    },
  )
}

const validateRoute = (app: App, { db }: Door): void => {
  app.post(
    '/spaces/:space/journeys/validate',
    {
      schema: {
        tags,
        summary: 'Everything that keeps a definition from being published',
        params: Params,
        body: z.strictObject({ definition: JourneyDefinition }),
        response: { 200: z.object({ data: z.object({ problems: z.array(Problem) }) }) },
      },
    },
    async (request) => {
      const facts = await loadFacts(db, request.caller.spaceId)
      return { data: { problems: [...validate(request.body.definition, facts)] } }
    },
  )
}

const publishRoute = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/journeys/:id/publish',
    {
      schema: {
        tags,
        summary: 'Make the draft the live version',
        params: JourneyParams,
        body: z
          .strictObject({
            previous: z.enum(['drain', 'archive']).optional().describe('what becomes of runs of the version before'),
          })
          .nullish(),
        response: { 200: OneJourney },
      },
    },
    async (request) => {
      const { spaceId, name: by } = request.caller
      await publishJourney(door.db, spaceId, request.params.id, { previous: request.body?.previous, by }, door.now())
      door.notify('outbox')
      return shown(door, spaceId, request.params.id)
    },
  )
}

const MOVES = {
  pause: { summary: 'Let nobody in; whoever is in goes on', move: pauseJourney },
  resume: { summary: 'Let in whoever qualifies from now on', move: resumeJourney },
  archive: { summary: 'End the journey and all its runs now', move: archiveJourney },
} as const

const moveRoutes = (app: App, door: Door): void => {
  for (const [verb, { summary, move }] of Object.entries(MOVES)) {
    app.post(
      `/spaces/:space/journeys/:id/${verb}`,
      { schema: { tags, summary, params: JourneyParams, body: z.strictObject({}).nullish(), response: { 200: OneJourney } } },
      async (request) => {
        const { spaceId, name: by } = request.caller
        await move(door.db, spaceId, request.params.id, by, door.now())
        return shown(door, spaceId, request.params.id)
      },
    )
  }
}

/** Journeys: drafts, versions, and what may be done with them. */
export const journeyRoutes: Route = (app, door) => {
  listRoute(app, door)
  validateRoute(app, door)
  writeRoutes(app, door)
  oneRoutes(app, door)
  versionsRoute(app, door)
  publishRoute(app, door)
  moveRoutes(app, door)
}
