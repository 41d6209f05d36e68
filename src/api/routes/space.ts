import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { runOne } from '../../db/query.ts'
import { spaceById } from '../../space/space.ts'
import type { Route } from './index.ts'

const Space = z.object({ id: z.string(), slug: z.string(), name: z.string() })
const answer = { 200: z.object({ data: z.object({ space: Space }) }) }

/** `GET /spaces/:space`, and `GET /space` for who has only a token. */
export const spaceRoutes: Route = (app, { db }) => {
  const ownSpace = async (spaceId: string) => {
    const space = await runOne(db, spaceById(spaceId))
    if (!space) throw notFound('space', spaceId)
    return { data: { space } }
  }
  app.get('/space', { schema: { tags: ['space'], summary: 'The space of this token', response: answer } }, ({ caller }) =>
    ownSpace(caller.spaceId),
  )
  app.get(
    '/spaces/:space',
    { schema: { tags: ['space'], summary: 'A space', params: z.object({ space: z.string() }), response: answer } },
    ({ caller }) => ownSpace(caller.spaceId),
  )
}
