import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import { Invalid, Refused } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { type Account, findAccount } from '../../message/account.ts'
import { takeInbound } from '../../message/inbound.ts'
import { isSignedBySendGrid, SIGNATURE_HEADER, sendGridReports, TIMESTAMP_HEADER } from '../../message/reports/sendgrid.ts'
import { type Form, isSignedByTwilio, twilioReport } from '../../message/reports/twilio.ts'
import { takeReports } from '../../message/take-reports.ts'
import { HELP_TEXT } from '../../subscription/keyword.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['webhook']
const Params = z.object({ space: z.string(), account: z.string() })
const About = z.object({ message: z.uuid(), profile: z.uuid() })

// The same answer whether the account is unknown, has no key, or the signature is wrong: nothing can be learnt by trying.
const unsigned = (): Refused =>
  new Refused('bad_signature', 'This webhook is not signed with the key of this account. Nothing was changed.', { status: 401 })

const header = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

const sendGridRoute = (app: App, { db, now, random, notify }: Door): void => {
  app.post(
    '/webhooks/sendgrid/:space/:account',
    {
      bodyLimit: 8 * 1024 * 1024,
      schema: {
        tags,
        summary: "SendGrid's signed event webhook",
        params: Params,
        response: { 200: z.object({ taken: z.number() }) },
      },
    },
    async (request) => {
      const { space, account: id } = request.params
      const account = await findAccount(db, space, id)
      const key = account?.settings['webhookPublicKey']
      const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const signed =
        typeof key === 'string' &&
        isSignedBySendGrid(key, header(request, SIGNATURE_HEADER), header(request, TIMESTAMP_HEADER), raw)
      if (!signed) throw unsigned()
      const reports = sendGridReports(space, parsed(raw))
      if (!reports) throw new Invalid('invalid', 'The body is not a list of events.')
      const taken = await takeReports(db, space, reports, { now: now(), random })
      if (taken > 0) for (const topic of ['profile_change', 'outbox'] as const) notify(topic)
      return { taken }
    },
  )
}

const parsed = (raw: Buffer): Json => {
  try {
    return JSON.parse(raw.toString('utf8')) as Json
  } catch {
    throw new Invalid('invalid_json', 'The body is not JSON.')
  }
}

/** The account and the form of a webhook that Twilio signed for the address it called. @throws Refused 401. */
const fromTwilio = async ({ db, config }: Door, request: FastifyRequest): Promise<{ account: Account; form: Form }> => {
  const { space, account: id } = request.params as z.infer<typeof Params>
  const account = await findAccount(db, space, id)
  const token = account?.kind === 'twilio' ? account.settings['authToken'] : undefined
  const raw = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
  const form = Object.fromEntries(new URLSearchParams(raw))
  const url = `${config.publicUrl}${request.url}`
  if (!account || typeof token !== 'string' || !isSignedByTwilio(token, header(request, 'x-twilio-signature'), url, form))
    throw unsigned()
  return { account, form }
}

const twilioRoutes = (app: App, door: Door): void => {
  const { db, now, random, notify } = door
  app.post(
    '/webhooks/twilio/:space/:account/status',
    {
      schema: {
        tags,
        summary: "Twilio's status callback",
        params: Params,
        querystring: About,
        response: { 200: z.object({ taken: z.number() }) },
      },
    },
    async (request) => {
      const { form } = await fromTwilio(door, request)
      const report = twilioReport(form, request.query.message, request.query.profile, now())
      const taken = report ? await takeReports(db, request.params.space, [report], { now: now(), random }) : 0
      if (taken > 0) for (const topic of ['profile_change', 'outbox'] as const) notify(topic)
      return { taken }
    },
  )
  app.post(
    '/webhooks/twilio/:space/:account/inbound',
    { schema: { tags, summary: "Twilio's webhook of messages from people; answers TwiML", params: Params } },
    async (request, reply) => {
      const { form } = await fromTwilio(door, request)
      const { MessageSid: sid = '', From: from = '', To: to = '', Body: text = '' } = form
      const keyword = await takeInbound(db, request.params.space, { sid, from, to, text }, { now: now(), random })
      for (const topic of ['profile_change', 'outbox'] as const) notify(topic)
      const answer = keyword === 'help' ? `<Message>${HELP_TEXT}</Message>` : ''
      return reply.type('text/xml').send(`<?xml version="1.0" encoding="UTF-8"?><Response>${answer}</Response>`)
    },
  )
}

/** Webhooks of providers: without a valid signature 401, and nothing changes. Signatures are over the raw body, so nothing parses it before. */
export const webhookRoutes: Route = (app, door) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  sendGridRoute(app, door)
  twilioRoutes(app, door)
}
