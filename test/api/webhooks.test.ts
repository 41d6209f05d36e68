import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { startTwilio, TWILIO } from '../support/fakes/twilio.ts'
import {
  addAccount,
  addPeople,
  addSpace,
  contextOf,
  drainOnce,
  enqueue,
  messagesOf,
  personId,
  setState,
} from '../support/messages.ts'
import { testApi } from '../support/server.ts'
import { deliver, SENDGRID_WEBHOOK_KEY, type Signed, sendGridWebhook, twilioWebhook } from '../support/signed.ts'

const database = await freshDatabase()
const { db } = database
const api = await testApi(database)
const SPACE = 'spa_test'
let messageId = ''

const facts = async () =>
  run(
    db,
    query(
      'test.*',
      sql<{ facts: unknown }>`select jsonb_build_object(
        'delivery', (select jsonb_agg(d.kind order by d.kind) from delivery_event d),
        'events', (select jsonb_agg(e.name order by e.name) from event e),
        'subscriptions', (select jsonb_agg(s.address || ' ' || s.channel || ' ' || s.status || ' ' || s.locked order by s.address, s.channel) from subscription s)) as facts`,
    ),
  )

const subscriptions = async (): Promise<readonly string[]> =>
  ((await facts())[0]?.facts as { subscriptions: string[] } | undefined)?.subscriptions ?? []

const mailEvent = (event: string, change: Record<string, unknown> = {}) => ({
  email: 'ann@example.com',
  event,
  timestamp: Math.floor(Date.now() / 1000),
  sg_event_id: `id-of-${event}`,
  sg_message_id: 'abc.filter',
  message_id: messageId,
  space_id: SPACE,
  profile_id: personId(SPACE, 'ann'),
  ...change,
})

beforeAll(async () => {
  const mail = await startSendGrid()
  const sms = await startTwilio()
  await addSpace(db, SPACE)
  const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: mail.url, webhookPublicKey: SENDGRID_WEBHOOK_KEY }
  await addAccount(db, SPACE, { kind: 'sendgrid', channel: 'email', settings })
  await addAccount(db, SPACE, { kind: 'twilio', channel: 'sms', settings: { ...TWILIO, from: '+15550100000', baseUrl: sms.url } })
  const states = { email: 'subscribed', sms: 'subscribed' }
  await addPeople(db, SPACE, [{ name: 'ann', email: ['ann@example.com'], phone: ['+15550100001'], subscribed: states }])
  await run(
    db,
    query(
      'test.*',
      sql`insert into profile_identifier (space_id, type, value, profile_id, created_at)
        select ${SPACE}, t.type, t.value, ${personId(SPACE, 'ann')}::uuid, now()
        from (values ('user_id', 'ann'), ('email', 'ann@example.com'), ('phone', '+15550100001')) as t (type, value)`,
    ),
  )
  await enqueue(db, SPACE, ['ann'])
  await drainOnce(contextOf(db), SPACE, 'acc_email')
  messageId = (await messagesOf(db, SPACE))[0]?.id ?? ''
})

it('without a valid signature 401, whatever is changed, and nothing else changes', async () => {
  const before = await facts()
  const good = sendGridWebhook(SPACE, 'acc_email', [mailEvent('open')])
  const signature = 'x-twilio-email-event-webhook-signature'
  const bad: readonly Signed[] = [
    { ...good, payload: good.payload.replace('open', 'spam') },
    { ...good, headers: { ...good.headers, 'x-twilio-email-event-webhook-timestamp': '1' } },
    { ...good, headers: { ...good.headers, [signature]: '' } },
    { ...good, headers: { 'content-type': 'application/json' } },
    { ...good, url: `/webhooks/sendgrid/${SPACE}/acc_nobody` },
    { ...good, url: `/webhooks/sendgrid/${SPACE}/acc_sms` },
  ]
  for (const one of bad) expect((await deliver(api, one)).status).toBe(401)
  await fc.assert(
    fc.asyncProperty(fc.nat(good.payload.length - 1), fc.integer({ min: 32, max: 126 }), async (at, code) => {
      const payload = good.payload.slice(0, at) + String.fromCharCode(code) + good.payload.slice(at + 1)
      fc.pre(payload !== good.payload)
      expect((await deliver(api, { ...good, payload })).status).toBe(401)
    }),
    { numRuns: 50 },
  )
  expect(await facts()).toEqual(before)
})

