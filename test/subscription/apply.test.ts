import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import type { SubscriptionStatus } from '../../src/db/rows/subscription.ts'
import { createSpace } from '../../src/space/space.ts'
import { applySubscriptions } from '../../src/subscription/apply.ts'
import { chooseAddresses, gateAddresses } from '../../src/subscription/asking.ts'
import { parseSubscriptions, type SubscriptionChange } from '../../src/subscription/change.ts'
import { createGroup, deleteGroup } from '../../src/subscription/group.ts'
import { applyKeyword } from '../../src/subscription/keyword.ts'
import { lookUp } from '../../src/subscription/lookup.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const start = new Date('2026-03-01T00:00:00Z')
const at = (seconds: number): Date => new Date(start.getTime() + seconds * 1_000)
const now = at(100_000)

// The decoy space has the opposite of everything, under the same addresses and group ids (G9).
for (const id of ['spa_a', 'spa_decoy', 'spa_out']) await createSpace(db, { id, slug: id, name: id }, start)
await run(db, query('test.*', sql`update space set settings = '{"subscriptionMode": "opt-out"}' where id = 'spa_out'`))
for (const space of ['spa_a', 'spa_decoy']) {
  await createGroup(db, space, { id: 'grp_news', name: 'News', description: '' }, start)
  await createGroup(db, space, { id: 'grp_offers', name: 'Offers', description: '' }, start)
}

let counter = 0
const freshEmail = (): string => `person${++counter}@example.com`
const freshPhone = (): string => `+1206555${String(1000 + ++counter)}`
const say = (raw: object, space = 'spa_a', when = now) =>
  applySubscriptions(db, space, parseSubscriptions([raw]).changes, { origin: 'test', now: when })
const may = async (channel: SubscriptionChange['channel'], address: string, groupId: string | null = null, space = 'spa_a') => {
  const [answer] = await gateAddresses(db, space, [{ channel, address, purpose: 'marketing', groupId }])
  return answer?.reason
}
const stateOf = async (channel: SubscriptionChange['channel'], address: string, space = 'spa_a') =>
  (await lookUp(db, space, [{ channel, address }]))[0]
const historyOf = (address: string) =>
  run(
    db,
    query(
      'test.*',
      sql<{ status: string; previous: string | null; origin: string; group_id: string | null }>`
        select status, previous, origin, group_id from subscription_change where space_id = 'spa_a' and address = ${address} order by changed_at, id`,
    ),
  )

it('S01 keeps four states of one address, the fourth being no row', async () => {
  const address = freshEmail()
  expect((await stateOf('email', address))?.state).toBeUndefined()
  for (const status of ['SUBSCRIBED', 'UNSUBSCRIBED', 'DID_NOT_SUBSCRIBE'] as const) {
    await say({ key: address, type: 'EMAIL', status })
    expect((await stateOf('email', address))?.state).toMatchObject({
      status: status.toLowerCase().replaceAll('_', '-'),
      updated_at: now,
    })
  }
  expect(await may('email', address)).toBe('did_not_subscribe')
})

it('S02 SMS and WhatsApp on one number are two states', async () => {
  const phone = freshPhone()
  await say({ key: phone, type: 'SMS', status: 'UNSUBSCRIBED' })
  await say({ key: phone, type: 'WhatsApp', status: 'SUBSCRIBED' })
  expect([await may('sms', phone), await may('whatsapp', phone)]).toEqual(['unsubscribed', 'should_send'])
})

it('one number in two spellings is one state', async () => {
  const phone = freshPhone()
  await say({ key: phone, type: 'SMS', status: 'SUBSCRIBED' })
  const spelled = `(${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}`
  await say({ key: spelled, type: 'SMS', status: 'UNSUBSCRIBED' })
  expect(await may('sms', phone)).toBe('unsubscribed')
})

