import sendgridClient from '@sendgrid/client'
import sendgridMail from '@sendgrid/mail'
import * as z from 'zod'
import { Refused, Unavailable } from '../../base/errors.ts'
import { type Answer, post } from '../../base/post.ts'
import {
  type Carrier,
  type EmailContent,
  type Envelope,
  failureOf,
  type Provider,
  type Receipt,
  wrongChannel,
} from '../provider.ts'

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

// Both packages export an instance that carries its class, which their types do not say.
const { Client } = sendgridClient as unknown as { Client: new () => typeof sendgridClient }
const { MailService } = sendgridMail as unknown as { MailService: new () => typeof sendgridMail }
type Mail = Parameters<typeof sendgridMail.send>[0]

// The package's client goes out through axios and keeps no connection. The mail's own headers are in the body already, so they are
// not repeated as headers of the call, as the package does.
const keptClient = ({ apiKey, baseUrl }: Settings): typeof sendgridClient => {
  const client = new Client()
  // Not setApiKey, which would put the base URL back to SendGrid's own.
  client.setDefaultHeader('Authorization', `Bearer ${apiKey}`)
  client.setDefaultRequest('baseUrl', baseUrl)
  return Object.assign(client, {
    request: async (data: Parameters<typeof client.request>[0]) => {
      const { baseURL, url, headers, data: body } = client.createRequest({ ...data, headers: {} }) as unknown as Wire
      const answer = await post(new URL(url, baseURL).href, { headers, body: JSON.stringify(body) })
      return [{ statusCode: answer.status, body: answer, headers: answer.headers }, answer]
    },
  }) as typeof sendgridClient
}
type Wire = { baseURL: string; url: string; headers: Record<string, string>; data: unknown }

const addressed = ({ address, name }: { address: string; name?: string }) =>
  name === undefined ? { email: address } : { email: address, name }

// Transactional mail goes to everybody, so SendGrid must not drop it by a list of its own (spec/messaging §1.8). Its own unsubscribe
// tracking would replace our header.
const mailOf = (content: EmailContent, envelope: Envelope, { ipPool }: Settings): Mail => ({
  to: envelope.address,
  from: addressed(content.from),
  ...(content.replyTo ? { replyTo: addressed(content.replyTo) } : {}),
  subject: content.subject,
  content: [
    { type: 'text/plain', value: content.text },
    { type: 'text/html', value: content.html },
  ],
  headers: { ...content.headers },
  customArgs: {
    message_id: envelope.messageId,
    space_id: envelope.spaceId,
    profile_id: envelope.profileId,
    ...(envelope.journeyId === null ? {} : { journey_id: envelope.journeyId }),
  },
  trackingSettings: { subscriptionTracking: { enable: false } },
  ...(envelope.purpose === 'marketing' ? {} : { mailSettings: { bypassListManagement: { enable: true } } }),
  ...(ipPool === undefined ? {} : { ipPoolName: ipPool }),
})

const reasonOf = ({ body }: Answer): string => {
  try {
    const { errors } = JSON.parse(body) as { errors?: readonly { message?: string; field?: string }[] }
    return errors?.map((e) => [e.field, e.message].filter(Boolean).join(': ')).join('; ') ?? body.slice(0, 300)
  } catch {
    return body.slice(0, 300)
  }
}

// Whatever is not ours comes from the package before the call: it found the mail itself wrong.
const unsendable = (error: unknown): never => {
  if (error instanceof Unavailable) throw error
  throw new Refused('refused', `SendGrid: ${error instanceof Error ? error.message : error}`, { cause: error })
}

const deliver = async (
  mail: typeof sendgridMail,
  content: EmailContent,
  envelope: Envelope,
  settings: Settings,
): Promise<Receipt> => {
  const [, answer] = (await mail.send(mailOf(content, envelope, settings)).catch(unsendable)) as unknown as [unknown, Answer]
  if (answer.status !== 202 && answer.status !== 200) throw failureOf('SendGrid', answer, reasonOf(answer), envelope.now)
  const id = answer.headers['x-message-id']
  return { providerMessageId: typeof id === 'string' ? id : null }
}

const open = (settings: Settings): Carrier => {
  const mail = new MailService()
  mail.setClient(keptClient(settings))
  return {
    send: (content, envelope) => {
      if (content.channel !== 'email') throw wrongChannel('sendgrid', content)
      return deliver(mail, content, envelope, settings)
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
