import * as cheerio from 'cheerio'
import { expect, it } from 'vitest'
import { applySubscriptions } from '../../src/subscription/apply.ts'
import { parseSubscriptions } from '../../src/subscription/change.ts'
import { createGroup } from '../../src/subscription/group.ts'
import { applyKeyword } from '../../src/subscription/keyword.ts'
import { linkToken } from '../../src/subscription/link.ts'
import { lookUp } from '../../src/subscription/lookup.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database)
await testApi(database, 'spa_decoy')
const now = new Date()
for (const space of ['spa_test', 'spa_decoy']) {
  await createGroup(db, space, { id: 'grp_news', name: 'News', description: 'Each <Monday>' }, now)
  await createGroup(db, space, { id: 'grp_offers', name: 'Offers', description: '' }, now)
}

let counter = 0
type Target = { channel: 'email' | 'sms'; address: string; groupId?: string }
const person = async (groupId?: string, groups = ['News', 'Offers']): Promise<Target & { token: string }> => {
  const address = `longer.address${++counter}@example.com`
  const raw = [
    { key: address, type: 'EMAIL', status: 'SUBSCRIBED', groups: groups.map((name) => ({ name, status: 'SUBSCRIBED' })) },
  ]
  for (const space of ['spa_test', 'spa_decoy']) {
    await applySubscriptions(db, space, parseSubscriptions(raw).changes, { origin: 'test', now })
  }
  const target = { channel: 'email' as const, address, ...(groupId ? { groupId } : {}) }
  return {
    ...target,
    token: linkToken(api.door.config.secret, { spaceId: 'spa_test', messageId: crypto.randomUUID(), ...target }),
  }
}
const states = async ({ channel, address }: Target, space = 'spa_test') => {
  const [found] = await lookUp(db, space, [{ channel, address }])
  return [found?.state?.status, ...(found?.groups ?? []).map((group) => group.status)]
}
const get = (path: string) => api.server.inject({ method: 'GET', url: path })
const post = (path: string, payload = '', type = 'application/x-www-form-urlencoded') =>
  api.server.inject({ method: 'POST', url: path, payload, headers: { 'content-type': type } })
const ALL = ['subscribed', 'subscribed', 'subscribed']

it('S37 opening either link changes nothing, however often and by whomever', async () => {
  const one = await person()
  for (const method of ['GET', 'HEAD', 'OPTIONS'] as const)
    for (const page of ['unsubscribe', 'preferences']) await api.server.inject({ method, url: `/${page}/${one.token}` })
  expect(await states(one)).toEqual(ALL)
})

it('S33 the button on the page unsubscribes from everything, at once, in this space only', async () => {
  const one = await person()
  const $ = cheerio.load((await get(`/unsubscribe/${one.token}`)).body)
  expect([$('form').attr('method'), $('h1').text()]).toEqual(['post', 'Unsubscribe from all emails?'])
  const done = await post($('form').attr('action') ?? '')
  expect([done.statusCode, cheerio.load(done.body)('h1').text()]).toEqual([200, 'You are unsubscribed'])
  expect(await states(one)).toEqual(['unsubscribed', 'subscribed', 'subscribed'])
  expect(await states(one, 'spa_decoy')).toEqual(ALL)
  expect((await post(`/unsubscribe/${one.token}`)).statusCode).toBe(200)
})

it('S33 the link of a group’s message unsubscribes from that group only', async () => {
  const one = await person('grp_news')
  expect((await get(`/unsubscribe/${one.token}`)).body).toContain('“News” emails')
  await post(`/unsubscribe/${one.token}`)
  expect(await states(one)).toEqual(['subscribed', 'unsubscribed', 'subscribed'])
})

it('the link of a group that is gone unsubscribes from everything', async () => {
  const one = await person('grp_deleted')
  await post(`/unsubscribe/${one.token}`)
  expect((await states(one))[0]).toBe('unsubscribed')
})

it.each([
  ['a form', 'List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded'],
  [
    'multipart',
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    'multipart/form-data; boundary=x',
  ],
  ['anything', '{broken', 'application/json'],
])('S36 one click without cookie or confirmation, sent as %s', async (_, payload, type) => {
  const one = await person()
  expect((await post(`/unsubscribe/${one.token}`, payload, type)).statusCode).toBe(200)
  expect((await states(one))[0]).toBe('unsubscribed')
})

