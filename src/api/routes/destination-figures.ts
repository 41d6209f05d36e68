import * as z from 'zod'
import { figuresOf, mappingCounts } from '../../destination/figures.ts'
import { listDestinations } from '../../destination/instances.ts'
import { SpaceParams } from '../audience/wire.ts'
import type { Route } from './index.ts'

const Count = z.number()
const Figures = z
  .object({
    destinationId: z.string(),
    mappings: Count,
    mappingsOn: Count.meta({ description: 'None on: nothing is sent' }),
    delivered: Count,
    filtered: Count,
    discarded: Count,
    failed: Count,
    waiting: Count.meta({ description: 'On their way now, also those that came before' }),
    capped: z.boolean().meta({ description: 'Of more than 10,000 calls in a day the newest 10,000 are counted' }),
    lastError: z
      .object({ reason: z.string(), at: z.string() })
      .nullable()
      .meta({ description: 'Of the newest call that was refused, or is tried again because it was not taken' }),
  })
  .meta({ id: 'DestinationFigures' })

/** `/spaces/:space/destination-figures`: how each destination does, for whoever looks after them. */
export const destinationFigureRoutes: Route = (app, { db, now }) => {
  app.get(
    '/spaces/:space/destination-figures',
    {
      schema: {
        tags: ['destination'],
        summary: 'What the calls of the last 24 hours came to at each destination, what waits, and what went wrong last',
        params: SpaceParams,
        querystring: z.object({ sourceId: z.string().min(1).max(255).optional() }),
        response: { 200: z.object({ data: z.object({ figures: z.array(Figures) }) }) },
      },
    },
    async ({ caller: { spaceId }, query: { sourceId } }) => {
      const counts = new Map((await mappingCounts(db, spaceId)).map((each) => [each.destination_id, each]))
      const figures: z.infer<typeof Figures>[] = []
      for (const { id } of await listDestinations(db, spaceId, sourceId)) {
        const { lastError, ...rest } = await figuresOf(db, spaceId, id, now())
        const { all: mappings = 0, on: mappingsOn = 0 } = counts.get(id) ?? {}
        const last = lastError && { reason: lastError.reason, at: lastError.at.toISOString() }
        figures.push({ destinationId: id, mappings, mappingsOn, ...rest, lastError: last })
      }
      return { data: { figures } }
    },
  )
}
