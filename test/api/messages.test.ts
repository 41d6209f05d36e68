import { beforeAll, expect, it } from 'vitest'
import { findAccount } from '../../src/message/account.ts'
import { freshDatabase } from '../support/database.ts'
import { FCM } from '../support/fakes/fcm.ts'
import { SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { addPeople, addSpace, contextOf, drainOnce, enqueue, personId } from '../support/messages.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database)
const other = await testApi(database, 'spa_other')
let account = ''

beforeAll(async () => {
  await addSpace(db, 'spa_test')
  const names = ['ann', 'bob', 'cyd']
  await addPeople(
    db,
    'spa_test',
    names.map((name) => ({
      name,
      email: [`${name}@example.com`],
      ...(name === 'cyd' ? {} : { subscribed: { email: 'subscribed' } }),
    })),
  )
})

it('makes provider accounts, shows no secret, and keeps secrets that a change leaves out', async () => {
  const fake = await startSendGrid()
  const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: fake.url }
  const made = await api.call('POST', '/spaces/spa_test/provider-accounts', {
    name: 'Mail',
    channel: 'email',
    kind: 'sendgrid',
    settings,
  })
  expect(made.status).toBe(201)
  account = made.body.data.providerAccount.id
  const push = await api.call('POST', '/spaces/spa_test/provider-accounts', {
    name: 'Push',
    channel: 'push',
    kind: 'fcm',
    settings: FCM,
  })
  expect(push.status).toBe(201)
  const changed = await api.call('PATCH', `/spaces/spa_test/provider-accounts/${account}`, {
    settings: { fromName: 'The Shop' },
    ratePerSecond: 50,
  })
  expect(changed.body.data.providerAccount).toMatchObject({
    ratePerSecond: 50,
    settings: { fromName: 'The Shop', apiKey: '••••sts' },
  })
  const list = await api.call('GET', '/spaces/spa_test/provider-accounts')
  expect(list.body.data.providerAccounts).toHaveLength(2)
  expect(JSON.stringify(list.body)).not.toContain('PRIVATE KEY')
  expect(JSON.stringify(list.body)).not.toContain(SENDGRID_KEY)
  const kept = await findAccount(db, 'spa_test', account)
  expect(kept?.settings['apiKey']).toBe(SENDGRID_KEY)
  expect((await other.call('GET', '/spaces/spa_other/provider-accounts')).body.data.providerAccounts).toEqual([])
})

it.each([
  [{ name: 'x', channel: 'sms', kind: 'sendgrid', settings: { apiKey: 'SG.x', from: 'a@example.com' } }, 'channel'],
  [{ name: 'x', channel: 'email', kind: 'sendgrid', settings: { apiKey: 'SG.x', from: 'nobody' } }, 'settings.from'],
  [
    { name: 'x', channel: 'sms', kind: 'twilio', settings: { accountSid: 'AC1', authToken: 'x', from: '+1' } },
    'settings.accountSid',
  ],
  [{ name: 'x', channel: 'push', kind: 'fcm', settings: { ...FCM, privateKey: 'abc' } }, 'settings.privateKey'],
])('names the field that is wrong: %#', async (body, field) => {
  const answer = await api.call('POST', '/spaces/spa_test/provider-accounts', body)
  expect([answer.status, answer.body.error.problems[0].field]).toEqual([422, field])
})

it('lists messages with the reason why each is where it is, page by page', async () => {
  await enqueue(db, 'spa_test', ['ann', 'bob', 'cyd'])
  await drainOnce(contextOf(db), 'spa_test', account)
  const first = await api.call('GET', '/spaces/spa_test/messages?count=2')
  const second = await api.call('GET', `/spaces/spa_test/messages?count=2&cursor=${first.body.data.pagination.next}`)
  const all = [...first.body.data.messages, ...second.body.data.messages]
  expect(all.map((m) => [m.name, m.status, m.sentence]).sort()).toEqual([
    ['ann', 'sent', 'The provider took the email; it has not said more yet.'],
    ['bob', 'sent', 'The provider took the email; it has not said more yet.'],
    ['cyd', 'skipped', 'Not sent: nothing is known of this address, so it did not subscribe.'],
  ])
  expect(second.body.data.pagination.next).toBeUndefined()
  const cyd = await api.call('GET', `/spaces/spa_test/messages?status=skipped&profile=${personId('spa_test', 'cyd')}`)
  expect(cyd.body.data.messages).toHaveLength(1)
  expect((await other.call('GET', '/spaces/spa_other/messages')).body.data.messages).toEqual([])
})

it('shows what a message says, with links that unsubscribe nobody', async () => {
  const { body } = await api.call('GET', `/spaces/spa_test/messages?profile=${personId('spa_test', 'ann')}`)
  const one = await api.call('GET', `/spaces/spa_test/messages/${body.data.messages[0].id}`)
  expect(one.body.data.message.content).toMatchObject({
    subject: 'Hi ann',
    html: expect.stringContaining('/unsubscribe/preview'),
  })
  expect((await other.call('GET', `/spaces/spa_other/messages/${body.data.messages[0].id}`)).status).toBe(404)
  expect((await api.call('GET', '/spaces/spa_test/messages/nonsense')).status).toBe(404)
})

it('sends a test to any address, whatever its subscriptions', async () => {
  const answer = await api.call('POST', '/spaces/spa_test/test-sends', {
    template: 'welcome_email',
    profile: personId('spa_test', 'cyd'),
    to: 'Me@Example.com',
  })
  expect([answer.status, answer.body.data.message.status]).toEqual([201, 'queued'])
  const nobody = await api.call('POST', '/spaces/spa_test/test-sends', { template: 'welcome_email', to: 'you@example.com' })
  await drainOnce(contextOf(db), 'spa_test', account)
  for (const { body } of [answer, nobody]) {
    const { body: now } = await api.call('GET', `/spaces/spa_test/messages/${body.data.message.id}`)
    expect(now.data.message.status).toBe('sent')
  }
})

it.each([
  [{ template: 'nothing', to: 'a@example.com' }, 404],
  [{ template: 'welcome_email', to: 'nonsense' }, 422],
  [{ template: 'welcome_email', to: 'a@example.com', profile: 'user_id:nobody' }, 404],
  [{ template: 'welcome_sms', to: '+15550100001' }, 409],
])('refuses a test that cannot be sent: %#', async (body, status) => {
  expect((await api.call('POST', '/spaces/spa_test/test-sends', body)).status).toBe(status)
})