it('S12 refuses a group while the address is not subscribed, S13 and keeps choices of groups apart from it', async () => {
  const address = freshEmail()
  const join = { key: address, type: 'EMAIL', groups: [{ name: 'News', status: 'SUBSCRIBED' }] }
  expect((await say(join))[0]).toMatchObject({ outcome: 'refused', errors: [{ code: 'GLOBAL_STATE_NOT_SUBSCRIBED' }] })
  expect((await say({ ...join, status: 'SUBSCRIBED' }))[0]).toMatchObject({ outcome: 'applied', errors: [] })
  expect([await may('email', address, 'grp_news'), await may('email', address, 'grp_offers')]).toEqual([
    'should_send',
    'group_not_found',
  ])
  await say({ key: address, type: 'EMAIL', status: 'UNSUBSCRIBED' })
  expect(await may('email', address, 'grp_news')).toBe('unsubscribed')
  await say({ key: address, type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'News', status: 'UNSUBSCRIBED' }] })
  await say({ key: address, type: 'EMAIL', status: 'SUBSCRIBED' })
  expect([await may('email', address, 'grp_news'), await may('email', address)]).toEqual(['group_not_subscribed', 'should_send'])
})

it('an unknown group is an error of its own and does not spoil the opt-out beside it', async () => {
  const address = freshEmail()
  const [result] = await say({
    key: address,
    type: 'EMAIL',
    status: 'UNSUBSCRIBED',
    groups: [{ name: 'Nonsense', status: 'UNSUBSCRIBED' }],
  })
  expect(result?.errors.map((error) => error.code)).toEqual(['UNKNOWN_GROUP'])
  expect(await may('email', address)).toBe('unsubscribed')
})

it('S11 deleting a group keeps what people chose', async () => {
  const address = freshEmail()
  await createGroup(db, 'spa_a', { id: 'grp_gone', name: 'Gone', description: '' }, start)
  await say({ key: address, type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'Gone', status: 'UNSUBSCRIBED' }] })
  await deleteGroup(db, 'spa_a', 'grp_gone')
  expect(await may('email', address, 'grp_gone')).toBe('group_not_subscribed')
})

it('S31 STOP locks, only START unlocks, and neither touches WhatsApp', async () => {
  const phone = freshPhone()
  await say({ key: phone, type: 'SMS', status: 'SUBSCRIBED' })
  await say({ key: phone, type: 'WHATSAPP', status: 'SUBSCRIBED' })
  expect(await applyKeyword(db, 'spa_a', phone, 'Stop', now)).toBe('stop')
  for (const status of ['SUBSCRIBED', 'DID_NOT_SUBSCRIBE']) {
    expect((await say({ key: phone, type: 'SMS', status }))[0]?.errors[0]?.code).toBe('UNABLE_TO_SUBSCRIBE')
  }
  expect((await say({ key: phone, type: 'SMS', status: 'UNSUBSCRIBED' }))[0]?.outcome).toBe('applied')
  expect((await say({ key: phone, type: 'SMS', status: 'SUBSCRIBED' }))[0]?.outcome).toBe('refused')
  expect([await may('sms', phone), await may('whatsapp', phone)]).toEqual(['unsubscribed', 'should_send'])
  expect(await applyKeyword(db, 'spa_a', phone, 'START', now)).toBe('start')
  expect(await may('sms', phone)).toBe('should_send')
})

it('S32 HELP changes nothing', async () => {
  const phone = freshPhone()
  expect(await applyKeyword(db, 'spa_a', phone, 'help', now)).toBe('help')
  expect((await stateOf('sms', phone))?.state).toBeUndefined()
})

it('S31 a number nobody knew can be locked, and is so although a subscription arrives at the same time', async () => {
  const phone = freshPhone()
  await Promise.all([
    applyKeyword(db, 'spa_a', phone, 'STOP', now),
    ...Array.from({ length: 8 }, (_, i) => say({ key: phone, type: 'SMS', status: 'SUBSCRIBED' }, 'spa_a', at(i))),
  ])
  expect((await stateOf('sms', phone))?.state).toMatchObject({ status: 'unsubscribed', locked: true })
})