it('SendGrid events become history and events of the person, once', async () => {
  const events = [
    mailEvent('delivered'),
    mailEvent('open'),
    mailEvent('click', { url: 'https://shop.example.com' }),
    mailEvent('open', { sg_event_id: 'machine', sg_machine_open: true }),
  ]
  const foreign = [
    mailEvent('delivered', { space_id: 'spa_other' }),
    mailEvent('delivered', { message_id: personId('x', 'y') }),
    { event: 'delivered' },
    7,
  ]
  const webhook = sendGridWebhook(SPACE, 'acc_email', [...events, ...foreign])
  expect(await deliver(api, webhook)).toEqual({ status: 200, body: '{"taken":4}' })
  expect(await deliver(api, webhook)).toEqual({ status: 200, body: '{"taken":0}' })
  expect((await facts())[0]?.facts).toMatchObject({
    delivery: ['clicked', 'delivered', 'machine_opened', 'opened'],
    events: ['Email Delivered', 'Email Link Clicked', 'Email Machine Opened', 'Email Opened'],
  })
})

it('an older spam report does not end a newer subscription; a newer one ends it', async () => {
  const status = async () => (await subscriptions())[1]
  await deliver(
    api,
    sendGridWebhook(SPACE, 'acc_email', [mailEvent('spamreport', { timestamp: 1_700_000_000, sg_event_id: 'old' })]),
  )
  expect(await status()).toBe('ann@example.com email subscribed false')
  await deliver(
    api,
    sendGridWebhook(SPACE, 'acc_email', [mailEvent('spamreport', { timestamp: Math.floor(Date.now() / 1000) + 1 })]),
  )
  expect(await status()).toBe('ann@example.com email unsubscribed false')
})

it('Twilio status callbacks become history, and one with a wrong signature nothing', async () => {
  await enqueue(db, SPACE, ['ann'], { channel: 'sms' }, 'sms')
  await drainOnce(contextOf(db), SPACE, 'acc_sms')
  const sms = (await messagesOf(db, SPACE)).find((m) => m.address === '+15550100001')
  const path = `/webhooks/twilio/${SPACE}/acc_sms/status?message=${sms?.id}&profile=${personId(SPACE, 'ann')}`
  const form = { MessageSid: sms?.provider_message_id ?? '', MessageStatus: 'delivered', To: '+15550100001' }
  const good = twilioWebhook(api, path, TWILIO.authToken, form)
  expect((await deliver(api, { ...good, payload: good.payload.replace('delivered', 'failed') })).status).toBe(401)
  expect((await deliver(api, { ...good, url: path.replace('acc_sms', 'acc_email') })).status).toBe(401)
  expect((await deliver(api, twilioWebhook(api, path, 'another token', form))).status).toBe(401)
  expect(await deliver(api, good)).toEqual({ status: 200, body: '{"taken":1}' })
  expect(await deliver(api, good)).toEqual({ status: 200, body: '{"taken":0}' })
})

it('STOP locks the number, START opens it, HELP is answered', async () => {
  const path = `/webhooks/twilio/${SPACE}/acc_sms/inbound`
  const say = (Body: string, sid: string) =>
    deliver(api, twilioWebhook(api, path, TWILIO.authToken, { MessageSid: sid, From: '+15550100001', To: '+15550100000', Body }))
  const state = async () => (await subscriptions())[0]
  expect((await say(' stop ', 'SM1')).status).toBe(200)
  expect(await state()).toBe('+15550100001 sms unsubscribed true')
  expect((await say('START', 'SM2')).body).toContain('<Response></Response>')
  expect(await state()).toBe('+15550100001 sms subscribed false')
  expect((await say('help', 'SM3')).body).toContain('Reply STOP')
  expect(
    (await deliver(api, twilioWebhook(api, path, 'wrong', { Body: 'STOP', From: '+15550100001', MessageSid: 'SM4' }))).status,
  ).toBe(401)
  expect(await state()).toBe('+15550100001 sms subscribed false')
})

it('G6 what nobody knew to be sent is sent once the provider reports it', async () => {
  await setState(db, SPACE, 'email', 'ann@example.com', 'subscribed')
  await enqueue(db, SPACE, ['ann'], {}, 'uncertain')
  await run(
    db,
    query(
      'test.*',
      sql`update message set status = 'uncertain', reason = 'crashed', claimed_at = now() where step = 'uncertain'`,
    ),
  )
  const id = (await run(db, query('test.*', sql<{ id: string }>`select id from message where step = 'uncertain'`)))[0]?.id
  await deliver(api, sendGridWebhook(SPACE, 'acc_email', [mailEvent('processed', { message_id: id, sg_event_id: 'late' })]))
  const { body } = await api.call('GET', `/spaces/${SPACE}/messages/${id}`)
  expect(body.data.message).toMatchObject({ status: 'sent', events: [{ kind: 'processed' }] })
})
