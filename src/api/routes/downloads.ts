import * as z from 'zod'
import { openExport, readExport } from '../../audience/export/link.ts'
import { definitionOf } from '../../audience/store.ts'
import type { Route } from './index.ts'

/** `GET /exports/:token`: the file of an export, for whoever has its signed address, until it expires. */
export const downloadRoutes: Route = (app, { db, config, now }) => {
  app.get(
    '/exports/:token',
    {
      schema: {
        tags: ['export'],
        summary: 'The file of an export, by its signed address',
        params: z.object({ token: z.string().max(1_000) }),
      },
    },
    async ({ params }, reply) => {
      const { spaceId, job } = await openExport(db, config.secret, params.token, now())
      const named = await definitionOf(db, job.kind, spaceId, job.computationId).catch(() => undefined)
      const day = (job.snapshotAt ?? job.startedAt).toISOString().slice(0, 10)
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${named?.key ?? job.computationId}-${day}.csv"`)
        .header('cache-control', 'private, no-store')
        .send(readExport(db, spaceId, job.id))
    },
  )
}