it('S42 the history tells who said what, and what it was before', async () => {
  const address = freshEmail()
  await say(
    { key: address, type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'News', status: 'SUBSCRIBED' }] },
    'spa_a',
    at(1),
  )
  await say({ key: address, type: 'EMAIL', status: 'SUBSCRIBED' }, 'spa_a', at(2))
  await say({ key: address, type: 'EMAIL', status: 'UNSUBSCRIBED' }, 'spa_a', at(3))
  const history = await historyOf(address)
  expect(history.filter((row) => row.group_id === null)).toMatchObject([
    { status: 'subscribed', previous: null, origin: 'test' },
    { status: 'unsubscribed', previous: 'subscribed', origin: 'test' },
  ])
  expect(history.filter((row) => row.group_id === 'grp_news')).toHaveLength(1)
})

const STATUSES: readonly SubscriptionStatus[] = ['subscribed', 'unsubscribed', 'did-not-subscribe']
const said = fc.record({ status: fc.constantFrom(...STATUSES), second: fc.nat(1_000) })
const changeOf = (address: string, { status, second }: { status: SubscriptionStatus; second: number }): SubscriptionChange => ({
  key: address,
  channel: 'email',
  address,
  status,
  groups: [],
  at: at(second),
})

it('the newest word on an address wins, in whatever order and batches they arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(said, { minLength: 1, maxLength: 8, selector: (s) => s.second }),
      fc.nat(7),
      fc.infiniteStream(fc.nat()),
      async (words, cut, dice) => {
        const address = freshEmail()
        const shuffled = words.map((word) => ({ word, die: dice.next().value ?? 0 })).toSorted((a, b) => a.die - b.die)
        const changes = shuffled.map(({ word }) => changeOf(address, word))
        await applySubscriptions(db, 'spa_a', changes.slice(0, cut), { origin: 'test', now })
        await applySubscriptions(db, 'spa_a', changes.slice(cut), { origin: 'test', now })
        const newest = words.toSorted((a, b) => b.second - a.second)[0]
        expect((await stateOf('email', address))?.state?.status).toBe(newest?.status)
      },
    ),
    { numRuns: 60 },
  )
})

it('G7 any history that ends in unsubscribed is refused, in both modes, for every group', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { maxLength: 6 }), fc.boolean(), async (words, oneBatch) => {
      const address = freshEmail()
      const changes = [
        ...words.map((word) => changeOf(address, word)),
        { ...changeOf(address, { status: 'unsubscribed', second: 0 }), at: now },
      ]
      for (const space of ['spa_a', 'spa_out']) {
        if (oneBatch) await applySubscriptions(db, space, changes, { origin: 'test', now })
        else for (const change of changes) await applySubscriptions(db, space, [change], { origin: 'test', now })
        for (const group of [null, 'grp_news']) expect(await may('email', address, group, space)).toBe('unsubscribed')
      }
    }),
    { numRuns: 40 },
  )
})

it('G7 a word from the future does not outlive the opt-out that comes after it', async () => {
  const address = freshEmail()
  const future = { ...changeOf(address, { status: 'subscribed', second: 0 }), at: new Date('2100-01-01T00:00:00Z') }
  await applySubscriptions(db, 'spa_a', [future], { origin: 'identify', now })
  const out: SubscriptionChange = { key: address, channel: 'email', address, status: 'unsubscribed', groups: [] }
  await applySubscriptions(db, 'spa_a', [{ ...out, at: at(100_001) }], { origin: 'identify', now: at(100_002) })
  expect(await may('email', address)).toBe('unsubscribed')
})

it('G7 who opts out directly is out, though another machine’s clock is ahead', async () => {
  const address = freshEmail()
  await say({ key: address, type: 'EMAIL', status: 'SUBSCRIBED' })
  await say({ key: address, type: 'EMAIL', status: 'UNSUBSCRIBED' }, 'spa_a', at(99_999))
  expect(await may('email', address)).toBe('unsubscribed')
})

