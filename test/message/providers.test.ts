import { expect, it } from 'vitest'
import { Misconfigured, Refused, Unavailable } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { ProviderKind } from '../../src/db/rows/message.ts'
import type { Content, Envelope } from '../../src/message/provider.ts'
import { PROVIDERS } from '../../src/message/providers/index.ts'
import { smtpFailure } from '../../src/message/providers/smtp.ts'
import { FCM, fcmError, startFcm } from '../support/fakes/fcm.ts'
import { type Answering, startFake } from '../support/fakes/http.ts'
import { ok, SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { startTwilio, TWILIO, twilioError } from '../support/fakes/twilio.ts'

const envelope: Envelope = {
  spaceId: 'spa_x',
  accountId: 'acc_x',
  messageId: '11111111-1111-4111-8111-111111111111',
  profileId: '22222222-2222-4222-8222-222222222222',
  journeyId: 'jou_x',
  purpose: 'marketing',
  address: 'ann@example.com',
  addressType: 'email',
  statusUrl: 'https://usher.test/webhooks/twilio/spa_x/acc_x/status?message=1&profile=2',
  now: new Date(),
}
const mail: Content = {
  channel: 'email',
  from: { address: 'shop@example.com', name: 'The Shop' },
  replyTo: { address: 'help@example.com' },
  subject: 'Hi Ann',
  html: '<p>Hi</p>',
  text: 'Hi',
  headers: { 'List-Unsubscribe': '<https://usher.test/unsubscribe/t>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
}
const text: Content = { channel: 'sms', body: 'Hi', mediaUrls: [] }
const card: Content = { channel: 'push', title: 'Hi', body: 'Come', link: 'shop://home' }

const CONTENT: Readonly<Record<ProviderKind, Content>> = { smtp: mail, sendgrid: mail, twilio: text, fcm: card }
const ADDRESS: Readonly<Record<ProviderKind, Partial<Envelope>>> = {
  smtp: {},
  sendgrid: {},
  twilio: { address: '+15550100001', addressType: 'phone' },
  fcm: { address: 'token-1', addressType: 'ios.push_token' },
}
const settingsOf = (kind: ProviderKind, url: string): JsonObject => {
  const all: Readonly<Record<ProviderKind, JsonObject>> = {
    smtp: { host: '127.0.0.1', port: Number(new URL(url).port), from: 'shop@example.com' },
    sendgrid: { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: url },
    twilio: { ...TWILIO, from: '+15550100000', baseUrl: url },
    fcm: { ...FCM, tokenUri: `${url}/token`, baseUrl: url },
  }
  return PROVIDERS[kind].settings.parse(all[kind])
}

const send = async (kind: ProviderKind, url: string, change: Partial<Envelope> = {}, settings: JsonObject = {}) => {
  const carrier = PROVIDERS[kind].open({ ...settingsOf(kind, url), ...settings })
  try {
    return await carrier.send(CONTENT[kind], { ...envelope, ...ADDRESS[kind], ...change })
  } finally {
    carrier.close()
  }
}

it('SendGrid: the whole call', async () => {
  const fake = await startSendGrid()
  expect(await send('sendgrid', fake.url)).toEqual({ providerMessageId: expect.stringMatching(/^sg-/) })
  expect(fake.mails()[0]).toMatchInlineSnapshot(`
    {
      "content": [
        {
          "type": "text/plain",
          "value": "Hi",
        },
        {
          "type": "text/html",
          "value": "<p>Hi</p>",
        },
      ],
      "custom_args": {
        "journey_id": "jou_x",
        "message_id": "11111111-1111-4111-8111-111111111111",
        "profile_id": "22222222-2222-4222-8222-222222222222",
        "space_id": "spa_x",
      },
      "from": {
        "email": "shop@example.com",
        "name": "The Shop",
      },
      "headers": {
        "List-Unsubscribe": "<https://usher.test/unsubscribe/t>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
      "personalizations": [
        {
          "to": [
            {
              "email": "ann@example.com",
            },
          ],
        },
      ],
      "reply_to": {
        "email": "help@example.com",
      },
      "subject": "Hi Ann",
      "tracking_settings": {
        "subscription_tracking": {
          "enable": false,
        },
      },
    }
  `)
})

it('SendGrid: transactional mail passes its lists', async () => {
  const fake = await startSendGrid()
  await send('sendgrid', fake.url, { purpose: 'transactional' })
  expect(fake.mails()[0]).toMatchObject({ mail_settings: { bypass_list_management: { enable: true } } })
})

it('Twilio: the whole call', async () => {
  const fake = await startTwilio()
  expect(await send('twilio', fake.url)).toEqual({ providerMessageId: expect.stringMatching(/^SM/) })
  expect(Object.fromEntries(new URLSearchParams(fake.calls[0]?.body))).toMatchInlineSnapshot(`
    {
      "Body": "Hi",
      "From": "+15550100000",
      "StatusCallback": "https://usher.test/webhooks/twilio/spa_x/acc_x/status?message=1&profile=2",
      "To": "+15550100001",
    }
  `)
})

it('Twilio: a messaging service, and an API key in place of the auth token', async () => {
  const fake = await startFake(() => ({ status: 201, body: { sid: 'SM1' } }))
  await send('twilio', fake.url, {}, { from: `MG${'b'.repeat(32)}`, apiKeySid: 'SK1', apiKeySecret: 'secret' })
  expect(new URLSearchParams(fake.calls[0]?.body).get('MessagingServiceSid')).toBe(`MG${'b'.repeat(32)}`)
  expect(fake.calls[0]?.headers.authorization).toBe(`Basic ${Buffer.from('SK1:secret').toString('base64')}`)
})

it('FCM: the whole call, and one access token for many', async () => {
  const fake = await startFcm()
  const carrier = PROVIDERS.fcm.open(settingsOf('fcm', fake.url))
  await Promise.all([1, 2, 3].map(() => carrier.send(card, { ...envelope, ...ADDRESS.fcm })))
  expect(fake.calls.map((call) => call.path).filter((path) => path === '/token')).toHaveLength(1)
  expect(JSON.parse(fake.calls.at(-1)?.body ?? '')).toMatchInlineSnapshot(`
    {
      "message": {
        "apns": {
          "payload": {
            "aps": {
              "mutable-content": 1,
            },
          },
        },
        "data": {
          "link": "shop://home",
          "message_id": "11111111-1111-4111-8111-111111111111",
          "profile_id": "22222222-2222-4222-8222-222222222222",
          "space_id": "spa_x",
        },
        "notification": {
          "body": "Come",
          "title": "Hi",
        },
        "token": "token-1",
      },
    }
  `)
})

const E = { refused: Refused, later: Unavailable, operator: Misconfigured } as const
type Case = readonly [provider: 'sendgrid' | 'twilio' | 'fcm', what: string, answer: Answering, kind: keyof typeof E, id: string]
const CASES: readonly Case[] = [
  ['sendgrid', '400', () => ({ status: 400, body: { errors: [{ message: 'bad', field: 'x' }] } }), 'refused', 'refused'],
  ['sendgrid', '401', () => ({ status: 401, body: { errors: [{ message: 'no' }] } }), 'operator', 'credentials'],
  ['sendgrid', '403', () => ({ status: 403, body: { errors: [{ message: 'from' }] } }), 'operator', 'credentials'],
  ['sendgrid', '408', () => ({ status: 408 }), 'later', 'provider_unavailable'],
  ['sendgrid', '413', () => ({ status: 413 }), 'refused', 'refused'],
  ['sendgrid', '429', () => ({ status: 429, headers: { 'retry-after': '7' } }), 'later', 'rate_limited'],
  ['sendgrid', '500', () => ({ status: 500 }), 'later', 'provider_unavailable'],
  ['sendgrid', '501', () => ({ status: 501 }), 'refused', 'refused'],
  ['sendgrid', '503', () => ({ status: 503 }), 'later', 'provider_unavailable'],
  ['sendgrid', 'a cut', () => 'cut', 'later', 'no_answer'],
  ['twilio', '21610', () => twilioError(400, 21610, 'unsubscribed'), 'refused', 'unsubscribed'],
  ['twilio', '21211', () => twilioError(400, 21211, 'no number'), 'refused', 'invalid_address'],
  ['twilio', '21614', () => twilioError(400, 21614, 'no mobile number'), 'refused', 'invalid_address'],
  ['twilio', '21602', () => twilioError(400, 21602, 'no body'), 'refused', 'refused'],
  ['twilio', '20003', () => twilioError(401, 20003, 'Authenticate'), 'operator', 'credentials'],
  ['twilio', '21606', () => twilioError(400, 21606, 'not your number'), 'operator', 'credentials'],
  ['twilio', '20429', () => twilioError(429, 20429, 'Too Many Requests'), 'later', 'rate_limited'],
  ['twilio', '500', () => twilioError(500, 20500, 'oops'), 'later', 'provider_unavailable'],
  ['twilio', 'a cut', () => 'cut', 'later', 'no_answer'],
  ['twilio', 'a yes that cannot be read', () => ({ status: 201 }), 'later', 'no_answer'],
  ['fcm', 'UNREGISTERED', () => fcmError(404, 'NOT_FOUND', 'UNREGISTERED'), 'refused', 'unregistered'],
  ['fcm', 'INVALID_ARGUMENT', () => fcmError(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'), 'refused', 'refused'],
  [
    'fcm',
    'a token that is none',
    () => ({
      status: 400,
      body: { error: { status: 'INVALID_ARGUMENT', message: 'The registration token is not a valid FCM registration token' } },
    }),
    'refused',
    'invalid_address',
  ],
  ['fcm', 'SENDER_ID_MISMATCH', () => fcmError(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'), 'refused', 'refused'],
  ['fcm', 'PERMISSION_DENIED', () => fcmError(403, 'PERMISSION_DENIED'), 'operator', 'credentials'],
  [
    'fcm',
    'QUOTA_EXCEEDED',
    () => fcmError(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', { 'retry-after': '9' }),
    'later',
    'rate_limited',
  ],
  ['fcm', 'UNAVAILABLE', () => fcmError(503, 'UNAVAILABLE', 'UNAVAILABLE'), 'later', 'provider_unavailable'],
  ['fcm', 'a cut', () => 'cut', 'later', 'no_answer'],
]
const START = { sendgrid: startSendGrid, twilio: startTwilio, fcm: startFcm } as const

it.each(CASES)('%s: %s', async (provider, _what, answer, kind, id) => {
  const fake = await START[provider](answer)
  const error = await send(provider, fake.url).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(E[kind])
  expect(error).toMatchObject({ id })
  if (id === 'rate_limited' && provider !== 'twilio')
    expect(error).toMatchObject({ retryAfterSeconds: provider === 'fcm' ? 9 : 7 })
})

it.each(['sendgrid', 'twilio', 'fcm', 'smtp'] as const)('%s: nobody at home is later, and nothing was sent', async (kind) => {
  const fake = await startFake(() => ok())
  await fake.close()
  const error = await send(kind, fake.url).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Unavailable)
  expect(error).toMatchObject({ id: 'unreachable' })
})

it.each([
  [{ responseCode: 550, code: 'EENVELOPE' }, Refused, 'refused'],
  [{ responseCode: 550, code: 'EENVELOPE', command: 'RCPT TO', message: '550 5.1.1 no such user' }, Refused, 'invalid_address'],
  [{ responseCode: 550, code: 'EENVELOPE', command: 'RCPT TO', message: '550 5.7.1 relaying denied' }, Refused, 'refused'],
  [{ responseCode: 451, code: 'EENVELOPE' }, Unavailable, 'provider_unavailable'],
  [{ responseCode: 421, code: 'EENVELOPE' }, Unavailable, 'rate_limited'],
  [{ responseCode: 535, code: 'EAUTH' }, Misconfigured, 'credentials'],
  [{ code: 'ETIMEDOUT', command: 'CONN' }, Unavailable, 'unreachable'],
  [{ code: 'ETIMEDOUT', command: 'DATA' }, Unavailable, 'no_answer'],
  [{ code: 'ECONNECTION', command: 'CONN' }, Unavailable, 'unreachable'],
])('smtp: %j', (fields, kind, id) => {
  const error = smtpFailure(Object.assign(new Error('said no'), fields))
  expect(error).toBeInstanceOf(kind)
  expect(error).toMatchObject({ id })
})
