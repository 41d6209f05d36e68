import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { suppressionIn } from '../../src/message/suppress.ts'
import { freshDatabase } from '../support/database.ts'
import { SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { queued, startTwilio, TWILIO, twilioError } from '../support/fakes/twilio.ts'
import { addAccount, addPeople, addSpace, contextOf, drainOnce, enqueue, personId } from '../support/messages.ts'
import { testApi } from '../support/server.ts'
import { deliver, SENDGRID_WEBHOOK_KEY, sendGridWebhook, twilioWebhook } from '../support/signed.ts'

/* Addresses to which nothing goes any more: what puts them on the list, what the gate says, and how they come off it. */

const database = await freshDatabase()
const { db } = database
const api = await testApi(database)
const SPACE = 'spa_test'
const names = ['ann', 'bob', 'cat', 'dan', 'eve']
const number = (name: string) => `+1555010000${names.indexOf(name)}`

beforeAll(async () => {
  const mail = await startSendGrid()
  const sms = await startTwilio((call) =>
    call.body.includes('0004') ? twilioError(400, 21614, 'not a mobile number') : queued(call),
  )
  for (const space of [SPACE, 'spa_decoy']) {
    await addSpace(db, space)
    const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: mail.url, webhookPublicKey: SENDGRID_WEBHOOK_KEY }
    await addAccount(db, space, { kind: 'sendgrid', channel: 'email', settings })
    await addAccount(db, space, {
      kind: 'twilio',
      channel: 'sms',
      settings: { ...TWILIO, from: '+15550100009', baseUrl: sms.url },
    })
    const subscribed = { email: 'subscribed', sms: 'subscribed' }
    await addPeople(
      db,
      space,
      names.map((name) => ({ name, email: [`${name}@example.com`], phone: [number(name)], subscribed })),
    )
  }
})

let sends = 0
/** Sends one message to somebody; its state, why, and its id. */
const send = async (name: string, channel: 'email' | 'sms' = 'email', purpose: 'marketing' | 'transactional' = 'marketing') => {
  const step = `s${++sends}`
  await enqueue(db, SPACE, [name], { channel, purpose }, step)
  await drainOnce(contextOf(db), SPACE, `acc_${channel}`)
  const rows = await run(
    db,
    query(
      'test.*',
      sql<{
        id: string
        status: string
        reason: string | null
        provider_message_id: string | null
      }>`select * from message where step = ${step} and space_id = ${SPACE}`,
    ),
  )
  return rows[0] ?? { id: '', status: 'none', reason: null, provider_message_id: null }
}
const mailEvent = (event: string, name: string, message: string, change: object = {}) => ({
  event,
  email: `${name}@example.com`,
  // Whole seconds, as SendGrid writes them; rounded up, so that it is after what the test did a moment ago.
  timestamp: Math.ceil(Date.now() / 1000),
  sg_event_id: `${event} ${message}`,
  message_id: message,
  space_id: SPACE,
  profile_id: personId(SPACE, name),
  ...change,
})
let annBounced: object = {}
const tell = (...events: object[]) => deliver(api, sendGridWebhook(SPACE, 'acc_email', events))
const listed = async (more = '') => (await api.call('GET', `/spaces/${SPACE}/suppressions${more}`)).body.data

it.each([
  ['complained', {}, 'complained'],
  ['bounced', { type: 'bounce' }, 'bounced'],
  ['bounced', {}, 'bounced'],
  ['bounced', { type: 'blocked' }, undefined],
  ['dropped', { reason: 'Bounced Address' }, 'bounced'],
  ['dropped', { reason: 'Spam Reporting Address' }, 'complained'],
  ['dropped', { reason: 'Unsubscribed Address' }, undefined],
  ['undelivered', { errorCode: '30005' }, 'invalid'],
  ['undelivered', { errorCode: '30006' }, 'invalid'],
  ['undelivered', { errorCode: '30003' }, undefined],
  ['failed', {}, undefined],
  ['deferred', {}, undefined],
  ['unsubscribed', {}, undefined],
  ['delivered', {}, undefined],
] as const)('spec 3.7 %s %j → %s', (kind, detail, reason) => {
  expect(suppressionIn({ kind, detail })).toBe(reason)
})

