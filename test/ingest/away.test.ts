import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { basic, eventsOf, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { atEnd } from '../support/ending.ts'
import { testApi } from '../support/server.ts'
import { until } from '../support/wait.ts'
import { wireTo } from '../support/wire.ts'

const database = await freshDatabase()
const wire = await wireTo(database.url)
atEnd(wire.cut)
const wired = connect(wire.url)
atEnd(wired.close)
const api = await testApi({ ...wired, url: wire.url })
const track = (messageId: string) => post(api.server, '/v1/track', { userId: 'u', event: 'E', messageId }, basic(api.writeKey))
const stored = async () => (await eventsOf(database.db, 'spa_test')).map((event) => event['message_id'])

it('G13 while the database is away calls are answered 503 with Retry-After, and afterwards work goes on by itself', async () => {
  expect((await track('before')).status).toBe(200)
  await wire.cut()
  for (let n = 0; n < 3; n++) {
    const away = await track('during')
    expect([away.status, away.headers['retry-after'], away.body.error.code]).toEqual([503, '1', 'database_away'])
    // A page on another site may read when to come again.
    expect(away.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'retry-after, x-ratelimit-reset',
    })
  }
  await wire.mend()
  expect((await track('during')).body.results[0].status).toBe('stored')
  expect(await stored()).toEqual(['before', 'during'])
})

it('G13 a call that is cut off before its commit is not answered 200, and is stored when it is sent again', async () => {
  const undone = database.db.transaction().execute(async (tx) => {
    await sql`insert into event_seen values ('spa_test', 'once', now())`.execute(tx)
    const waiting = track('once')
    await until(
      'the call to wait for the other transaction',
      async () =>
        (
          await selectRows(
            database.db,
            sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).length > 0,
    )
    await wire.cut()
    expect((await waiting).status).toBe(503)
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  await wire.mend()
  expect(await stored()).not.toContain('once')
  expect((await track('once')).body.results[0].status).toBe('stored')
})
