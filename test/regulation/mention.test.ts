import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { mentionedIn, mentionsOf } from '../../src/regulation/mention.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { until } from '../support/wait.ts'

/* What names an erased person goes, and what names another stays, though the one's identifier is part of the other's. */
const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const S = '/spaces/spa_test'

const HERS: readonly (readonly [string, readonly unknown[]])[] = [
  [
    'user_1234',
    [
      'user_1234',
      { user_1234: 1 },
      'https://shop.example/u/user_1234/orders',
      'user_id:user_1234',
      'user_1234.',
      'a\nuser_1234\tb',
    ],
  ],
  [
    'ann@shop.example',
    [
      'Ann@Shop.Example',
      ' ann@shop.example ',
      'mailto:ann@shop.example?x',
      '<ann@shop.example>',
      'to ann@shop.example.',
      'a\nann@shop.example',
      'https://x.example/?to=ann%40shop.example&x',
      'https://x.example/?to%3Dann%40shop.example',
      '{"to":"ann@shop.example"}',
      "ann@shop.example's",
    ],
  ],
  ['josé+1@shop.example', ['José+1@shop.example', '?to=jos%c3%a9%2B1%40shop.example']],
  ['+14155550123', ['+14155550123', 'tel:+14155550123', 'sms to +14155550123;', '?to=%2B14155550123']],
  ['a "b" \\ c', ['a "b" \\ c', ['a "b" \\ c']]],
  ['bob', ['bob', ['bob'], '{"id":"bob"}']],
  ['123456', ['123456', { userId: 123456 }, { user_id: 123456, a: 1 }, '{"anonymousId":123456}']],
  ['12.5 (?x)*', ['12.5 (?x)*']],
]
const OTHERS: readonly (readonly [string, readonly unknown[]])[] = [
  ['user_1234', ['user_12345', 'my_user_1234', 'USER_1234', 'user_1234-b', 'xuser_1234', 'user_1234@shop.example']],
  [
    'ann@shop.example',
    [
      'joann@shop.example',
      'mary.ann@shop.example',
      'a+ann@shop.example',
      'ann@shop.example.au',
      'ann@shop.examples',
      '?to=joann%40shop.example',
    ],
  ],
  ['+14155550123', ['+141555501234', '14155550123']],
  ['bob', ['bobby', 'bob the builder', { to: 'a bob' }]],
  ['123456', [{ revenue: 123456 }, { userId: 1234567 }, '2026-03-10T12:34:56.123456Z', { userId: 123456.5 }, 'order 123456']],
  ['a_cdef', ['abcdef', 'axcdef']],
  ['12.5 (?x)*', ['12 5 (?x)*', '12.5 (?x)']],
]

it('CNS-06 an identifier is found as a whole, in JSON and in addresses of the web, and not as a part of another', async () => {
  const isMentioned = async (value: string, said: unknown): Promise<boolean> => {
    const text = JSON.stringify({ properties: { said } })
    const mentions = mentionsOf([{ type: 'user_id', value }])
    const [row] = await selectRows(
      db,
      sql`select ${mentionedIn(sql`t.text`, mentions)} as found from (values (${text}::text)) as t (text)`,
    )
    return row?.['found'] as boolean
  }
  const asked = async (cases: typeof HERS) => {
    const found: string[] = []
    for (const [value, texts] of cases)
      for (const said of texts) found.push(`${value} in ${JSON.stringify(said)}: ${await isMentioned(value, said)}`)
    return found
  }
  expect((await asked(HERS)).filter((line) => line.endsWith('false'))).toEqual([])
  expect((await asked(OTHERS)).filter((line) => line.endsWith('true'))).toEqual([])
})

it('CNS-06 the calls of somebody whose id contains hers stay in the debugger and among what was not taken, hers go', async () => {
  await api.call('GET', `${S}/sources/src_spa_test/calls?count=1`)
  const batch = ['customer-1', 'customer-12'].flatMap((userId) => [
    { type: 'track', userId, event: 'Order', messageId: `order of ${userId}` },
    { type: 'track', userId, event: 'Friend Invited', properties: { by: userId } },
    { type: 'track', anonymousId: 'somebody', event: 'Friend Joined', properties: { by: userId } },
    { type: 'track', userId, event: userId.length },
  ])
  await post(api.server, '/v1/batch', { batch }, basic(api.writeKey))
  const calls = async () =>
    (await selectRows(db, sql`select raw from source_call where space_id = 'spa_test' order by raw`)).map((row) =>
      String(row['raw']),
    )
  const naming = async (id: string) => (await calls()).filter((raw) => raw.includes(`"${id}"`)).length
  await until('the calls to be kept', async () => (await calls()).length === 8)
  expect([await naming('customer-1'), await naming('customer-12')]).toEqual([4, 4])
  await api.call('POST', `${S}/regulations`, {
    regulationType: 'DELETE_ONLY',
    subjectType: 'USER_ID',
    subjectIds: ['customer-1'],
  })
  const context = { db, now: () => clock, newClaim: () => crypto.randomUUID(), leave: leaveDestinations }
  for (let n = 0; n < 5; n++) {
    while (await eraseNext(context));
    clock = new Date(clock.getTime() + 30_000)
  }
  expect([await naming('customer-1'), await naming('customer-12')]).toEqual([0, 4])
  const { drops } = (await api.call('GET', `${S}/sources/src_spa_test/drops`)).body.data
  expect(JSON.stringify(drops)).not.toContain('"customer-1"')
})