it('S35 a forged link answers a page of its own, and changes nothing', async () => {
  const [one, other] = [await person(), await person()]
  const [body, signature] = one.token.split('.')
  const forged = [
    `${other.token.split('.')[0]}.${signature}`,
    `${body}.${signature?.slice(0, -1)}`,
    `${body}`,
    `${body}.`,
    '',
    'preview',
    '..%2f..',
    '%00',
    '<script>alert(1)</script>',
    linkToken('another secret', { spaceId: 'spa_test', channel: 'email', address: one.address }),
  ]
  for (const token of forged)
    for (const [page, payload] of [
      ['unsubscribe', ''],
      ['preferences', 'action=unsubscribe_all'],
    ]) {
      const path = `/${page}/${encodeURI(token)}`
      for (const answer of [await get(path), await post(path, payload)]) {
        expect([token, answer.statusCode]).toEqual([token, 404])
        expect(answer.body).toContain('This link does not work')
        expect(answer.body).not.toContain('<script>')
      }
    }
  expect([await states(one), await states(other)]).toEqual([ALL, ALL])
})

it('S34 the preference page shows a masked address and each group with its toggle', async () => {
  const one = await person(undefined, ['News'])
  const { body, headers } = await get(`/preferences/${one.token}`)
  const $ = cheerio.load(body)
  expect(body).not.toContain(one.address)
  expect(body).toContain('lo*')
  expect(
    $('input[name=group]')
      .toArray()
      .map((box) => [box.attribs['value'], 'checked' in box.attribs]),
  ).toEqual([
    ['grp_news', true],
    ['grp_offers', false],
  ])
  expect(body).toContain('Each &lt;Monday&gt;')
  expect(
    $('label')
      .toArray()
      .every((label) => $(label).find('input').length === 1),
  ).toBe(true)
  expect([$('html').attr('lang'), $('main').length, $('script').length]).toEqual(['en', 1, 0])
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
})

it('S34 saving changes only what was toggled', async () => {
  const one = await person()
  const saved = await post(`/preferences/${one.token}`, 'action=save&shown=grp_news&shown=grp_offers&group=grp_offers')
  expect([saved.statusCode, saved.body.includes('Your preferences are saved.')]).toEqual([200, true])
  expect(await states(one)).toEqual(['subscribed', 'unsubscribed', 'subscribed'])
  await post(`/preferences/${one.token}`, 'action=save&group=grp_news')
  expect(await states(one)).toEqual(['subscribed', 'subscribed', 'subscribed'])
  await post(`/preferences/${one.token}`, 'action=save&group=grp_unknown&group=')
  expect(await states(one)).toEqual(ALL)
})

it('S34 “unsubscribe from all” is the veto, and joining a group afterwards needs an explicit word', async () => {
  const one = await person(undefined, ['News'])
  await post(`/preferences/${one.token}`, 'action=unsubscribe_all')
  expect(await states(one)).toEqual(['unsubscribed', 'subscribed', undefined])
  const refused = await post(`/preferences/${one.token}`, 'action=save&shown=grp_news&group=grp_news&group=grp_offers')
  expect([refused.statusCode, await states(one)]).toEqual([422, ['unsubscribed', 'subscribed', undefined]])
  expect(cheerio.load(refused.body)('input[name=again]').length).toBe(1)
  await post(`/preferences/${one.token}`, 'action=save&shown=grp_news&group=grp_news&group=grp_offers&again=yes')
  expect(await states(one)).toEqual(ALL)
})

it('S31 a page cannot lift what STOP locked', async () => {
  const address = '+12065550123'
  const token = linkToken(api.door.config.secret, { spaceId: 'spa_test', channel: 'sms', address })
  await applyKeyword(db, 'spa_test', address, 'STOP', now)
  const answer = await post(`/preferences/${token}`, 'action=save&again=yes')
  expect([answer.statusCode, answer.body.includes('Text START')]).toEqual([422, true])
  expect((await states({ channel: 'sms', address }))[0]).toBe('unsubscribed')
})
