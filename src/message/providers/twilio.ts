import twilioSdk from 'twilio'
import * as z from 'zod'
import { Misconfigured, Refused, Unavailable } from '../../base/errors.ts'
import { type Answer, post } from '../../base/post.ts'
import {
  type Carrier,
  type Envelope,
  failureOf,
  type Provider,
  type Receipt,
  type SmsContent,
  wrongChannel,
} from '../provider.ts'

const Settings = z.strictObject({
  accountSid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'an account SID is AC and 32 hexadecimal digits'),
  /** Signs the webhooks, and the calls too unless there is an API key. */
  authToken: z.string().trim().min(1),
  apiKeySid: z.string().optional(),
  apiKeySecret: z.string().optional(),
  /** A phone number in E.164, a short code, or the SID of a messaging service. */
  from: z.string().min(1),
  baseUrl: z.url().default('https://api.twilio.com'),
  shortenUrls: z.boolean().default(false),
})
type Settings = z.infer<typeof Settings>

type Ask = Parameters<NonNullable<twilioSdk.Twilio['httpClient']>['request']>[0]

// Twilio's package with our own way out: kept connections, a base URL that may be local, and an answer that is not thrown away.
const wayOut = ({ baseUrl, shortenUrls: _, ...settings }: Settings, heard: (answer: Answer) => void) => ({
  request: async (ask: Ask) => {
    const answer = await post(new URL(new URL(ask.uri).pathname, baseUrl).href, {
      headers: {
        authorization: `Basic ${Buffer.from(`${settings.apiKeySid ?? settings.accountSid}:${settings.apiKeySecret ?? settings.authToken}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: formOf(ask.data as Readonly<Record<string, string | readonly string[]>>),
    })
    heard(answer)
    return { statusCode: answer.status, body: JSON.parse(answer.body || 'null'), headers: answer.headers }
  },
})

const formOf = (data: Readonly<Record<string, string | readonly string[]>>): string => {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(data)) for (const each of [value].flat()) form.append(name, String(each))
  return form.toString()
}

// Twilio's own codes, where they say more than the status (https://www.twilio.com/docs/api/errors).
const OPERATORS = new Set([20003, 20005, 21212, 21408, 21603, 21606, 21611, 21659, 21660])

// The number is none, or none that takes texts.
const NO_NUMBER = new Set([21211, 21614])

/** The class of a Twilio failure: 21610 is a person who said STOP, 21211 and 21614 are no numbers, some codes are the account's, the rest goes by status. */
export const twilioFailure = (answer: Answer, now: Date): Error => {
  const { code, message } = parsed(answer.body)
  const text = `Twilio ${code ?? answer.status}: ${message ?? answer.body.slice(0, 300)}`
  if (code !== undefined && NO_NUMBER.has(code)) return new Refused('invalid_address', text)
  if (code === 21610) return new Refused('unsubscribed', text)
  if (code !== undefined && OPERATORS.has(code)) return new Misconfigured('credentials', text)
  return failureOf('Twilio', answer, text, now)
}

const parsed = (body: string): { code?: number; message?: string } => {
  try {
    return (JSON.parse(body) as { code?: number; message?: string } | null) ?? {}
  } catch {
    return {}
  }
}

const sender = (from: string, channel: SmsContent['channel']): { messagingServiceSid: string } | { from: string } => {
  if (from.startsWith('MG')) return { messagingServiceSid: from }
  return { from: channel === 'whatsapp' && !from.startsWith('whatsapp:') ? `whatsapp:${from}` : from }
}

const deliver = async (settings: Settings, content: SmsContent, envelope: Envelope): Promise<Receipt> => {
  let answer: Answer | undefined
  const httpClient = wayOut(settings, (heard) => {
    answer = heard
  })
  const client = twilioSdk(settings.accountSid, settings.authToken, { httpClient: httpClient as never })
  try {
    const message = await client.messages.create({
      to: content.channel === 'whatsapp' ? `whatsapp:${envelope.address}` : envelope.address,
      ...sender(settings.from, content.channel),
      body: content.body,
      ...(content.mediaUrls.length > 0 ? { mediaUrl: [...content.mediaUrls] } : {}),
      ...(settings.shortenUrls ? { shortenUrls: true } : {}),
      statusCallback: envelope.statusUrl,
    })
    return { providerMessageId: message.sid }
  } catch (error) {
    if (error instanceof Unavailable) throw error
    if (answer && answer.status >= 300) throw twilioFailure(answer, envelope.now)
    // An answer that says yes and cannot be read, or a parameter that the package refuses before the call.
    throw answer
      ? new Unavailable('no_answer', `Twilio's answer cannot be read: ${answer.body.slice(0, 300)}`, { cause: error })
      : new Refused('refused', `Twilio: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

const open = (settings: Settings): Carrier => ({
  send: (content, envelope) => {
    if (content.channel !== 'sms' && content.channel !== 'whatsapp') throw wrongChannel('twilio', content)
    return deliver(settings, content, envelope)
  },
  close: () => {},
})

/** Twilio Programmable Messaging: SMS, MMS and WhatsApp texts; its status callback tells what became of each. */
export const twilio: Provider = {
  kind: 'twilio',
  channels: ['sms', 'whatsapp'],
  settings: Settings,
  secrets: ['authToken', 'apiKeySecret'],
  ratePerSecond: 100,
  open: (settings) => open(Settings.parse(settings)),
}
