import { writeFileSync } from 'node:fs'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { SENDGRID_KEY, startSendGrid } from '../support/fakes/sendgrid.ts'
import { historyText } from '../support/history.ts'
import { addAccount, addPeople, addSpace, enqueue, messagesOf } from '../support/messages.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { bundleDelivery, startDeliveryWorker } from '../support/worker-process.ts'

const { db, url } = await freshDatabase()
const temporal = await freshTemporal()
const bundle = await bundleDelivery()
const PEOPLE = Array.from({ length: 400 }, (_, i) => `p${String(i).padStart(4, '0')}`)
const notify = () => run(db, query('test.*', sql`select pg_notify('usher', 'message')`))

const settled = (spaceId: string, count: number) =>
  until(`${count} messages of ${spaceId} to be settled`, async () => {
    const done = (await messagesOf(db, spaceId)).filter((m) => m.status !== 'queued' && m.status !== 'sending')
    return done.length === count ? done : undefined
  })

// Each execution that has ended: one whose worker died in the middle, one that was woken while it ran, one that found nothing more.
const record = async (): Promise<void> => {
  const connection = await Connection.connect({ address: temporal.address })
  const client = new Client({ connection })
  const histories = await until('a delivery to end', async () => {
    const ended: string[] = []
    for await (const { workflowId, runId, status } of client.workflow.list({ query: "WorkflowType = 'delivery'" }))
      if (status.name === 'COMPLETED') ended.push(historyText(await client.workflow.getHandle(workflowId, runId).fetchHistory()))
    return ended.length > 0 ? ended : undefined
  })
  for (const [n, history] of histories.slice(0, 3).entries())
    writeFileSync(new URL(`./histories/delivery${n === 0 ? '' : `-${n + 1}`}.json`, import.meta.url), history)
  await connection.close()
}

it('G6 two workers deliver each message once, wakes after idling are not missed, and when one dies the other goes on', async () => {
  const fake = await startSendGrid()
  await addSpace(db, 'spa_flow')
  const settings = { apiKey: SENDGRID_KEY, from: 'shop@example.com', baseUrl: fake.url }
  await addAccount(db, 'spa_flow', { kind: 'sendgrid', channel: 'email', settings, ratePerSecond: 5_000 })
  await addPeople(
    db,
    'spa_flow',
    PEOPLE.map((name) => ({ name, email: [`${name}@example.com`], subscribed: { email: 'subscribed' } })),
  )
  const dying = await startDeliveryWorker(url, temporal.address, bundle, { crashAt: 'message.recorded' })
  await enqueue(db, 'spa_flow', PEOPLE.slice(0, 1))
  await notify()
  expect(await dying.ended).toBe('SIGKILL')
  await Promise.all([1, 2].map(() => startDeliveryWorker(url, temporal.address, bundle)))
  for (const [from, to] of [
    [1, 100],
    [100, 101],
    [101, 400],
  ] as const) {
    await enqueue(db, 'spa_flow', PEOPLE.slice(from, to))
    await notify()
    await settled('spa_flow', to)
  }
  expect((await messagesOf(db, 'spa_flow')).every((m) => m.status === 'sent')).toBe(true)
  const to = fake.mails().map((mail) => mail.personalizations?.[0]?.to?.[0]?.email)
  expect([to.length, new Set(to).size]).toEqual([400, 400])
  if (process.env['RECORD_HISTORIES']) await record()
}, 120_000)
