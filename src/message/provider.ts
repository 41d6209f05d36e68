import type * as z from 'zod'
import { Misconfigured, Refused, Unavailable } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { type Answer, retryAfter } from '../base/post.ts'
import type { Channel, ProviderKind, Purpose } from '../db/rows/message.ts'

export type EmailContent = {
  readonly channel: 'email'
  readonly from: { readonly address: string; readonly name?: string }
  readonly replyTo?: { readonly address: string; readonly name?: string }
  readonly subject: string
  readonly html: string
  readonly text: string
  /** List-Unsubscribe and its like: what the channel adds, whoever carries it. */
  readonly headers: Readonly<Record<string, string>>
}
export type SmsContent = { readonly channel: 'sms' | 'whatsapp'; readonly body: string; readonly mediaUrls: readonly string[] }
export type PushContent = {
  readonly channel: 'push'
  readonly title: string
  readonly body: string
  readonly link?: string
  readonly imageUrl?: string
}
/** What a person gets, rendered; each channel's own shape. */
export type Content = EmailContent | SmsContent | PushContent

/** Whom one send is for, and the ids that come back with its delivery events. */
export type Envelope = {
  readonly spaceId: string
  readonly accountId: string
  readonly messageId: string
  readonly profileId: string
  readonly journeyId: string | null
  readonly purpose: Purpose
  readonly address: string
  readonly addressType: string
  /** Where the provider reports this message's fate; absent for providers whose webhook is set up by hand. */
  readonly statusUrl: string
  readonly now: Date
}

export type Receipt = { readonly providerMessageId: string | null }

/** An account that is ready to send: holds connections and access tokens until closed. */
export type Carrier = {
  /**
   * Hands one message to the provider. @throws Refused (never again; `unsubscribed` and `unregistered` also end the address's subscription,
   * `unregistered` and `invalid_address` suppress it),
   * Unavailable (later; `rate_limited` halts the account, `no_answer` means it may have been sent), Misconfigured (the account stops).
   */
  readonly send: (content: Content, envelope: Envelope) => Promise<Receipt>
  readonly close: () => void
}

/** Who can carry a channel's messages. Adding one is a file in `providers/` and a line in its table. */
export type Provider = {
  readonly kind: ProviderKind
  readonly channels: readonly Channel[]
  /** What an account needs; parsed at the door. */
  readonly settings: z.ZodType<JsonObject>
  /** Settings that no answer ever shows. */
  readonly secrets: readonly string[]
  readonly ratePerSecond: number
  readonly open: (settings: JsonObject) => Carrier
}

/** A content handed to a provider that does not carry its channel: the account was made for another one. */
export const wrongChannel = (kind: ProviderKind, content: Content): Misconfigured =>
  new Misconfigured('wrong_channel', `A ${kind} account cannot carry ${content.channel}; make an account of another kind for it.`)

/**
 * What a status that says no means, where a provider has no word of its own for it (spec/messaging §7.7): keys and rights are the
 * operator's, 408, 423, 429, 3xx and 5xx except 501 pass, any other is final.
 */
export const failureOf = (provider: string, { status, headers }: Answer, reason: string, now: Date): Error => {
  const message = `${provider} answered ${status}: ${reason}`
  if (status === 401 || status === 403) return new Misconfigured('credentials', message)
  const retryAfterSeconds = retryAfter(headers, now)
  const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  if (status === 429) return new Unavailable('rate_limited', message, later)
  const passes = status === 408 || status === 423 || (status >= 300 && status < 400) || (status >= 500 && status !== 501)
  return passes ? new Unavailable('provider_unavailable', message, later) : new Refused('refused', message)
}
