import * as z from 'zod'
import { notFound } from '../../base/errors.ts'
import { timeOrderedId } from '../../base/ids.ts'
import { parseReference } from '../../ingest/reference.ts'
import { messageOf } from '../../message/ledger.ts'
import { sendTest } from '../../message/test-send.ts'
import { findProfile } from '../../profile/read.ts'
import { templateOf } from '../../template/template.ts'
import type { Route } from './index.ts'
import { MessageShape, messageShape } from './messages.ts'

/** Test sends: a template to an address of one's own, filled in for a person or for nobody. */
export const testSendRoutes: Route = (app, { db, now, random, notify }) => {
  app.post(
    '/spaces/:space/test-sends',
    {
      schema: {
        tags: ['message'],
        summary: 'Send a template to an address, whatever its subscriptions; its links are live',
        params: z.object({ space: z.string() }),
        body: z.strictObject({
          template: z.string().min(1).describe('id or key'),
          profile: z.string().optional().describe('id of a profile, or `type:value`; absent: every default shows'),
          to: z.string().trim().min(1).max(4_096),
        }),
        response: { 201: z.object({ data: z.object({ message: MessageShape }) }) },
      },
    },
    async (request, reply) => {
      const { spaceId } = request.caller
      const { template: asked, profile: who, to } = request.body
      const template = await templateOf(db, spaceId, asked)
      const reference = who === undefined ? undefined : parseReference(who)
      const profile = reference && (await findProfile(db, spaceId, reference))
      if (who !== undefined && !profile) throw notFound('profile', who)
      const at = now()
      const key = `test:${timeOrderedId(at, random(10))}`
      const id = await sendTest(db, { spaceId, now: at, template, profile, to, key })
      notify('message')
      return reply.status(201).send({ data: { message: messageShape(await messageOf(db, spaceId, id)) } })
    },
  )
}
