import * as z from 'zod'
import { readOverview } from '../overview/overview.ts'
import type { Route } from './index.ts'

const Count = z.number()
const AudienceFigures = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  count: Count,
  entered24h: Count,
  exited24h: Count,
})
const JourneyFigures = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  status: z.string(),
  active: Count,
  held: Count,
  entered24h: Count,
})
const MessageFigures = z.object({
  queued: Count,
  sending: Count,
  sent: Count,
  skipped: Count,
  failed: Count,
  uncertain: Count,
  people: Count,
  journeys: Count,
})
const Attention = z.object({
  kind: z.enum(['audience', 'journey', 'message', 'delivery', 'provider', 'source']),
  title: z.string(),
  detail: z.string(),
  link: z.string(),
})
export const OverviewAnswer = z.object({
  at: z.string(),
  sentence: z.string(),
  events: z.object({ total: Count, perSecond: Count, last24h: Count }),
  profiles: Count,
  audiences: z.array(AudienceFigures),
  journeys: z.array(JourneyFigures),
  messages: MessageFigures,
  attention: z.array(Attention),
})

/** `GET /spaces/:space/overview`: the space in numbers, and what needs a person. */
export const overviewRoutes: Route = (app, { db, now }) => {
  app.get(
    '/spaces/:space/overview',
    {
      schema: {
        tags: ['overview'],
        summary: 'The space in numbers: today in one sentence, audiences, journeys, messages, and what needs a person',
        params: z.object({ space: z.string() }),
        response: { 200: z.object({ data: OverviewAnswer }) },
      },
    },
    async (request) => {
      const overview = await readOverview(db, request.caller.spaceId, now())
      return {
        data: {
          ...overview,
          audiences: [...overview.audiences],
          journeys: [...overview.journeys],
          attention: [...overview.attention],
        },
      }
    },
  )
}
