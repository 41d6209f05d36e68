import fc from 'fast-check'
import { expect, it } from 'vitest'
import { maskAddress, normaliseAddress } from '../../src/subscription/address.ts'
import { parseSubscriptions } from '../../src/subscription/change.ts'
import { keywordOf } from '../../src/subscription/keyword.ts'
import { parseChannel, parseStatus } from '../../src/subscription/vocabulary.ts'

// spec/messaging §1.3, every entry point's words.
const WORDS: readonly [unknown, ReturnType<typeof parseStatus>][] = [
  ['subscribed', 'subscribed'],
  ['SUBSCRIBED', 'subscribed'],
  ['SubScribed', 'subscribed'],
  [' subscribed ', 'subscribed'],
  ['true', 'subscribed'],
  [true, 'subscribed'],
  ['unsubscribed', 'unsubscribed'],
  ['UNSUBSCRIBED', 'unsubscribed'],
  ['False', 'unsubscribed'],
  [false, 'unsubscribed'],
  ['did-not-subscribe', 'did-not-subscribe'],
  ['did_not_subscribe', 'did-not-subscribe'],
  ['DID_NOT_SUBSCRIBE', 'did-not-subscribe'],
  ['', 'none'],
  ['  ', 'none'],
  [null, 'none'],
  [undefined, 'none'],
  ['foo', 'invalid'],
  ['yes', 'invalid'],
  [1, 'invalid'],
  [{}, 'invalid'],
  [[], 'invalid'],
  ['constructor', 'invalid'],
]
it.each(WORDS)('S15 %j is %s', (word, status) => expect(parseStatus(word)).toBe(status))

it.each([
  ['EMAIL', 'email'],
  ['Sms', 'sms'],
  ['WHATSAPP', 'whatsapp'],
  ['WhatsApp', 'whatsapp'],
  ['IOS_PUSH', 'ios_push'],
  ['android_push', 'android_push'],
  ['FAX', undefined],
  [7, undefined],
])('S15 channel %s is %s', (word, channel) => expect(parseChannel(word)).toBe(channel))

it.each([
  ['email', ' Ada@Example.COM ', 'ada@example.com'],
  ['email', 'ada@localhost', undefined],
  ['email', 'a b@example.com', undefined],
  ['email', 'a\u0000@example.com', undefined],
  ['email', 'a@b.com\r\nBcc: x@y.com', undefined],
  ['sms', '+1 (206) 555-0100', '+12065550100'],
  ['sms', '206-555-0100', '+12065550100'],
  ['sms', '+15550100123', '+15550100123'],
  ['sms', '+44 (0)7911 123456', '+447911123456'],
  ['whatsapp', 'whatsapp:+4915112345678', '+4915112345678'],
  ['whatsapp', '4915112345678', '+4915112345678'],
  ['sms', 'garbage', undefined],
  ['sms', '12', undefined],
  ['sms', '+4400000000000', undefined],
  ['ios_push', 'aBc:1', 'aBc:1'],
  ['android_push', 'a b', undefined],
] as const)('S02 %s %j is kept as %s', (channel, raw, address) => expect(normaliseAddress(channel, raw)).toBe(address))

it('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.emailAddress(), fc.stringMatching(/^\+[1-9]\d{7,14}$/)), (raw) => {
      for (const channel of ['email', 'sms', 'ios_push'] as const) {
        const once = normaliseAddress(channel, raw)
        if (once !== undefined) expect(normaliseAddress(channel, once)).toBe(once)
      }
    }),
  )
})

it('a masked address shows little of it', () => {
  expect(maskAddress('ada.lovelace@example.com')).toBe('ad**********@example.com')
  expect(maskAddress('a@example.com')).toBe('a***@example.com')
  expect(maskAddress('+12065550100')).toBe('+120********')
})

it('S16 reads §2.1: three channels and a group', () => {
  const { changes, problems } = parseSubscriptions([
    { key: '+12065550100', type: 'SMS', status: 'SUBSCRIBED' },
    { key: '+12065550100', type: 'WHATSAPP', status: 'UNSUBSCRIBED' },
    { key: 'A@example.com', type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'newsletter', status: 'SUBSCRIBED' }] },
  ])
  expect(problems).toEqual([])
  expect(changes.map(({ channel, address, status, groups }) => [channel, address, status, groups.length])).toEqual([
    ['sms', '+12065550100', 'subscribed', 0],
    ['whatsapp', '+12065550100', 'unsubscribed', 0],
    ['email', 'a@example.com', 'subscribed', 1],
  ])
})

it('reports each wrong entry by its place and keeps its siblings', () => {
  const { changes, problems } = parseSubscriptions([
    { key: 'a@example.com', type: 'EMAIL', status: 'maybe' },
    { key: 'nobody', type: 'EMAIL', status: 'SUBSCRIBED' },
    { key: '+12065550100', type: 'FAX', status: 'SUBSCRIBED' },
    { key: 'a@example.com', type: 'EMAIL', status: 'SUBSCRIBED' },
    { key: '+12065550100', type: 'SMS', status: 'SUBSCRIBED', groups: [{ name: 'x', status: 'SUBSCRIBED' }] },
    7,
    { key: 'b@example.com', type: 'EMAIL', status: null },
  ])
  expect(problems.map(({ field, code }) => [field, code])).toEqual([
    ['0.status', 'INVALID_SUBSCRIPTION_STATUS'],
    ['1.key', 'INVALID_EMAIL'],
    ['2.type', 'INVALID_TYPE'],
    ['4.groups', 'INVALID_GROUP'],
    ['5', 'INVALID_ITEM'],
  ])
  expect(changes.map((change) => change.key)).toEqual(['a@example.com', '+12065550100'])
})

it('no input makes the reader throw', () => {
  fc.assert(fc.property(fc.anything(), (raw) => void parseSubscriptions(raw)))
  const entry = fc.record(
    { key: fc.anything(), type: fc.constantFrom('EMAIL', 'SMS', 'IOS_PUSH', 3), status: fc.anything(), groups: fc.anything() },
    { requiredKeys: [] },
  )
  fc.assert(fc.property(fc.array(entry), (raw) => void parseSubscriptions(raw)))
})

it.each([
  ['STOP', 'stop'],
  [' stop. ', 'stop'],
  ['Stopall', 'stop'],
  ['UNSUBSCRIBE', 'stop'],
  ['cancel', 'stop'],
  ['END', 'stop'],
  ['Quit', 'stop'],
  ['optout', 'stop'],
  ['revoke', 'stop'],
  ['start', 'start'],
  ['Yes', 'start'],
  ['UNSTOP', 'start'],
  ['help', 'help'],
  ['INFO', 'help'],
  ['please stop', undefined],
  ['', undefined],
  ['constructor', undefined],
])('§3.6 the text %j is %s', (text, keyword) => expect(keywordOf(text)).toBe(keyword))
