import type { JsonObject } from '../base/json.ts'
import type { Channel } from '../db/rows/message.ts'

/** What can happen to a message after it left us (spec/messaging §4). */
export const DELIVERY_KINDS = [
  'processed',
  'queued',
  'sending',
  'sent',
  'deferred',
  'delivered',
  'opened',
  'machine_opened',
  'clicked',
  'read',
  'bounced',
  'dropped',
  'undelivered',
  'failed',
  'complained',
  'unsubscribed',
  'group_unsubscribed',
] as const
export type DeliveryKind = (typeof DELIVERY_KINDS)[number]

/** One thing that a provider reports of one of our messages. `eventId` is the provider's own: the same again changes nothing. */
export type Report = {
  readonly eventId: string
  readonly messageId: string
  readonly profileId: string
  readonly kind: DeliveryKind
  readonly happenedAt: Date
  readonly detail: JsonObject
}

type Names = Readonly<Partial<Record<DeliveryKind, string>>>

const EMAIL: Names = {
  processed: 'Email Processed',
  deferred: 'Email Deferred',
  delivered: 'Email Delivered',
  opened: 'Email Opened',
  machine_opened: 'Email Machine Opened',
  clicked: 'Email Link Clicked',
  bounced: 'Email Bounced',
  dropped: 'Email Dropped',
  complained: 'Email Marked as Spam',
  unsubscribed: 'Email Unsubscribed',
  group_unsubscribed: 'Email Group Unsubscribed',
}
const textNames = (prefix: string): Names => ({
  queued: `${prefix} Queued`,
  sending: `${prefix} Sending`,
  sent: `${prefix} Sent`,
  failed: `${prefix} Failed`,
  delivered: `${prefix} Delivered`,
  undelivered: `${prefix} Undelivered`,
  read: `${prefix} Read`,
})

/** Names of the events that reports become, by channel, as Segment's "Engage Events" source writes them (spec/messaging §4). */
export const EVENT_NAMES: Readonly<Record<Channel, Names>> = {
  email: EMAIL,
  sms: textNames('SMS'),
  whatsapp: textNames('WhatsApp Message'),
  push: { delivered: 'Push Delivered', opened: 'Push Opened' },
}