it('S38 F147 a hard bounce and a complaint suppress the address: the next send is skipped with its own reason, even a transactional one', async () => {
  const [ann, bob, cat] = [await send('ann'), await send('bob'), await send('cat')]
  expect([ann.status, bob.status, cat.status]).toEqual(['sent', 'sent', 'sent'])
  annBounced = mailEvent('bounce', 'ann', ann.id, { type: 'bounce', reason: '550 5.1.1 no such user' })
  await tell(
    annBounced,
    mailEvent('spamreport', 'bob', bob.id),
    mailEvent('bounce', 'cat', cat.id, { type: 'blocked', reason: 'greylisted' }),
  )
  for (const name of ['ann', 'bob'])
    for (const purpose of ['marketing', 'transactional'] as const)
      expect(await send(name, 'email', purpose)).toMatchObject({ status: 'skipped', reason: 'suppressed' })
  expect(await send('cat')).toMatchObject({ status: 'sent' })
  // Only that channel's address: the phone of the same person is another.
  expect(await send('ann', 'sms')).toMatchObject({ status: 'sent' })
  const states = sql<{
    status: string
  }>`select status from subscription where space_id = ${SPACE} and address = 'bob@example.com' and channel = 'email'`
  expect(await run(db, query('test.*', states))).toEqual([{ status: 'unsubscribed' }])
  const { profile } = (await api.call('GET', `/spaces/${SPACE}/profiles/${personId(SPACE, 'ann')}`)).body.data
  expect(profile.suppressions).toMatchObject([
    {
      channel: 'EMAIL',
      address: 'ann@example.com',
      reason: 'bounced',
      sentence: 'A message to it bounced for good.',
      messageId: ann.id,
      detail: { kind: 'bounced', reason: '550 5.1.1 no such user' },
    },
  ])
  const message = (await api.call('GET', `/spaces/${SPACE}/messages?status=skipped&count=1`)).body.data.messages[0]
  expect(message.sentence).toContain('the address is suppressed')
  expect((await run(db, query('test.*', sql`select from suppression where space_id = 'spa_decoy'`))).length).toBe(0)
})

it('F147 a number that is none is suppressed by the status callback or by the answer to the call', async () => {
  const dan = await send('dan', 'sms')
  const path = `/webhooks/twilio/${SPACE}/acc_sms/status?message=${dan.id}&profile=${personId(SPACE, 'dan')}`
  const form = { MessageSid: dan.provider_message_id ?? '', MessageStatus: 'undelivered', ErrorCode: '30006' }
  expect((await deliver(api, twilioWebhook(api, path, TWILIO.authToken, form))).status).toBe(200)
  expect(await send('dan', 'sms')).toMatchObject({ status: 'skipped', reason: 'suppressed' })
  expect(await send('eve', 'sms')).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^invalid_address: .*21614/) })
  expect(await send('eve', 'sms')).toMatchObject({ status: 'skipped', reason: 'suppressed' })
})

it('the list is newest first, in pages, by channel and by address; what is taken off it gets messages again, and stays off', async () => {
  const all = await listed()
  expect(
    all.suppressions.map((each: { address: string; reason: string }) => `${each.address} ${each.reason}`).toSorted(),
  ).toEqual(['+15550100003 invalid', '+15550100004 invalid', 'ann@example.com bounced', 'bob@example.com complained'])
  const seen: unknown[] = []
  let cursor = ''
  do {
    const page = await listed(`?count=1&cursor=${cursor}`)
    seen.push(...page.suppressions)
    cursor = page.pagination.next ?? ''
  } while (cursor !== '')
  expect(seen).toEqual(all.suppressions)
  expect((await listed('?channel=SMS&search=0004')).suppressions).toMatchObject([{ address: '+15550100004' }])
  expect((await api.call('GET', `/spaces/${SPACE}/suppressions?channel=fax`)).status).toBe(422)
  const path = `/spaces/${SPACE}/suppressions/email/Ann@example.com`
  expect((await api.call('DELETE', path)).body.data).toEqual({ status: 'SUCCESS' })
  expect((await api.call('DELETE', path)).status).toBe(404)
  expect(await send('ann')).toMatchObject({ status: 'sent' })
  // SendGrid tells what it told before: that is no new event.
  await tell(annBounced)
  expect((await listed('?search=ann@')).suppressions).toEqual([])
  expect(await send('ann')).toMatchObject({ status: 'sent' })
})
