import { createPublicKey, verify } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { DeliveryKind, Report } from '../report.ts'

const KINDS: Readonly<Record<string, DeliveryKind>> = {
  processed: 'processed',
  deferred: 'deferred',
  delivered: 'delivered',
  open: 'opened',
  click: 'clicked',
  bounce: 'bounced',
  dropped: 'dropped',
  spamreport: 'complained',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'group_unsubscribed',
}

export const SIGNATURE_HEADER = 'x-twilio-email-event-webhook-signature'
export const TIMESTAMP_HEADER = 'x-twilio-email-event-webhook-timestamp'

/**
 * Whether a webhook's body comes from whoever holds the private key of `publicKey` (base64 of its DER): ECDSA over timestamp and raw body.
 * Anything that cannot be read is a no.
 */
export const isSignedBySendGrid = (publicKey: string, signature: string, timestamp: string, rawBody: Buffer): boolean => {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
    return verify('sha256', Buffer.concat([Buffer.from(timestamp), rawBody]), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const uuidAt = (item: JsonObject, key: string): string | undefined => {
  const value = item[key]
  return typeof value === 'string' && UUID.test(value) ? value : undefined
}

const DETAILS = [
  'email',
  'url',
  'reason',
  'response',
  'type',
  'status',
  'attempt',
  'useragent',
  'ip',
  'sg_message_id',
  'bounce_classification',
]

// Apple's mail privacy and image proxies open every mail; SendGrid says when it was one.
const kindOf = (item: JsonObject): DeliveryKind | undefined => {
  const kind = typeof item['event'] === 'string' && Object.hasOwn(KINDS, item['event']) ? KINDS[item['event']] : undefined
  return kind === 'opened' && item['sg_machine_open'] === true ? 'machine_opened' : kind
}

const reportOf = (spaceId: string, item: Json): readonly Report[] => {
  if (!isObject(item) || item['space_id'] !== spaceId) return []
  const kind = kindOf(item)
  const [messageId, profileId] = [uuidAt(item, 'message_id'), uuidAt(item, 'profile_id')]
  const [eventId, timestamp] = [item['sg_event_id'], item['timestamp']]
  if (!kind || !messageId || !profileId || typeof eventId !== 'string' || typeof timestamp !== 'number') return []
  const happenedAt = new Date(timestamp * 1000)
  if (Number.isNaN(happenedAt.getTime())) return []
  const detail = Object.fromEntries(DETAILS.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])))
  return [{ eventId, messageId, profileId, kind, happenedAt, detail }]
}

/** Reports in an event webhook's body; events of other messages than ours are left out. Undefined when it is no list. */
export const sendGridReports = (spaceId: string, body: Json): readonly Report[] | undefined =>
  Array.isArray(body) ? body.flatMap((item: Json) => reportOf(spaceId, item)) : undefined
