import { expect, it } from 'vitest'
import { createDelivery } from '../../src/message/delivery.ts'
import { freshDatabase } from '../support/database.ts'
import { FCM, fcmError, startFcm } from '../support/fakes/fcm.ts'
import { ok, SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { startTwilio, TWILIO, twilioError } from '../support/fakes/twilio.ts'
import { addAccount, addPeople, addSpace, contextOf, drainOnce, enqueue, messagesOf, setState } from '../support/messages.ts'

const { db } = await freshDatabase()
const names = (count: number, prefix = 'p') => Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(4, '0')}`)
const subscriber = (name: string) => ({ name, email: [`${name}@example.com`], subscribed: { email: 'subscribed' } })
const sendgrid = (url: string) => ({ apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: url })

it('sends what is due, once, to those whom the gate lets through, and records it', async () => {
  const fake = await startSendGrid()
  await addSpace(db, 'spa_a')
  await addAccount(db, 'spa_a', { kind: 'sendgrid', channel: 'email', settings: sendgrid(fake.url) })
  await addPeople(db, 'spa_a', [
    subscriber('ann'),
    { name: 'bob', email: ['bob@example.com'], subscribed: { email: 'unsubscribed' } },
    { name: 'cyd', email: ['cyd@example.com'] },
    { name: 'dan' },
    { name: 'eve', email: ['new@example.com', 'old@example.com'] },
  ])
  await setState(db, 'spa_a', 'email', 'old@example.com', 'subscribed')
  expect(await enqueue(db, 'spa_a', ['ann', 'bob', 'cyd', 'dan', 'eve'])).toBe(5)
  expect(await enqueue(db, 'spa_a', ['ann', 'bob'])).toBe(0)
  await drainOnce(contextOf(db), 'spa_a', 'acc_email')
  await drainOnce(contextOf(db), 'spa_a', 'acc_email')
  expect((await messagesOf(db, 'spa_a')).map((m) => [m.name, m.status, m.reason, m.address])).toEqual([
    ['ann', 'sent', null, 'ann@example.com'],
    ['bob', 'skipped', 'unsubscribed', null],
    ['cyd', 'skipped', 'never_asked', null],
    ['dan', 'skipped', 'no_supported_ids', null],
    ['eve', 'sent', null, 'old@example.com'],
  ])
  expect(fake.mails()).toHaveLength(2)
})

it('G7 who unsubscribes after the step and before the sending gets nothing', async () => {
  const fake = await startSendGrid()
  await addSpace(db, 'spa_late')
  await addAccount(db, 'spa_late', { kind: 'sendgrid', channel: 'email', settings: sendgrid(fake.url) })
  await addPeople(db, 'spa_late', [subscriber('ann')])
  await enqueue(db, 'spa_late', ['ann'])
  await setState(db, 'spa_late', 'email', 'ann@example.com', 'unsubscribed')
  await drainOnce(contextOf(db), 'spa_late', 'acc_email')
  expect(await messagesOf(db, 'spa_late')).toMatchObject([{ status: 'skipped', reason: 'unsubscribed' }])
  expect(fake.calls).toEqual([])
})

it('S38 sends a push to every device, and ends the subscription of one that is gone and suppresses it', async () => {
  const fake = await startFcm((call) =>
    call.body.includes('tok-gone') ? fcmError(404, 'NOT_FOUND', 'UNREGISTERED') : { status: 200, body: { name: 'n' } },
  )
  await addSpace(db, 'spa_push')
  const settings = { ...FCM, tokenUri: `${fake.url}/token`, baseUrl: fake.url }
  await addAccount(db, 'spa_push', { kind: 'fcm', channel: 'push', settings })
  const subscribed = { ios_push: 'subscribed', android_push: 'subscribed' }
  await addPeople(db, 'spa_push', [
    { name: 'ann', ios: ['tok-ann-1'], android: ['tok-ann-2', 'tok-gone'], subscribed },
    { name: 'bob', email: ['bob@example.com'] },
  ])
  expect(await enqueue(db, 'spa_push', ['ann', 'bob'], { channel: 'push' })).toBe(4)
  await drainOnce(contextOf(db), 'spa_push', 'acc_push')
  const told = (await messagesOf(db, 'spa_push')).map((m) => [m.name, m.address, m.status, m.reason?.split(':')[0] ?? null])
  expect(told).toEqual([
    ['ann', 'tok-ann-1', 'sent', null],
    ['ann', 'tok-ann-2', 'sent', null],
    ['ann', 'tok-gone', 'failed', 'unregistered'],
    ['bob', null, 'skipped', 'no_supported_ids'],
  ])
  await enqueue(db, 'spa_push', ['ann'], { channel: 'push' }, 'again')
  await drainOnce(contextOf(db), 'spa_push', 'acc_push')
  expect((await messagesOf(db, 'spa_push')).filter((m) => m.address === 'tok-gone').map((m) => m.reason?.split(':')[0])).toEqual(
    expect.arrayContaining(['unregistered', 'suppressed']),
  )
})

it('a STOP that only Twilio knew of becomes ours', async () => {
  const fake = await startTwilio(() => twilioError(400, 21610, 'Attempt to send to unsubscribed recipient'))
  await addSpace(db, 'spa_sms')
  await addAccount(db, 'spa_sms', {
    kind: 'twilio',
    channel: 'sms',
    settings: { ...TWILIO, from: '+15550100000', baseUrl: fake.url },
  })
  await addPeople(db, 'spa_sms', [{ name: 'ann', phone: ['+15550100001'], subscribed: { sms: 'subscribed' } }])
  await enqueue(db, 'spa_sms', ['ann'], { channel: 'sms' })
  await drainOnce(contextOf(db), 'spa_sms', 'acc_sms')
  await enqueue(db, 'spa_sms', ['ann'], { channel: 'sms' }, 'again')
  await drainOnce(contextOf(db), 'spa_sms', 'acc_sms')
  expect((await messagesOf(db, 'spa_sms')).map((m) => m.status).sort()).toEqual(['failed', 'skipped'])
  expect(fake.calls).toHaveLength(1)
})

it('keeps to the rate of the account', async () => {
  const times: number[] = []
  const fake = await startSendGrid(() => {
    times.push(Date.now())
    return ok()
  })
  await addSpace(db, 'spa_rate')
  await addAccount(db, 'spa_rate', { kind: 'sendgrid', channel: 'email', settings: sendgrid(fake.url), ratePerSecond: 50 })
  const people = names(60)
  await addPeople(db, 'spa_rate', people.map(subscriber))
  await enqueue(db, 'spa_rate', people)
  await drainOnce(contextOf(db), 'spa_rate', 'acc_email')
  expect(times).toHaveLength(60)
  // 12 come from the full bucket, the other 48 at 50 a second.
  const busiest = Math.max(...times.map((t) => times.filter((other) => other >= t && other < t + 500).length))
  expect(busiest).toBeLessThanOrEqual(12 + 25 + 10)
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(700)
})

it('a template that fails for one person fails one message; no template and no account fail with their reason', async () => {
  const fake = await startSendGrid()
  await addSpace(db, 'spa_bad')
  await addPeople(db, 'spa_bad', [subscriber('ann')])
  await enqueue(db, 'spa_bad', ['ann'], {}, 'without account')
  await addAccount(db, 'spa_bad', { kind: 'sendgrid', channel: 'email', settings: sendgrid(fake.url) })
  await enqueue(db, 'spa_bad', ['ann'], { template: 'nothing' }, 'without template')
  expect((await messagesOf(db, 'spa_bad')).map((m) => [m.status, m.reason]).sort()).toEqual([
    ['failed', 'no_provider'],
    ['failed', 'no_template'],
  ])
})

it('G6 a worker that is told to end has every answer it waits for, calls nobody else, and leaves the others as they were', async () => {
  const delivery = createDelivery(contextOf(db), async () => {}, { lingerMs: 0 })
  const fake = await startSendGrid(() => {
    delivery.end()
    return ok()
  })
  await addSpace(db, 'spa_end')
  await addAccount(db, 'spa_end', { kind: 'sendgrid', channel: 'email', settings: sendgrid(fake.url), ratePerSecond: 5_000 })
  const people = names(400)
  await addPeople(db, 'spa_end', people.map(subscriber))
  await enqueue(db, 'spa_end', people)
  const life = { beat: () => {}, signal: new AbortController().signal }
  expect(await delivery.drain({ spaceId: 'spa_end', accountId: 'acc_email' }, life)).toEqual({ more: true })
  expect(await delivery.drain({ spaceId: 'spa_end', accountId: 'acc_email' }, life)).toEqual({ more: true })
  delivery.close()
  const called = fake.mails().length
  // So many are on their way at once.
  expect(called).toBeLessThanOrEqual(50)
  const states = Map.groupBy(await messagesOf(db, 'spa_end'), ({ status, reason }) => `${status} ${reason}`)
  expect(new Map([...states].map(([state, all]) => [state, all.length]))).toEqual(
    new Map([
      ['sent null', called],
      ['queued null', people.length - called],
    ]),
  )
  await drainOnce(contextOf(db), 'spa_end', 'acc_email')
  const addresses = fake.mails().map((mail) => mail.personalizations?.[0]?.to?.[0]?.email)
  expect([addresses.length, new Set(addresses).size]).toEqual([people.length, people.length])
})
