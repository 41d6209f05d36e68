import { sql } from 'kysely'
import * as z from 'zod'
import { query, run } from '../../db/query.ts'
import type { Route } from './index.ts'

/** `GET /health`: 200 when the database answers, 503 when it does not. */
export const healthRoutes: Route = (app, { db }) => {
  app.get(
    '/health',
    {
      schema: {
        tags: ['health'],
        summary: 'Whether Usher can do its work',
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => {
      await run(db, query('health', sql`select 1 as alive`))
      return { status: 'ok' as const }
    },
  )
}
