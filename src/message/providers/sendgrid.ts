import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { type Answer, post } from '../post.ts'
import { type Carrier, type EmailContent, type Envelope, failureOf, type Provider, wrongChannel } from '../provider.ts'

const Settings = z.strictObject({
  apiKey: z.string().trim().min(1),
  from: z.email(),
  fromName: z.string().optional(),
  baseUrl: z.url().default('https://api.sendgrid.com'),
  ipPool: z.string().optional(),
  /** "Verification key" of the signed event webhook: base64 of a public key. Without it no event is let in. */
  webhookPublicKey: z.string().optional(),
})
type Settings = z.infer<typeof Settings>

const addressed = ({ address, name }: EmailContent['from']): JsonObject =>
  name === undefined ? { email: address } : { email: address, name }

/**
 * A mail as SendGrid's v3 API takes it, written out: the package `@sendgrid/mail` makes the same of it (a test compares them) with ten copies
 * of everything on the way, which were a third of the processor time of a send. Transactional mail goes to everybody, so SendGrid must not
 * drop it by a list of its own (spec/messaging §1.8). Its own unsubscribe tracking would replace our header.
 */
export const mailBody = (content: EmailContent, envelope: Envelope, ipPool: string | undefined): JsonObject => ({
  from: addressed(content.from),
  subject: content.subject,
  personalizations: [{ to: [{ email: envelope.address }] }],
  content: [
    { type: 'text/plain', value: content.text },
    { type: 'text/html', value: content.html },
  ],
  ...(Object.keys(content.headers).length === 0 ? {} : { headers: content.headers }),
  ...(envelope.purpose === 'marketing' ? {} : { mail_settings: { bypass_list_management: { enable: true } } }),
  tracking_settings: { subscription_tracking: { enable: false } },
  custom_args: {
    message_id: envelope.messageId,
    space_id: envelope.spaceId,
    profile_id: envelope.profileId,
    ...(envelope.journeyId === null ? {} : { journey_id: envelope.journeyId }),
  },
  ...(content.replyTo ? { reply_to: addressed(content.replyTo) } : {}),
  ...(ipPool === undefined ? {} : { ip_pool_name: ipPool }),
})

const reasonOf = ({ body }: Answer): string => {
  try {
    const { errors } = JSON.parse(body) as { errors?: readonly { message?: string; field?: string }[] }
    return errors?.map((e) => [e.field, e.message].filter(Boolean).join(': ')).join('; ') ?? body.slice(0, 300)
  } catch {
    return body.slice(0, 300)
  }
}

const open = ({ apiKey, baseUrl, ipPool }: Settings): Carrier => {
  const address = new URL('/v3/mail/send', baseUrl).href
  const headers = { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }
  return {
    send: async (content, envelope) => {
      if (content.channel !== 'email') throw wrongChannel('sendgrid', content)
      const answer = await post(address, { headers, body: JSON.stringify(mailBody(content, envelope, ipPool)) })
      if (answer.status !== 202 && answer.status !== 200) throw failureOf('SendGrid', answer, reasonOf(answer), envelope.now)
      const id = answer.headers['x-message-id']
      return { providerMessageId: typeof id === 'string' ? id : null }
    },
    close: () => {},
  }
}

/** Twilio SendGrid, API v3; its signed event webhook tells what became of each mail. */
export const sendgrid: Provider = {
  kind: 'sendgrid',
  channels: ['email'],
  settings: Settings,
  secrets: ['apiKey'],
  ratePerSecond: 500,
  open: (settings) => open(Settings.parse(settings)),
}
