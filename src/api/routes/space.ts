import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { must } from '../../base/must.ts'
import { runOne } from '../../db/query.ts'
import { spaceById } from '../../space/space.ts'
import type { Route } from './index.ts'

const Space = z.object({ id: z.string(), slug: z.string(), name: z.string() })

/** `GET /spaces/:space`. */
export const spaceRoutes: Route = (app, { db }) => {
  app.get(
    '/spaces/:space',
    {
      schema: {
        tags: ['space'],
        summary: 'The space of this token',
        params: z.object({ space: z.string() }),
        response: { 200: z.object({ data: z.object({ space: Space }) }) },
      },
    },
    async (request) => {
      const space = await runOne(db, spaceById(request.caller.spaceId))
      if (!space) throw notFound('space', request.params.space)
      return { data: { space: must(space, 'space') } }
    },
  )
}
