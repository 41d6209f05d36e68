import nodemailer from 'nodemailer'
import * as z from 'zod'
import { Misconfigured, Refused, Unavailable } from '../../base/errors.ts'
import { type Carrier, type EmailContent, type Envelope, type Provider, type Receipt, wrongChannel } from '../provider.ts'

const Settings = z.strictObject({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  secure: z.boolean().default(false),
  user: z.string().optional(),
  password: z.string().optional(),
  from: z.email(),
  fromName: z.string().optional(),
  connections: z.number().int().min(1).max(50).default(10),
  /** Public key of whoever posts delivery events of this account to our webhook, as SendGrid does. */
  webhookPublicKey: z.string().optional(),
})
type Settings = z.infer<typeof Settings>

type SmtpError = Error & { code?: string; responseCode?: number; command?: string }

const UNREACHABLE = new Set(['ECONNECTION', 'ECONNREFUSED', 'EDNS', 'ENOTFOUND'])

/** The class of an SMTP failure: 5yz is final, 4yz passes, a connection lost after DATA may have delivered. */
export const smtpFailure = (error: SmtpError): Error => {
  const message = `SMTP: ${error.message}`
  const { responseCode, code, command } = error
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'ETLS')
    return new Misconfigured('credentials', message, { cause: error })
  // The server answered RCPT with "no such mailbox" (RFC 3463: 5.1.1), or the address was refused as one.
  if (responseCode !== undefined && responseCode >= 500 && command === 'RCPT TO' && /\b5\.1\.[1236]\b/.test(message))
    return new Refused('invalid_address', message, { cause: error })
  if (responseCode !== undefined && responseCode >= 500) return new Refused('refused', message, { cause: error })
  if (responseCode !== undefined && responseCode >= 400)
    return new Unavailable(responseCode === 421 ? 'rate_limited' : 'provider_unavailable', message, { cause: error })
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return new Refused('refused', message, { cause: error })
  const early = command === 'CONN' || UNREACHABLE.has(code ?? '')
  return new Unavailable(early ? 'unreachable' : 'no_answer', message, { cause: error })
}

const mailOf = (content: EmailContent, envelope: Envelope) => ({
  from: { address: content.from.address, name: content.from.name ?? '' },
  to: envelope.address,
  ...(content.replyTo ? { replyTo: { address: content.replyTo.address, name: content.replyTo.name ?? '' } } : {}),
  subject: content.subject,
  html: content.html,
  text: content.text,
  messageId: `<${envelope.messageId}@${content.from.address.split('@')[1]}>`,
  headers: {
    ...content.headers,
    'X-Usher-Message-Id': envelope.messageId,
    'X-Usher-Space-Id': envelope.spaceId,
    'X-Usher-Profile-Id': envelope.profileId,
    'X-Usher-Account-Id': envelope.accountId,
  },
})

const open = ({ host, port, secure, user, password, connections }: Settings): Carrier => {
  const transport = nodemailer.createTransport({
    pool: true,
    host,
    port,
    secure,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    connectionTimeout: 5_000,
    socketTimeout: 10_000,
    // A header that a template wrote must not make the server read a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  })
  const send = async (content: EmailContent, envelope: Envelope): Promise<Receipt> => {
    try {
      return { providerMessageId: (await transport.sendMail(mailOf(content, envelope))).messageId }
    } catch (error) {
      throw smtpFailure(error as SmtpError)
    }
  }
  return {
    send: (content, envelope) => {
      if (content.channel !== 'email') throw wrongChannel('smtp', content)
      return send(content, envelope)
    },
    close: () => transport.close(),
  }
}

/** Any mail server, over pooled connections. Reports nothing back by itself. */
export const smtp: Provider = {
  kind: 'smtp',
  channels: ['email'],
  settings: Settings,
  secrets: ['password'],
  ratePerSecond: 500,
  open: (settings) => open(Settings.parse(settings)),
}
