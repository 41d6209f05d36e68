import { Misconfigured, Refused } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Surroundings, ToContent } from '../channel.ts'
import type { EmailContent } from '../provider.ts'

type Sender = EmailContent['from']

// Domains that are always a mistyped one: a mail to them only hurts the sender's name (spec/messaging §6.5).
const MISTYPED = new Set(['gmailx.com', 'yahoox.com', 'aolx.com', 'hotmailx.com'])

const PLAIN = /^[^\s<>@]+@[^\s<>@]+$/

/** `Name <address>` or a bare address; undefined when it is neither. */
export const senderOf = (text: string): Sender | undefined => {
  const [, name, address] = /^\s*(?:"?([^"<]*?)"?\s*)<([^<>]+)>\s*$/.exec(text) ?? []
  const plain = address?.trim() ?? text.trim()
  if (!PLAIN.test(plain)) return undefined
  return name ? { address: plain, name } : { address: plain }
}

const accountsOwn = ({ from, fromName }: JsonObject): Sender => {
  if (typeof from !== 'string')
    throw new Misconfigured('credentials', 'The account has no "from" address: write one into its settings.')
  return typeof fromName === 'string' ? { address: from, name: fromName } : { address: from }
}

const written = (field: string, text: string): Sender => {
  const sender = senderOf(text)
  if (!sender) throw new Refused('bad_address', `The template's ${field} is no e-mail address when filled in: ${text}`)
  return sender
}

// One click in the mail program, no page in between (RFC 8058). On all marketing mail: large receivers demand it.
const headersOf = ({ purpose, unsubscribeUrl }: Surroundings): Readonly<Record<string, string>> =>
  purpose === 'transactional'
    ? {}
    : { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }

export const email: ToContent = (rendered, around) => {
  if (rendered.channel !== 'email')
    throw new Misconfigured('wrong_template', `A template for ${rendered.channel} cannot be an e-mail.`)
  const domain = around.address.split('@')[1]?.toLowerCase() ?? ''
  if (MISTYPED.has(domain)) throw new Refused('bad_address', `${domain} is a mistyped domain.`)
  const { subject, html, text, from, replyTo } = rendered
  return {
    channel: 'email',
    from: from ? written('from', from) : accountsOwn(around.settings),
    ...(replyTo ? { replyTo: written('reply_to', replyTo) } : {}),
    subject,
    html,
    text,
    headers: headersOf(around),
  }
}
