import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { MOST_TYPES } from '../../src/profile/rules.ts'
import { basic, pictureOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { onProcessor } from '../support/processor.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:00:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const AT = '/spaces/spa_test/identity-rules'
type Shown = { readonly type: string; readonly [key: string]: unknown }
const rulesOf = async (of = api): Promise<readonly Shown[]> =>
  (await of.call('GET', `/spaces/${of.spaceId}/identity-rules`)).body.data.rules
const ruleOf = async (type: string) => (await rulesOf()).find((rule) => rule.type === type)
const set = (type: string, body: unknown) => api.call('PATCH', `${AT}/${type}`, body)
const send = async (...batch: object[]): Promise<void> => {
  clock = new Date(clock.getTime() + 1_000)
  const calls = batch.map((call) => ({ type: 'identify', ...call }))
  expect((await post(api.server, '/v1/batch', { batch: calls }, basic(api.writeKey))).status).toBe(200)
}
const idsOf = async (value: string) =>
  (await pictureOf(db, 'spa_test')).people
    .map(({ identifiers }) => identifiers)
    .find((ids) => JSON.stringify(ids).includes(value))

it('IDR-01 IDR-07 a new space shows its types with what holds for them, the one that is kept longest first', async () => {
  const rules = await rulesOf(decoy)
  expect(rules.slice(0, 3).map(({ type }) => type)).toEqual(['user_id', 'email', 'android.id'])
  expect(rules.map(({ type }) => type)).toEqual(expect.arrayContaining(['anonymous_id', 'group_id', 'ga_client_id', 'phone']))
  expect(rules[0]).toEqual({
    ...{ type: 'user_id', limit: 1, period: 'ever', priority: null, blocked: null },
    ...{ readsTraits: false, mayReadTraits: false, readFrom: ['userId', 'context.externalIds'], seen: false, stored: false },
  })
  expect(rules.slice(1).every(({ limit }) => limit === 5)).toBe(true)
})

it('IDR-03 a type that is added is read from traits and properties in both spellings, from the next call on', async () => {
  await send({ userId: 'u1', traits: { loyaltyId: 'L0' } })
  expect((await set('loyalty_id', { limit: 2 })).status).toBe(200)
  expect(await ruleOf('loyalty_id')).toMatchObject({ limit: 2, period: 'ever', readsTraits: true, seen: false, stored: true })
  await send(
    { userId: 'u1', traits: { loyaltyId: 'L1' } },
    { userId: 'u1', type: 'track', event: 'E', properties: { loyalty_id: 'L2' } },
    { userId: 'u1', traits: { loyaltyId: 'L3' } },
  )
  expect((await idsOf('u1'))?.['loyalty_id']).toEqual(['L1', 'L2'])
})

it('IDR-15 a limit that is lowered leaves what is there, and holds for what comes; what is left out of a change stays', async () => {
  await send(...[1, 2, 3].map((n) => ({ userId: 'many', traits: { email: `${n}@example.com` } })))
  await set('email', { limit: 2, blocked: ['nobody@example.com', { regex: '@test\\.example$' }] })
  await set('email', { period: 'weekly' })
  expect(await ruleOf('email')).toMatchObject({
    limit: 2,
    period: 'weekly',
    blocked: ['nobody@example.com', { regex: '@test\\.example$' }],
  })
  await send(
    { userId: 'many', traits: { email: '4@example.com' } },
    { userId: 'some', traits: { email: 'nobody@example.com' } },
    { userId: 'some', traits: { email: 'x@test.example' } },
    { userId: 'some', traits: { email: 'y@example.com' } },
  )
  expect((await idsOf('many'))?.['email']).toHaveLength(3)
  expect(await idsOf('some')).toEqual({ email: ['y@example.com'], user_id: ['some'] })
})

it('IDR-09 the priority says which identifier is put aside', async () => {
  await set('anonymous_id', { limit: 1, priority: 1 })
  await set('email', { limit: 1, period: 'ever', priority: 1_000, blocked: null })
  await send({ anonymousId: 'a1', traits: { email: 'one@example.com' } })
  await send({ anonymousId: 'a2', traits: { email: 'one@example.com' } })
  expect((await rulesOf())[0]?.type).toBe('anonymous_id')
  expect(await idsOf('a2')).toEqual({ anonymous_id: ['a2'] })
})

it('IDR-09 a type may come behind those that have no number, and is then put aside first', async () => {
  const before = (await rulesOf()).map(({ type }) => type)
  await set('android.id', { limit: 1, priority: 'last' })
  expect(await ruleOf('android.id')).toMatchObject({ priority: 'last', stored: true })
  expect((await rulesOf()).map(({ type }) => type)).toEqual([...before.filter((type) => type !== 'android.id'), 'android.id'])
  await set('ga_client_id', { limit: 1 })
  const call = (id: string, clientId: string) => ({
    type: 'track',
    event: 'E',
    anonymousId: clientId,
    context: { device: { type: 'android', id }, integrations: { 'Google Analytics': { clientId } } },
  })
  await send(call('d1', 'ga1'))
  await send(call('d1', 'ga2'))
  expect(await idsOf('ga2')).toEqual({ anonymous_id: ['ga2'], ga_client_id: ['ga2'] })
  await set('android.id', { priority: null })
  expect((await rulesOf()).map(({ type }) => type)).toEqual(before)
  for (const type of ['android.id', 'ga_client_id']) await api.call('DELETE', `${AT}/${type}`)
})

it('IDR-03 a limit alone does not have properties read for an e-mail address, and never for a user id', async () => {
  await set('user_id', { limit: 2 })
  await set('phone', { limit: 3 })
  const properties = { user_id: 'not me', userId: 'nor me', phone: '+14155550100' }
  await send({ userId: 'plain', type: 'track', event: 'E', properties })
  expect(await idsOf('plain')).toEqual({ user_id: ['plain'] })
  expect((await set('user_id', { readsTraits: true })).body.error.problems[0].field).toBe('readsTraits')
  await set('phone', { readsTraits: true })
  await send({ userId: 'plain', type: 'track', event: 'E', properties })
  expect(await idsOf('plain')).toEqual({ phone: ['+14155550100'], user_id: ['plain'] })
})

it('IDR-03 a type may be called what every object has by nature', async () => {
  const answer = await set('constructor', { limit: 1 })
  expect([answer.status, (await ruleOf('constructor'))?.['limit']]).toEqual([200, 1])
  await api.call('DELETE', `${AT}/constructor`)
})

it('IDR-05 the limit of a type that turned up in calls can be changed, and no trait is read for it until somebody says so', async () => {
  const externalIds = [{ id: 'x', type: 'nickname', collection: 'users', encoding: 'none' }]
  await send({ userId: 'seen', context: { externalIds } })
  expect(await ruleOf('nickname')).toMatchObject({ limit: 5, seen: true, stored: true, readsTraits: false })
  await set('nickname', { limit: 9 })
  expect(await ruleOf('nickname')).toMatchObject({ limit: 9, seen: false, readsTraits: false })
  await send({ userId: 'seen', traits: { nickname: 'y' } })
  expect((await idsOf('seen'))?.['nickname']).toEqual(['x'])
  await set('nickname', { readsTraits: true })
  await send({ userId: 'seen', traits: { nickname: 'y' } })
  expect((await idsOf('seen'))?.['nickname']).toEqual(expect.arrayContaining(['x', 'y']))
})

it('IDR-16 a type that is reset is treated as usual, and its identifiers stay', async () => {
  const before = await idsOf('seen')
  expect((await api.call('DELETE', `${AT}/nickname`)).status).toBe(200)
  expect(await ruleOf('nickname')).toBeUndefined()
  expect((await api.call('DELETE', `${AT}/nickname`)).status).toBe(404)
  await send({ userId: 'seen', traits: { nickname: 'z' } })
  expect(await idsOf('seen')).toEqual(before)
})

it('IDR-05 a type may be called what every object has, in calls and in settings', async () => {
  const externalIds = [{ id: 'c1', type: 'constructor', collection: 'users', encoding: 'none' }]
  await send({ userId: 'odd', context: { externalIds } })
  expect(await ruleOf('constructor')).toMatchObject({ seen: true, readFrom: ['context.externalIds'] })
  expect((await set('constructor', { readsTraits: true })).status).toBe(200)
  await send({ userId: 'odd', traits: { constructor: 'c2' } }, { userId: 'odd', traits: { name: 'none of it' } })
  expect((await idsOf('odd'))?.['constructor']).toEqual(expect.arrayContaining(['c1', 'c2']))
  expect((await api.call('DELETE', `${AT}/constructor`)).status).toBe(200)
})

it.each([
  ['email', { limit: 0 }, 'limit'],
  ['email', { limit: 1.5 }, 'limit'],
  ['email', { period: 'hourly' }, 'period'],
  ['email', { priority: 0 }, 'priority'],
  ['email', { priority: 1_002 }, 'priority'],
  ['email', { priority: 'first' }, 'priority'],
  ['email', { blocked: [''] }, 'blocked.0'],
  ['email', { blocked: ['x', { regex: '(' }] }, 'blocked.1.regex'],
  ['email', { blocked: [{ regex: '(a)\\1' }] }, 'blocked.0.regex'],
  ['email', { limits: 5 }, 'limits'],
  ['Loyalty', { limit: 5 }, 'type'],
  ['a%20b', { limit: 5 }, 'type'],
])('IDR-07 %s %j is refused at %s, and changes nothing', async (type, body, field) => {
  const before = await rulesOf()
  const answer = await set(type, body)
  expect([answer.status, answer.body.error.problems[0].field]).toEqual([422, field])
  expect(await rulesOf()).toEqual(before)
})

it('IDR-11 a pattern that would take ages with another engine takes none of the time of ingestion', async () => {
  expect((await set('crm', { blocked: [{ regex: '^(a+)+$' }] })).status).toBe(200)
  const { ms } = await onProcessor(() => send({ userId: 'slow', traits: { crm: `${'a'.repeat(400)}!` } }))
  expect(ms).toBeLessThan(5_000)
  expect((await idsOf('slow'))?.['crm']).toHaveLength(1)
})

it('IDR-05 types that somebody makes up do not fill the settings, and still name whom they are of', async () => {
  const typed = (n: number) => ({ id: `v${n}`, type: `made_up_${n}`, collection: 'users', encoding: 'none' })
  for (let from = 0; from < MOST_TYPES + 100; from += 100)
    await send({ userId: `typed ${from}`, context: { externalIds: Array.from({ length: 100 }, (_, n) => typed(from + n)) } })
  const [row] = await selectRows(db, sql`select count(*)::integer as n from identifier_rule where space_id = 'spa_test'`)
  expect(row?.['n']).toBe(MOST_TYPES)
  expect((await idsOf(`typed ${MOST_TYPES}`))?.[`made_up_${MOST_TYPES + 99}`]).toEqual([`v${MOST_TYPES + 99}`])
  expect((await set('one_more', { limit: 1 })).body.error.code).toBe('too_many_types')
  expect((await set('crm', { limit: 1 })).status).toBe(200)
})

it('IDR-05 of two who take the last place at once, one is told that there is none', async () => {
  await api.call('DELETE', `${AT}/made_up_0`)
  const externalIds = ['told_1', 'told_2'].map((type) => ({ id: 'x', type, collection: 'users', encoding: 'none' }))
  const [answers] = await Promise.all([
    Promise.all(['first', 'second', 'third', 'fourth'].map((type) => set(type, { limit: 1 }))),
    send({ userId: 'at once', context: { externalIds } }),
  ])
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2)
  for (const { body } of answers.filter(({ status }) => status !== 200)) expect(body.error.code).toBe('too_many_types')
  const [row] = await selectRows(db, sql`select count(*)::integer as n from identifier_rule where space_id = 'spa_test'`)
  expect(row?.['n']).toBe(MOST_TYPES)
})

it('IDR-20 the rules of another space are as they were', async () => {
  expect((await rulesOf(decoy)).some(({ stored }) => stored)).toBe(false)
  expect((await decoy.call('PATCH', `${AT}/email`, { limit: 1 })).status).toBe(403)
})
