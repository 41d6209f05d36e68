import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import type { TestApi } from './server.ts'

const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
/** What SendGrid's settings page shows as "verification key". */
export const SENDGRID_WEBHOOK_KEY = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

export type Signed = { readonly url: string; readonly headers: Record<string, string>; readonly payload: string }

/** An event webhook as SendGrid sends it. */
export const sendGridWebhook = (spaceId: string, accountId: string, events: unknown): Signed => {
  const payload = JSON.stringify(events)
  const timestamp = String(Math.floor(Date.now() / 1000))
  return {
    url: `/webhooks/sendgrid/${spaceId}/${accountId}`,
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + payload), keys.privateKey).toString(
        'base64',
      ),
    },
    payload,
  }
}

/** A webhook as Twilio sends it to `path`. */
export const twilioWebhook = (
  api: TestApi,
  path: string,
  authToken: string,
  params: Readonly<Record<string, string>>,
): Signed => {
  const text = Object.keys(params)
    .sort()
    .reduce((sum, key) => sum + key + params[key], `${api.door.config.publicUrl}${path}`)
  return {
    url: path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': createHmac('sha1', authToken).update(text).digest('base64'),
    },
    payload: new URLSearchParams(params).toString(),
  }
}

export const deliver = async (api: TestApi, { url, headers, payload }: Signed): Promise<{ status: number; body: string }> => {
  const answer = await api.server.inject({ method: 'POST', url, headers, payload })
  return { status: answer.statusCode, body: answer.body }
}
