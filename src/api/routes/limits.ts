import * as z from 'zod'
import { LIMIT_NAMES, LIMITS } from '../../space/limit.ts'
import type { Route } from './index.ts'

const Limit = z.object({
  name: z.string(),
  says: z.string(),
  unit: z.string(),
  value: z.number().nullable().meta({ description: 'What is in force; null is no limit' }),
  default: z.number().nullable(),
  segment: z.number().meta({ description: "Segment's" }),
})

/** `GET /spaces/:space/limits`: every limit with its default and what is in force (spec/audiences §28). Set by `USHER_LIMITS`. */
export const limitRoutes: Route = (app, { config }) => {
  app.get(
    '/spaces/:space/limits',
    {
      schema: {
        tags: ['space'],
        summary: 'Every limit: its default and what is in force; set by USHER_LIMITS',
        params: z.object({ space: z.string() }),
        response: { 200: z.object({ data: z.object({ limits: z.array(Limit) }) }) },
      },
    },
    async () => ({ data: { limits: LIMIT_NAMES.map((name) => ({ name, ...LIMITS[name], value: config.limits[name] })) } }),
  )
}
