import type { Channel, MessageStatus } from '../db/rows/message.ts'
import { REASONS } from '../subscription/gate.ts'
import type { DeliveryKind } from './report.ts'

/** What a sentence is about. `events` oldest first. */
export type Story = {
  readonly channel: Channel
  readonly status: MessageStatus
  readonly reason: string | null
  readonly attempts: number
  readonly dueAt: Date
  readonly events: readonly { readonly kind: DeliveryKind; readonly happenedAt: Date }[]
}

const NOUNS: Readonly<Record<Channel, string>> = {
  email: 'email',
  sms: 'text message',
  whatsapp: 'WhatsApp message',
  push: 'push message',
}

// What providers and we say in a word, each as a sentence; what stands behind the colon is the provider's own.
const WORDS: Readonly<Record<string, string>> = {
  no_provider: 'Not sent: the space had no enabled provider account for this channel.',
  no_template: 'Not sent: its template is gone.',
  template_failed: 'Not sent: its template could not be filled in for this person.',
  wrong_template: 'Not sent: its template is for another channel.',
  sms_too_long: 'Not sent: the text was too long when filled in.',
  push_too_large: 'Not sent: the notification was too large when filled in.',
  message_empty: 'Not sent: the text was empty when filled in.',
  bad_address: 'Not sent: an address is wrong.',
  refused: 'The provider refused it for good.',
  unsubscribed: 'The provider refused it: this number has said STOP.',
  unregistered: 'The provider refused it: the app is no longer on this device.',
  invalid_address: 'The provider refused it: there is no such address. Nothing goes there any more.',
  gave_up: 'Given up after several attempts.',
  crashed: 'A worker ended while sending it, so nobody knows whether the provider got it; it is not sent again.',
  no_answer: 'The provider took it and did not answer, so nobody knows whether it went out; it is not sent again.',
}

const LATEST: Readonly<Partial<Record<DeliveryKind, string>>> = {
  delivered: 'Delivered.',
  opened: 'Opened.',
  machine_opened: 'Delivered; a mail program loaded its pictures.',
  clicked: 'Opened, and a link was clicked.',
  read: 'Read.',
  deferred: 'The receiving server put it off; the provider tries again.',
  bounced: 'It bounced: the address did not take it.',
  dropped: 'The provider dropped it.',
  undelivered: 'The carrier could not deliver it.',
  failed: 'The provider could not deliver it.',
  complained: 'The person marked it as spam and is unsubscribed.',
  unsubscribed: 'The person unsubscribed by it.',
  group_unsubscribed: 'The person left its group by it.',
}

const why = (reason: string): string => {
  const [word = '', ...rest] = reason.split(': ')
  const said = rest.join(': ')
  const sentence = WORDS[word] ?? `${word.replaceAll('_', ' ')}.`
  return said ? `${sentence} (${said})` : sentence
}

const skippedSentence = (reason: string): string =>
  Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS].sentence : why(reason)

// The last word about it wins, except that a click says more than the opening reported after it.
const latest = (events: Story['events']): string | undefined => {
  const said = events
    .toReversed()
    .map(({ kind }) => LATEST[kind])
    .filter((text) => text !== undefined)
  return events.some(({ kind }) => kind === 'clicked') && said[0] === LATEST.opened ? LATEST.clicked : said[0]
}

/** Why a message is where it is, in a sentence for people. */
export const sentenceOf = ({ channel, status, reason, attempts, dueAt, events }: Story): string => {
  switch (status) {
    case 'queued':
      if (attempts > 0)
        return `Will be tried again at ${dueAt.toISOString()}, after ${attempts} attempts. ${reason ? why(reason) : ''}`.trim()
      return reason ? `Waiting: ${why(reason)}` : `The ${NOUNS[channel]} waits for its turn.`
    case 'sending':
      return `The ${NOUNS[channel]} is being handed to the provider.`
    case 'skipped':
      return skippedSentence(reason ?? '')
    case 'failed':
      return why(reason ?? 'failed')
    case 'uncertain':
      return why(reason ?? 'crashed')
    case 'sent':
      return latest(events) ?? `The provider took the ${NOUNS[channel]}; it has not said more yet.`
  }
}
