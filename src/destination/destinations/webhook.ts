import { createHmac } from 'node:crypto'
import { Invalid } from '../../base/errors.ts'
import { isObject, type Json } from '../../base/json.ts'
import type { Destination, Making, Outgoing } from '../destination.ts'

const METHODS = ['POST', 'PUT', 'PATCH'] as const
type Method = (typeof METHODS)[number]
const isMethod = (value: unknown): value is Method => METHODS.includes(value as Method)

const wrong = (field: string, message: string, remedy: string): Invalid => new Invalid('webhook', [{ field, message, remedy }])

const addressFrom = (value: Json | undefined): string => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw wrong('url', 'is no address', 'map it to one that begins with https://')
  return url.href
}

// What would break the request, or pretend to be ours.
const OURS = /^(host|content-length|connection|transfer-encoding|x-signature|usher-.*)$/i
const headersFrom = (value: Json | undefined): Readonly<Record<string, string>> => {
  const said = Object.entries(isObject(value) ? value : {}).filter(([, text]) => text !== null && typeof text !== 'object')
  for (const [name, text] of said)
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || OURS.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(String(text)))
      throw wrong('headers', `"${name}" cannot be sent`, 'choose another name and one line of plain text')
  return Object.fromEntries(said.map(([name, text]) => [name.toLowerCase(), String(text)]))
}

/**
 * Signs a body: `X-Signature`, the hex HMAC-SHA1 that Segment's webhooks send (spec/messaging §8.12), and `usher-signature:
 * t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`, which cannot be sent again later by somebody else.
 */
export const signaturesOf = (secret: string, body: string, now: Date): Readonly<Record<string, string>> => {
  const at = Math.floor(now.getTime() / 1_000)
  const stamped = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
  return {
    'x-signature': createHmac('sha1', secret).update(body).digest('hex'),
    'usher-signature': `t=${at},v1=${stamped}`,
  }
}

const send = ({ settings, fields, now }: Making): Outgoing => {
  const { method = 'POST' } = fields
  if (!isMethod(method)) throw wrong('method', `is ${JSON.stringify(method)}`, `choose ${METHODS.join(', ')}`)
  const body = JSON.stringify(fields['data'] ?? {})
  const secret = settings['sharedSecret']
  return {
    method,
    url: addressFrom(fields['url']),
    headers: {
      'content-type': 'application/json',
      ...headersFrom(fields['headers']),
      ...(typeof secret === 'string' && secret !== '' ? signaturesOf(secret, body, now) : {}),
    },
    body,
  }
}

/** Any address of one's own: Segment's "Webhooks (Actions)". */
export const webhook: Destination = {
  slug: 'actions-webhook',
  name: 'Webhooks (Actions)',
  description: 'Sends calls as JSON to an address of yours.',
  kind: 'event',
  website: 'https://segment.com/docs/connections/destinations/catalog/actions-webhook/',
  supported: ['track', 'identify', 'page', 'screen', 'group', 'alias'],
  ratePerSecond: 200,
  settings: {
    sharedSecret: {
      label: 'Shared Secret',
      description: 'Each request is signed with it, so that you know whom it is from: X-Signature and usher-signature',
      type: 'password',
      sensitive: true,
    },
  },
  actions: {
    send: {
      slug: 'send',
      name: 'Send',
      description: 'Sends one request for each call',
      defaultTrigger:
        'type = "track" or type = "identify" or type = "page" or type = "screen" or type = "group" or type = "alias"',
      fields: {
        url: { label: 'URL', description: 'Where it is sent', type: 'string', required: true },
        method: {
          label: 'Method',
          description: 'How it is sent',
          type: 'string',
          choices: METHODS.map((value) => ({ label: value, value })),
          default: 'POST',
        },
        headers: { label: 'Headers', description: 'Sent beside ours', type: 'object' },
        data: { label: 'Data', description: 'What is sent', type: 'object', default: { '@path': '$.' } },
      },
      request: send,
    },
  },
  presets: [
    {
      action: 'send',
      name: 'Send every call',
      trigger: 'type = "track" or type = "identify" or type = "page" or type = "screen" or type = "group" or type = "alias"',
      fields: { method: 'POST', data: { '@path': '$.' } },
    },
  ],
}
