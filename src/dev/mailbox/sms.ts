import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Callbacks } from './callbacks.ts'
import type { Store } from './store.ts'

export type SmsAccount = { readonly accountSid: string; readonly authToken: string }

type Form = Readonly<Record<string, string>>
type Problem = { readonly status: number; readonly code: number; readonly message: string }

const PHONE = /^(whatsapp:)?\+[1-9]\d{6,14}$/

// The checks that Twilio makes first, with its codes.
const problemOf = ({ To, From, MessagingServiceSid, Body, MediaUrl }: Form): Problem | undefined => {
  const bad = (code: number, message: string): Problem => ({ status: 400, code, message })
  if (!To) return bad(21604, "A 'To' phone number is required.")
  if (!PHONE.test(To)) return bad(21211, `Invalid 'To' Phone Number: ${To}`)
  if (!From && !MessagingServiceSid) return bad(21603, "A 'From' phone number is required.")
  if (!Body && !MediaUrl) return bad(21602, 'Message body is required.')
  if ((Body ?? '').length > 1600) return bad(21617, 'The concatenated message body exceeds the 1600 character limit')
  return undefined
}

const refuse = (reply: FastifyReply, { status, code, message }: Problem) =>
  reply.status(status).send({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })

const allowed = (request: FastifyRequest, { accountSid, authToken }: SmsAccount): boolean =>
  request.headers.authorization === `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

const answerOf = (account: SmsAccount, form: Form, sid: string, now: Date) => ({
  sid,
  account_sid: account.accountSid,
  api_version: '2010-04-01',
  body: form['Body'] ?? '',
  date_created: now.toUTCString(),
  date_sent: null,
  date_updated: now.toUTCString(),
  direction: 'outbound-api',
  error_code: null,
  error_message: null,
  from: form['From'] ?? null,
  messaging_service_sid: form['MessagingServiceSid'] ?? null,
  num_media: form['MediaUrl'] ? '1' : '0',
  num_segments: String(Math.max(1, Math.ceil((form['Body'] ?? '').length / 153))),
  price: null,
  price_unit: null,
  status: 'queued',
  subresource_uris: {},
  to: form['To'],
  uri: `/2010-04-01/Accounts/${account.accountSid}/Messages/${sid}.json`,
})

/** What Twilio's number does when a person writes to it: the webhook of inbound messages, signed. */
export const replyTo = (
  callbacks: Callbacks,
  account: SmsAccount,
  url: string,
  from: string,
  to: string,
  text: string,
): Promise<void> =>
  callbacks.form(url, account.authToken, {
    MessageSid: `SM${randomBytes(16).toString('hex')}`,
    AccountSid: account.accountSid,
    From: from,
    To: to,
    Body: text,
    NumMedia: '0',
  })

/** Twilio's `POST …/Messages.json`: checks what Twilio checks, keeps the text, and reports `delivered` to the status callback. */
export const addSms = (
  app: FastifyInstance,
  store: Store,
  callbacks: Callbacks,
  account: SmsAccount,
  options: { readonly report: boolean; readonly now: () => Date },
): void => {
  app.post<{ Params: { sid: string }; Body: Form }>('/2010-04-01/Accounts/:sid/Messages.json', async (request, reply) => {
    if (request.params.sid !== account.accountSid || !allowed(request, account))
      return refuse(reply, { status: 401, code: 20003, message: 'Authenticate' })
    const form = request.body
    const problem = problemOf(form)
    if (problem) return refuse(reply, problem)
    const sid = `SM${randomBytes(16).toString('hex')}`
    const [to, from] = [form['To'] ?? '', form['From'] ?? form['MessagingServiceSid'] ?? '']
    const callback = form['StatusCallback']
    const replyUrl = callback?.replace(/\/status(\?|#|$)/, '/inbound$1')
    store.add({ channel: 'sms', from, to, title: '', text: form['Body'] ?? '', ...(replyUrl ? { replyUrl } : {}) })
    if (callback && options.report) {
      const common = { MessageSid: sid, AccountSid: account.accountSid, From: from, To: to, ApiVersion: '2010-04-01' }
      void callbacks.form(callback, account.authToken, { ...common, MessageStatus: 'delivered', SmsStatus: 'delivered' })
    }
    return reply.status(201).send(answerOf(account, form, sid, options.now()))
  })
}
