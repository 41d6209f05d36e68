import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { selectRows } from '../support/calls.ts'
import { foundInDump } from '../support/dump.ts'
import { delivering } from './support.ts'

const { api, db, S, source, webhook, deliver, deliveries, pass, now } = await delivering()
const EVE = 'eve-the-user'

it('CNS-06 what went to destinations of an erased person is gone, also calls that were about others and named her, and those not for the space', async () => {
  const { id, send } = await source()
  const hook = await webhook(id, ({ body }) => ({ status: 400, body: { refused: body } }))
  const elsewhere = { All: false, 'Webhooks (Actions)': true }
  await send({ type: 'identify', userId: EVE, traits: { email: 'eve@secret.example' } })
  await send({ type: 'track', event: 'Not For The Space', userId: EVE, integrations: elsewhere })
  await send({ type: 'track', event: 'Invited', userId: 'bob', properties: { invited: 'EVE@secret.example' } })
  await send({ type: 'track', event: 'Order', userId: 'bob' })
  await deliver()
  const waiting = await send({ type: 'track', event: 'Waiting', userId: EVE })
  expect(waiting).toBeDefined()
  const body = { regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds: [EVE] }
  expect((await api.call('POST', `${S}/regulations`, body)).status).toBeLessThan(300)
  pass(1_000)
  while (await eraseNext({ db, now, newClaim: () => 'mine', leave: leaveDestinations }));
  const found = await foundInDump(db, [EVE, 'eve@secret.example'])
  expect(found.filter((one) => /^(event_delivery|delivery_attempt)/.test(one))).toEqual([])
  expect((await deliveries(hook.id)).map(({ name }: { name: string }) => name)).toEqual(['Order'])
  const attempts = await selectRows(db, sql`select * from delivery_attempt where space_id = 'spa_test'`)
  expect(attempts).toHaveLength(1)
  await deliver()
  expect(hook.bodies().filter(({ event }) => event === 'Waiting')).toEqual([])
})
