import { expect, it } from 'vitest'
import { connectMailbox, startMailbox } from '../../src/dev/mailbox.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { addPeople, addSpace, contextOf, drainOnce, enqueue, messagesOf } from '../support/messages.ts'
import { testApi } from '../support/server.ts'
import { until } from '../support/wait.ts'

const database = await freshDatabase()
const api = await testApi(database)
// Its public address must be known before it listens: links and signatures are made of it.
const publicUrl = await api.server.listen({ host: '127.0.0.1', port: 0 })
Object.assign(api.door.config, { publicUrl })
const mailbox = await startMailbox({ host: '127.0.0.1', httpPort: 0, smtpPort: 0, webhook: publicUrl })
atEnd(mailbox.stop)
const { db } = database
const read = async (path: string) => (await fetch(`${mailbox.httpUrl}${path}`)).json()

it('shows email, SMS and push as people get them, and reports what was delivered', async () => {
  await addSpace(db, 'spa_test')
  await connectMailbox(db, 'spa_test', mailbox, new Date())
  await connectMailbox(db, 'spa_test', mailbox, new Date())
  await addPeople(db, 'spa_test', [
    {
      name: 'ann',
      email: ['ann@example.com'],
      phone: ['+15550100001'],
      android: ['token-ann'],
      subscribed: { email: 'subscribed', sms: 'subscribed', android_push: 'subscribed' },
    },
  ])
  const context = contextOf(db, { publicUrl })
  for (const channel of ['email', 'sms', 'push'] as const) {
    await enqueue(db, 'spa_test', ['ann'], { channel }, `step ${channel}`)
    await drainOnce(context, 'spa_test', `acc_mailbox_${channel}`)
  }
  expect((await messagesOf(db, 'spa_test')).map((m) => m.status)).toEqual(['sent', 'sent', 'sent'])
  const { data } = await read('/api/messages')
  expect(data.counts).toEqual({ total: 3, email: 1, sms: 1, push: 1 })
  const mail = data.messages.find((m: { channel: string }) => m.channel === 'email')
  expect((await read(`/api/messages/${mail.id}`)).data.message).toMatchObject({
    to: 'ann@example.com',
    title: 'Hi ann',
    html: expect.stringContaining('Hello ann'),
    headers: {
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'list-unsubscribe': expect.stringMatching(`^<${publicUrl}/unsubscribe/`),
    },
  })
  const events = await until('the delivered events', async () => {
    const { body } = await api.call('GET', '/spaces/spa_test/messages')
    const kinds = body.data.messages.map((m: { channel: string; events: { kind: string }[] }) => [
      m.channel,
      m.events.map((e) => e.kind),
    ])
    return kinds.filter(([, k]: [string, string[]]) => k.length > 0).length === 2 ? Object.fromEntries(kinds) : undefined
  })
  expect(events).toEqual({ email: ['delivered'], sms: ['delivered'], push: [] })
})

it('a person answers STOP on the page, and the next text message is not sent', async () => {
  const { data } = await read('/api/messages?channel=sms&search=0100001')
  const url = `${mailbox.httpUrl}/api/messages/${data.messages[0].id}/replies`
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"text":"Stop"}' })
  expect(answer.status).toBe(201)
  await enqueue(db, 'spa_test', ['ann'], { channel: 'sms' }, 'after stop')
  await drainOnce(contextOf(db, { publicUrl }), 'spa_test', 'acc_mailbox_sms')
  expect((await messagesOf(db, 'spa_test')).map((m) => m.reason)).toContain('unsubscribed')
})

it('has a page', async () => {
  expect(await (await fetch(mailbox.httpUrl)).text()).toContain('<title>Mailbox')
})

it('refuses what the providers refuse', async () => {
  const sms = `${mailbox.httpUrl}/2010-04-01/Accounts/${mailbox.sms.accountSid}/Messages.json`
  expect((await fetch(sms, { method: 'POST', body: new URLSearchParams({ To: '+15550100001' }) })).status).toBe(401)
  const authorization = `Basic ${Buffer.from(`${mailbox.sms.accountSid}:${mailbox.sms.authToken}`).toString('base64')}`
  const bad = await fetch(sms, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ To: '123', From: '+1', Body: 'x' }),
  })
  expect([bad.status, (await bad.json()).code]).toEqual([400, 21211])
  expect(
    (
      await fetch(`${mailbox.httpUrl}/v1/projects/x/messages:send`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
    ).status,
  ).toBe(401)
})
