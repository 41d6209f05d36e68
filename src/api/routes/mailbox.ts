import * as z from 'zod'
import { Refused, Unavailable } from '../../base/errors.ts'
import type { Route } from './index.ts'

/**
 * `GET /spaces/:space/mailbox/messages[/:id]`: what the development mailbox received, so that the app needs no second origin. Absent in
 * production, where messages go to providers.
 */
export const mailboxRoutes: Route = (app, { config }) => {
  const ask = async (path: string): Promise<unknown> => {
    if (!config.mailboxUrl)
      throw new Refused('no_mailbox', 'There is no mailbox here: messages go to the providers of this space.', { status: 404 })
    const answer = await fetch(new URL(path, config.mailboxUrl), { signal: AbortSignal.timeout(5_000) }).catch(
      (cause: unknown) => {
        throw new Unavailable('mailbox_away', 'The development mailbox does not answer.', { cause })
      },
    )
    if (!answer.ok) throw new Refused('not_found', 'The mailbox has no such message.', { status: 404 })
    return answer.json()
  }
  const schema = { tags: ['message'], hide: true }
  app.get('/spaces/:space/mailbox/messages', { schema: { ...schema, params: z.object({ space: z.string() }) } }, () =>
    ask('/api/messages'),
  )
  app.get(
    '/spaces/:space/mailbox/messages/:id',
    { schema: { ...schema, params: z.object({ space: z.string(), id: z.string() }) } },
    (request) => ask(`/api/messages/${encodeURIComponent(request.params.id)}`),
  )
}