it('many writers of the same addresses at once: nobody waits for ever, the newest word stands, each change is in the history', async () => {
  const addresses = Array.from({ length: 20 }, freshEmail)
  const writers = Array.from({ length: 12 }, (_, writer) =>
    addresses
      .toSorted(() => (writer % 2 === 0 ? 1 : -1))
      .map((address) => changeOf(address, { status: writer === 11 ? 'unsubscribed' : 'subscribed', second: writer })),
  )
  await Promise.all(writers.map((changes) => applySubscriptions(db, 'spa_a', changes, { origin: 'test', now })))
  const gate = await gateAddresses(
    db,
    'spa_a',
    addresses.map((address) => ({ channel: 'email', address, purpose: 'marketing', groupId: null })),
  )
  expect(new Set(gate.map((answer) => answer.reason))).toEqual(new Set(['unsubscribed']))
  for (const address of addresses) expect((await historyOf(address)).at(-1)?.status).toBe('unsubscribed')
})

it('telling it twice is telling it once', async () => {
  const address = freshEmail()
  const change = changeOf(address, { status: 'subscribed', second: 5 })
  for (const _ of [1, 2]) await applySubscriptions(db, 'spa_a', [change], { origin: 'test', now })
  expect(await historyOf(address)).toHaveLength(1)
})

it('G9 nothing of one space decides in another', async () => {
  const address = freshEmail()
  await say({ key: address, type: 'EMAIL', status: 'SUBSCRIBED', groups: [{ name: 'News', status: 'SUBSCRIBED' }] }, 'spa_decoy')
  expect([await may('email', address), await may('email', address, 'grp_news')]).toEqual(['never_asked', 'never_asked'])
  await say({ key: address, type: 'EMAIL', status: 'UNSUBSCRIBED' })
  expect([await may('email', address), await may('email', address, 'grp_news', 'spa_decoy')]).toEqual([
    'unsubscribed',
    'should_send',
  ])
})

it('S03 S04 S05 chooses the first e-mail that passes, and every device', async () => {
  const [a, b, c] = [freshEmail(), freshEmail(), freshEmail()]
  await say({ key: a, type: 'EMAIL', status: 'UNSUBSCRIBED' })
  for (const key of [b, c]) await say({ key, type: 'EMAIL', status: 'SUBSCRIBED' })
  for (const key of ['tok1', 'tok2']) await say({ key, type: 'IOS_PUSH', status: 'SUBSCRIBED' })
  await say({ key: 'tok3', type: 'ANDROID_PUSH', status: 'UNSUBSCRIBED' })
  await say({ key: 'tok4', type: 'ANDROID_PUSH', status: 'SUBSCRIBED' })
  const identifiers = {
    email: [a, b.toUpperCase(), c],
    'ios.push_token': ['tok1', 'tok2'],
    'android.push_token': ['tok3', 'tok4'],
  }
  const asked = { purpose: 'marketing', groupId: null, identifiers } as const
  const choices = await chooseAddresses(db, 'spa_a', [
    { ...asked, channel: 'email' },
    { ...asked, channel: 'push' },
    { ...asked, channel: 'sms' },
    { ...asked, channel: 'email', identifiers: { email: [a] } },
    { ...asked, channel: 'email', identifiers: { email: ['', 'nothing'] } },
    { ...asked, channel: 'email', purpose: 'transactional' },
  ])
  expect(choices.map((choice) => [choice.reason, choice.chosen.map((answer) => answer.address)])).toEqual([
    ['should_send', [b]],
    ['should_send', ['tok1', 'tok2', 'tok4']],
    ['no_supported_ids', []],
    ['unsubscribed', []],
    ['no_supported_ids', []],
    ['should_send', [a]],
  ])
  expect(choices[0]?.considered.map((answer) => answer.reason)).toEqual(['unsubscribed', 'should_send', 'should_send'])
})

it('S08 a space in opt-out mode sends to whom nothing is known of', async () => {
  expect(await may('email', freshEmail(), null, 'spa_out')).toBe('should_send')
})

it('asks in three statements and little time for thousands', async () => {
  const requests = Array.from({ length: 5_000 }, (_, i) => ({
    channel: 'email' as const,
    address: `many${i}@example.com`,
    purpose: 'marketing' as const,
    groupId: i % 2 ? 'grp_news' : null,
  }))
  expect(new Set((await gateAddresses(db, 'spa_a', requests)).map((a) => a.reason))).toEqual(new Set(['never_asked']))
})
