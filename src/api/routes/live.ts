import * as z from 'zod'
import { createLive } from '../overview/live.ts'
import { readOverview } from '../overview/overview.ts'
import type { Route } from './index.ts'

/**
 * `GET /spaces/:space/live`: the overview as server-sent events, one a second. The token comes in the header as everywhere, so that it is in no
 * address, log or history: clients read the stream with `fetch`, not with `EventSource`.
 */
export const liveRoutes: Route = (app, { db, now }) => {
  const live = createLive((spaceId) => readOverview(db, spaceId, now()))
  const open = new Set<() => void>()
  app.addHook('preClose', async () => {
    live.close()
    for (const end of open) end()
  })
  app.get(
    '/spaces/:space/live',
    {
      schema: {
        tags: ['overview'],
        summary: 'The overview as server-sent events, one a second',
        params: z.object({ space: z.string() }),
        produces: ['text/event-stream'],
      },
    },
    (request, reply) => {
      reply.hijack()
      const out = reply.raw
      out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      out.write(': live\n\n')
      const stop = live.listen(request.caller.spaceId, (overview) => {
        if (!out.writableNeedDrain) out.write(`event: overview\ndata: ${JSON.stringify(overview)}\n\n`)
      })
      const end = (): void => {
        stop()
        open.delete(end)
        out.end()
      }
      open.add(end)
      out.on('close', end)
    },
  )
}
