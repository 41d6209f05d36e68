import fc from 'fast-check'
import { expect, it } from 'vitest'
import { linkToken, readLinkToken, unsubscribeLink } from '../../src/subscription/link.ts'

const secret = 'a secret of a test'
const target = {
  spaceId: 'spa_a',
  channel: 'email',
  address: 'a@example.com',
  groupId: 'grp_1',
  messageId: 'm',
  profileId: 'p',
} as const
const token = linkToken(secret, target)

it('reads back what it signed, with and without group', () => {
  expect(readLinkToken(secret, token)).toEqual(target)
  const plain = { spaceId: 's', channel: 'sms', address: '+12065550100' } as const
  expect(readLinkToken(secret, linkToken(secret, plain))).toMatchObject(plain)
  expect(unsubscribeLink(secret, 'https://u.example', target)).toBe(`https://u.example/unsubscribe/${token}`)
})

it('S35 a token is not read with another secret', () => expect(readLinkToken('another', token)).toBeUndefined())

it('S35 any change of any character of a token makes it void', () => {
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCabc019-_.~%/ '), (place, sign) => {
      const forged = token.slice(0, place) + sign + token.slice(place + 1)
      if (forged !== token) expect(readLinkToken(secret, forged)).toBeUndefined()
    }),
    { numRuns: 2_000 },
  )
})

it('S35 no text that was not signed opens anything', () => {
  fc.assert(fc.property(fc.string(), (text) => void expect(readLinkToken(secret, text)).toBeUndefined()))
  const body = Buffer.from(JSON.stringify(['spa_b', 'email', 'b@example.com', '', '', ''])).toString('base64url')
  fc.assert(
    fc.property(fc.base64String(), (signature) => void expect(readLinkToken(secret, `${body}.${signature}`)).toBeUndefined()),
  )
  expect(readLinkToken(secret, `${body}.${token.split('.')[1]}`)).toBeUndefined()
  expect(readLinkToken(secret, `${token}.x`)).toBeUndefined()
})
