import type { SubscriptionChannel, SubscriptionStatus } from '../db/rows/subscription.ts'

/** How a channel is written by API and SDKs. */
export const CHANNEL_ON_THE_WIRE: Readonly<Record<SubscriptionChannel, string>> = {
  email: 'EMAIL',
  sms: 'SMS',
  whatsapp: 'WHATSAPP',
  ios_push: 'IOS_PUSH',
  android_push: 'ANDROID_PUSH',
}

/** How a state is written by API and SDKs. */
export const STATUS_ON_THE_WIRE: Readonly<Record<SubscriptionStatus, string>> = {
  subscribed: 'SUBSCRIBED',
  unsubscribed: 'UNSUBSCRIBED',
  'did-not-subscribe': 'DID_NOT_SUBSCRIBE',
}

const CHANNELS: ReadonlyMap<string, SubscriptionChannel> = new Map(
  (Object.keys(CHANNEL_ON_THE_WIRE) as SubscriptionChannel[]).map((channel) => [channel, channel]),
)

const STATUSES: ReadonlyMap<string, SubscriptionStatus> = new Map([
  ['subscribed', 'subscribed'],
  ['true', 'subscribed'],
  ['unsubscribed', 'unsubscribed'],
  ['false', 'unsubscribed'],
  ['did-not-subscribe', 'did-not-subscribe'],
])

const canonical = (raw: unknown): string => (typeof raw === 'boolean' ? String(raw) : typeof raw === 'string' ? raw.trim() : '')

/** The channel of any spelling that Segment's doors take (`WhatsApp`, `IOS_PUSH`, …), or undefined (spec/messaging §1.3). */
export const parseChannel = (raw: unknown): SubscriptionChannel | undefined => CHANNELS.get(canonical(raw).toLowerCase())

/**
 * The state behind a word of any door (spec/messaging §1.3): in all cases, with hyphens or underscores, and the booleans of reverse ETL.
 * `none` where nothing was said, which never overwrites a state; `invalid` for any other word, which never sends.
 */
export const parseStatus = (raw: unknown): SubscriptionStatus | 'none' | 'invalid' => {
  if (raw === undefined || raw === null) return 'none'
  if (typeof raw !== 'string' && typeof raw !== 'boolean') return 'invalid'
  const word = canonical(raw).toLowerCase().replaceAll('_', '-')
  return word === '' ? 'none' : (STATUSES.get(word) ?? 'invalid')
}
