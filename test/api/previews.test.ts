import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { addEvent, addProfile, did, hour, makePartitions } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { NO_RATES, testApi } from '../support/server.ts'
import { usherAt } from '../support/usher.ts'
import { until } from '../support/wait.ts'

const database = await freshDatabase()
const { db, pool } = database
await makePartitions(db)
const now = hour(0)
const api = await testApi(database, 'spa_test', () => now)
const decoy = await testApi(database, 'spa_decoy', () => now)
const monthly = await testApi(database, 'spa_monthly', () => now, `${NO_RATES},previews_a_month=2`)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const S = '/spaces/spa_test/audiences/previews'
for (const [name, ids] of [
  ['ada', { user_id: ['ada'], email: ['ada@example.com'] }],
  ['bob', { user_id: ['bob'] }],
] as const)
  await addEvent(db, 'spa_test', await addProfile(db, 'spa_test', name, {}, { ...ids }), 'Order', hour(-1), name)
const definition = { condition: did('Order') }

const ask = async (body: object = {}, caller = api) =>
  caller.call('POST', `/spaces/${caller.spaceId}/audiences/previews`, { definition, ...body })
const read = async (id: string) => (await api.call('GET', `${S}/${id}`)).body.data?.audiencePreview

/** Whatever reads events waits until `work` is done. */
const whileEventsAreHeld = async (work: () => Promise<void>): Promise<void> => {
  const holder = await pool.connect()
  await holder.query('begin; lock table event in access exclusive mode')
  await work().finally(async () => {
    await holder.query('rollback')
    holder.release()
  })
}
const waiting = async (): Promise<number> => {
  const [row] = await run(
    db,
    query(
      'test.waiting*',
      sql<{
        n: number
      }>`select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    ),
  )
  return row?.n ?? 0
}

it('PRE-02 a preview is asked for, runs, and is read until it is completed', async () => {
  let id = ''
  await whileEventsAreHeld(async () => {
    const { status, body } = await ask({ wait: 'none', identifiers: true })
    expect(status, JSON.stringify(body)).toBe(200)
    const running = body.data.audiencePreview
    expect(running).toMatchObject({ id: expect.stringMatching(/^prv_/), status: 'RUNNING', audienceType: 'USERS' })
    expect(running).not.toHaveProperty('size')
    id = running.id
    expect(await read(id)).toEqual(running)
    expect((await decoy.call('GET', `/spaces/spa_decoy/audiences/previews/${id}`)).status, 'of another space').toBe(404)
  })
  await until('the preview to be completed', async () => (await read(id)).status === 'COMPLETED')
  expect(await read(id)).toMatchObject({
    size: { count: 2, uniqueCount: 2, type: 'USERS' },
    results: [{ profileId: expect.any(String), traits: {} }, {}],
    identifiers: { total: 2, types: expect.arrayContaining([{ type: 'email', count: 1, percent: 50 }]) },
    sentence: 'did “Order”',
    definition: { query: "event('Order').count() >= 1", type: 'USERS' },
    expiresAt: new Date(now.getTime() + 86_400_000).toISOString(),
  })
  expect((await api.call('GET', `${S}/prv_none`)).status).toBe(404)
})

it('PRE-02 an answer may be waited for, and a failed one says why', async () => {
  expect((await ask()).body.data.audiencePreview).toMatchObject({ status: 'COMPLETED', size: { count: 2 } })
  const { id } = (await ask()).body.data.audiencePreview
  await run(
    db,
    query(
      'test.fail*',
      sql`update audience_preview set status = 'FAILED', size = null, failure = 'It took too long.' where id = ${id}`,
    ),
  )
  expect(await read(id)).toMatchObject({ status: 'FAILED', failureReason: 'It took too long.' })
})

it('PRE-02 no more than so many are computed at once, even where they are asked for together; one that is given up makes room', async () => {
  await whileEventsAreHeld(async () => {
    const answers = await Promise.all(Array.from({ length: 7 }, () => ask({ wait: 'none' })))
    const ids = answers.flatMap(({ status, body }) => (status === 200 ? [body.data.audiencePreview.id] : []))
    expect(ids.length).toBe(4)
    const refused = answers.find(({ status }) => status !== 200)
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'too_many_previews' } } })
    expect(refused?.body.error.message).toMatch(/^4 previews .*previews_at_once.* Wait until one is done, or delete one/)
    expect((await ask({ wait: 'none' }, decoy)).status, 'another space').toBe(200)
    await until('all to wait for the events', async () => (await waiting()) === 5)
    expect((await api.call('DELETE', `${S}/${ids[0]}`)).body).toEqual({ data: { status: 'SUCCESS' } })
    await until('its counting to be stopped', async () => (await waiting()) === 4)
    expect((await api.call('GET', `${S}/${ids[0]}`)).status).toBe(404)
    expect((await ask({ wait: 'none' })).status).toBe(200)
  })
})

it('PRE-02 who hangs up before the answer has given the preview up', async () => {
  await until('those before to be done', async () => (await ask({ wait: 'none' })).status === 200)
  await until('that too', async () => {
    const rows = await run(db, query('test.running*', sql`select id from audience_preview where status = 'RUNNING'`))
    return rows.length === 0
  })
  await whileEventsAreHeld(async () => {
    const hangUp = new AbortController()
    const asking = fetch(url + S, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ definition }),
      signal: hangUp.signal,
    })
    await until('it to be counted', async () => (await waiting()) === 1)
    hangUp.abort()
    await expect(asking).rejects.toThrow()
    await until('counting to be stopped', async () => (await waiting()) === 0)
    await until('it to be gone', async () => {
      const rows = await run(db, query('test.running*', sql`select id from audience_preview where status = 'RUNNING'`))
      return rows.length === 0
    })
  })
})

it('PRE-02 so many a month may be asked for where that is set, whether given up or not; the app’s own don’t count', async () => {
  const M = '/spaces/spa_monthly/audiences/previews'
  const fromApp = await monthly.server.inject({
    method: 'POST',
    url: M,
    headers: { authorization: `Bearer ${monthly.token}`, 'sec-fetch-site': 'same-origin' },
    payload: { definition },
  })
  expect(fromApp.statusCode).toBe(200)
  const first = await ask({}, monthly)
  await monthly.call('DELETE', `${M}/${first.body.data.audiencePreview.id}`)
  expect((await ask({}, monthly)).status).toBe(200)
  const third = await ask({}, monthly)
  expect([third.status, third.body.error.message]).toEqual([
    429,
    expect.stringMatching(/asked for 2 previews in 30 days.*previews_a_month/),
  ])
})

it('PRE-02 PRE-03 the command line waits for the answer, and shows identifiers where they are asked for', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'usher-preview-')), 'orders.json')
  writeFileSync(file, JSON.stringify(definition.condition))
  expect(await usherAt(url, api.token)('audience', 'preview', file, '--identifiers')).toMatch(
    /^2 people: did “Order”[\s\S]*ada@example\.com[\s\S]*email +1 +50/,
  )
})
