import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { connect } from '../../src/db/connect.ts'
import { keyHashes } from '../../src/regulation/rekey.ts'
import { eraseNext } from '../../src/regulation/work.ts'
import { gateAddresses } from '../../src/subscription/asking.ts'
import { leaveDestinations } from '../../src/sync/leave.ts'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { dumpOf } from '../support/dump.ts'
import { atEnd } from '../support/ending.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
let clock = new Date('2026-03-10T12:10:00Z')
const api = await testApi(database, 'spa_test', () => clock)
const decoy = await testApi(database, 'spa_decoy', () => clock)
const HASHED = ['suppressed_identifier', 'opt_out_tombstone', 'regulation_subject'] as const
const plain = (type: string, value: string): string => sha256(['spa_test', type, value].join('\u0000'))
const send = (call: object) => post(api.server, '/v1/batch', { batch: [call] }, basic(api.writeKey))
const regulate = (regulationType: string, subjectIds: readonly string[], subjectType = 'USER_ID') =>
  api.call('POST', '/spaces/spa_test/regulations', { regulationType, subjectType, subjectIds })
const eraseAll = async (): Promise<void> => {
  let claims = 0
  for (let n = 0; n < 4; n++) {
    while (await eraseNext({ db, now: () => clock, newClaim: () => `claim ${claims++}`, leave: leaveDestinations }));
    clock = new Date(clock.getTime() + 61_000)
  }
}
const hashes = async (): Promise<readonly string[]> => {
  const all: string[] = []
  for (const table of HASHED)
    for (const row of await selectRows(db, sql`select hash from ${sql.table(table)} order by hash`)) all.push(row['hash'])
  return all
}

await send({ type: 'identify', userId: 'eve', traits: { email: 'eve@example.com' } })
const out = { key: 'eve@example.com', type: 'EMAIL', status: 'UNSUBSCRIBED' }
await send({ type: 'identify', userId: 'eve', context: { messaging_subscriptions: [out] } })
await regulate('SUPPRESS_WITH_DELETE', ['eve'])
await eraseAll()

const refusesHer = async (): Promise<void> => {
  await send({ type: 'track', userId: 'eve', event: 'Back' })
  await send({ type: 'identify', anonymousId: 'other', traits: { email: 'eve@example.com' } })
  expect(await eventsOf(db, 'spa_test')).toEqual([])
  const asked = { channel: 'email', address: 'eve@example.com', purpose: 'transactional', groupId: null } as const
  expect((await gateAddresses(db, 'spa_test', [asked])).map(({ outcome }) => outcome)).toEqual(['suppressed'])
}

it('CNS-06 what stays of an erased person is keyed with the secret of the installation: a dump alone cannot be tried out', async () => {
  await refusesHer()
  for (const table of HASHED) {
    const dump = await dumpOf(db, table)
    expect(dump).toMatch(/[0-9a-f]{8}\.[0-9a-f]{64}/)
    for (const text of ['eve@example.com', plain('user_id', 'eve'), plain('email', 'eve@example.com')])
      expect(dump).not.toContain(text)
  }
})

it('CNS-06 hashes of a version that did not key them are keyed at the next start, and mean what they meant', async () => {
  const keyed = await hashes()
  await decoy.call('POST', '/spaces/spa_decoy/regulations', {
    regulationType: 'SUPPRESS_ONLY',
    subjectType: 'USER_ID',
    subjectIds: ['eve'],
  })
  // As the version before wrote them: the hash that is now the text of the keyed one.
  const old = new Map([
    ...(await selectRows(db, sql`select hash, type from suppressed_identifier where space_id = 'spa_test'`)).map(
      (row) => [row['hash'], plain(row['type'], row['type'] === 'email' ? 'eve@example.com' : 'eve')] as const,
    ),
    [
      (await selectRows(db, sql`select hash from opt_out_tombstone`))[0]?.['hash'] ?? '',
      plain('address email', 'eve@example.com'),
    ],
  ])
  for (const table of HASHED)
    for (const [now, before] of old)
      await sql`update ${sql.table(table)} set hash = ${before} where hash = ${now} and space_id = 'spa_test'`.execute(db)
  for (const [now, before] of old) await sql`update suppressed_identifier set root = ${before} where root = ${now}`.execute(db)
  expect((await hashes()).filter((hash) => !hash.includes('.'))).toHaveLength(4)
  await keyHashes(db)
  await keyHashes(db)
  expect((await hashes()).filter((hash) => keyed.includes(hash))).toEqual(keyed)
  await refusesHer()
  await regulate('UNSUPPRESS', ['eve'])
  expect(await selectRows(db, sql`select * from suppressed_identifier where space_id = 'spa_test'`)).toEqual([])
})

it('CNS-06 with another secret nothing starts: whoever is suppressed would be let in', async () => {
  const other = connect(database.url, { secret: 'not the secret that it was' })
  atEnd(other.close)
  await expect(keyHashes(other.db)).rejects.toThrow(/USHER_SECRET is another/)
  const without = connect(database.url)
  atEnd(without.close)
  await expect(keyHashes(without.db)).rejects.toThrow(/USHER_SECRET is missing/)
})
