import { createHmac } from 'node:crypto'
import { sameText } from '../../base/hash.ts'
import type { DeliveryKind, Report } from '../report.ts'

export type Form = Readonly<Record<string, string>>

const KINDS: Readonly<Record<string, DeliveryKind>> = {
  queued: 'queued',
  accepted: 'queued',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'failed',
  read: 'read',
}

/** Whether a webhook comes from whoever knows the auth token: HMAC-SHA1 over the public address and the sorted parameters. */
export const isSignedByTwilio = (authToken: string, signature: string, url: string, form: Form): boolean => {
  const text = Object.keys(form)
    .sort()
    .reduce((sum, key) => sum + key + form[key], url)
  return sameText(signature, createHmac('sha1', authToken).update(text).digest('base64'))
}

/** The report in a status callback. Twilio has no event id: a message reaches each status once, so the two together are one. */
export const twilioReport = (form: Form, messageId: string, profileId: string, now: Date): Report | undefined => {
  const status = form['MessageStatus'] ?? form['SmsStatus'] ?? ''
  const kind = Object.hasOwn(KINDS, status) ? KINDS[status] : undefined
  const sid = form['MessageSid'] ?? form['SmsSid']
  if (!kind || !sid) return undefined
  const { ErrorCode, ErrorMessage, To } = form
  const detail = {
    sid,
    ...(To ? { to: To } : {}),
    ...(ErrorCode ? { errorCode: ErrorCode } : {}),
    ...(ErrorMessage ? { reason: ErrorMessage } : {}),
  }
  return { eventId: `${sid} ${status}`, messageId, profileId, kind, happenedAt: now, detail }
}
