import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import { runOne } from '../../db/query.ts'
import { spaceById } from '../../space/space.ts'
import { authenticate } from '../auth.ts'
import type { Route } from './index.ts'

const Session = z.object({ spaceId: z.string(), spaceName: z.string(), development: z.boolean(), token: z.string().optional() })

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/**
 * `GET /session`: who the app is. With a token it answers the token's space. Without one, in development only, it hands out the development
 * token: to this machine's own browser (not through a proxy, and not for a foreign host name that was made to point here).
 */
export const sessionRoutes: Route = (app, { db, config, now }) => {
  app.get(
    '/session',
    {
      schema: {
        tags: ['space'],
        summary: 'The space behind a token; in development, on this machine, also the token',
        response: { 200: z.object({ data: Session }) },
      },
    },
    async (request) => {
      const local =
        LOOPBACK.has(request.socket.remoteAddress ?? '') &&
        LOCAL_HOST.test(request.headers.host ?? '') &&
        request.headers['x-forwarded-for'] === undefined
      const given = request.headers.authorization
      const token = !given && local ? config.devToken : undefined
      if (!given && !token) throw new Refused('authentication_error', 'Sign in with a token of your space.', { status: 401 })
      if (token) request.headers.authorization = `Bearer ${token}`
      const { spaceId } = await authenticate(db, request, now())
      const space = await runOne(db, spaceById(spaceId))
      return {
        data: {
          spaceId,
          spaceName: space?.name ?? spaceId,
          development: config.devToken !== undefined,
          ...(token ? { token } : {}),
        },
      }
    },
  )
}
