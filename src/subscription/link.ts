import { sameText, sign } from '../base/hash.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { parseChannel } from './vocabulary.ts'

/** Whom a link speaks for: one address on one channel, for a group's message that group, and the message that carried it. */
export type LinkTarget = {
  readonly spaceId: string
  readonly address: string
  readonly channel: SubscriptionChannel
  readonly groupId?: string | undefined
  readonly messageId?: string | undefined
  readonly profileId?: string | undefined
}

// The purpose is signed too: a signature made for something else by the same secret opens nothing here. Links do not expire: an opt-out
// that stopped working would be worse than one that works for ever, and what a link can do is small.
const signatureOf = (secret: string, body: string): string => sign(secret, `subscription link ${body}`)

/** The part of a link that says for whom, signed: `<base64url of a JSON list>.<signature>`. */
export const linkToken = (secret: string, target: LinkTarget): string => {
  const { spaceId, channel, address, groupId, messageId, profileId } = target
  const parts = [spaceId, channel, address, groupId ?? '', messageId ?? '', profileId ?? '']
  const body = Buffer.from(JSON.stringify(parts)).toString('base64url')
  return `${body}.${signatureOf(secret, body)}`
}

/** The target of a token that we signed; undefined for any other text. */
export const readLinkToken = (secret: string, token: string): LinkTarget | undefined => {
  const [body, signature, ...rest] = token.split('.')
  if (body === undefined || signature === undefined || rest.length > 0) return undefined
  if (!sameText(signature, signatureOf(secret, body))) return undefined
  const parts: readonly string[] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  const [spaceId, channelText, address, groupId, messageId, profileId] = parts
  const channel = parseChannel(channelText)
  if (spaceId === undefined || channel === undefined || address === undefined) return undefined
  return {
    spaceId,
    channel,
    address,
    groupId: groupId || undefined,
    messageId: messageId || undefined,
    profileId: profileId || undefined,
  }
}

/**
 * The link that ends a message's kind of mail: of a group's message for that group, else for the channel (spec/messaging §3.4). GET shows
 * a page, POST unsubscribes, also as one click by a mail program (RFC 8058): it goes into `List-Unsubscribe`, too.
 */
export const unsubscribeLink = (secret: string, publicUrl: string, target: LinkTarget): string =>
  `${publicUrl}/unsubscribe/${linkToken(secret, target)}`

/** The link to the page on which a person chooses groups. */
export const preferencesLink = (secret: string, publicUrl: string, target: LinkTarget): string =>
  `${publicUrl}/preferences/${linkToken(secret, target)}`
