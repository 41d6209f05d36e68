import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { inspectQueries } from '../../src/db/query.ts'
import { forgetDeliveries } from '../../src/destination/forget.ts'
import { deliveriesLoop } from '../../src/destination/loop.ts'
import { selectRows } from '../support/calls.ts'
import { inspectQuery } from '../support/query-rules.ts'
import { until } from '../support/wait.ts'
import { delivering } from './support.ts'

const { api, db, S, source, webhook, context, deliver, fate, deliveries, pass, rows, now } = await delivering()

it('a worker delivers what comes, at the rate that the destination has, however many workers there are, and ends when it is told to', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  const slow = await webhook(id)
  await api.call('PATCH', `${S}/destinations/${slow.id}`, { ratePerSecond: 20 })
  const failures: unknown[] = []
  const clocked = { ...context(), now: () => new Date() }
  const loops = [1, 2].map(() => deliveriesLoop(clocked, (error) => failures.push(error)))
  const began = Date.now()
  for (let n = 0; n < 20; n++) await send({ type: 'track', event: `Call ${n}` })
  for (const loop of loops) loop.wake()
  await until('every call to arrive', async () => hook.tool.calls.length === 20 && slow.tool.calls.length === 20)
  // Five at once, and then twenty a second.
  expect(Date.now() - began).toBeGreaterThan(700)
  await until('all to be written down', async () =>
    (await deliveries(slow.id, '?count=50')).every(({ status }: { status: string }) => status === 'delivered'),
  )
  await Promise.all(loops.map((loop) => loop.stop()))
  const messageId = await send({ type: 'track', event: 'After the end' })
  for (const loop of loops) loop.wake()
  expect(await fate(hook.id, messageId)).toMatchObject({ status: 'queued' })
  expect(failures).toEqual([])
  await deliver()
})

it('a tool that is down keeps no other waiting', async () => {
  const { id, send } = await source()
  const hanging = await webhook(id, () => 'hang')
  const hook = await webhook(id)
  const messageId = await send({ type: 'track', event: 'Both' })
  const loop = deliveriesLoop({ ...context(), now: () => new Date() }, () => {})
  await until('the other to arrive', async () => (await fate(hook.id, messageId)).status === 'delivered', 5_000)
  await until('the hanging one to be asked', async () => hanging.tool.calls.length === 1)
  expect(await fate(hanging.id, messageId)).toMatchObject({ status: 'sending' })
  await hanging.tool.close()
  await loop.stop()
  expect(await fate(hanging.id, messageId)).toMatchObject({ status: 'queued', reason: 'ECONNRESET' })
})

it('where a space has neither destinations nor rules, a batch asks nothing more of the database', async () => {
  const { send } = await source()
  await sql`delete from source_gate where space_id = 'spa_test'`.execute(db)
  const asked: string[] = []
  inspectQueries(async (name, compiled) => {
    asked.push(name)
    await inspectQuery(name, compiled)
  })
  await send({ type: 'track', event: 'Plain' })
  inspectQueries(inspectQuery)
  expect(asked).toContain('event.add')
  expect(asked.filter((name) => /destination|delivery/.test(name))).toEqual([])
})

it('deliveries and attempts are forgotten after 28 days', async () => {
  const { id, send } = await source()
  const hook = await webhook(id)
  await send({ type: 'track', event: 'Old' })
  await deliver()
  pass(20 * 86_400_000)
  const young = await send({ type: 'track', event: 'Young' })
  await deliver()
  pass(9 * 86_400_000)
  await forgetDeliveries(db, 'spa_test', now())
  expect((await rows('event_delivery')).map((row) => row['message_id'])).toEqual([young])
  expect((await rows('delivery_attempt')).filter((row) => row['mapping_id'] === hook.mapping)).toHaveLength(1)
  const decoys = await selectRows(db, sql`select * from event_delivery where space_id = 'spa_decoy'`)
  expect(decoys).toHaveLength(1)
  expect(hook.tool.calls).toHaveLength(2)
})
