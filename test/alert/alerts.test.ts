import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Client, Connection } from '@temporalio/client'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { watchOnce } from '../../src/alert/watch.ts'
import { parseCall } from '../../src/ingest/parse.ts'
import { createTally } from '../../src/ingest/tally.ts'
import { NOTHING_TOLD } from '../../src/ingest/told.ts'
import { basic, post, selectRows } from '../support/calls.ts'
import { freshDatabase } from '../support/database.ts'
import { startFake } from '../support/fakes/http.ts'
import { historyText } from '../support/history.ts'
import { testApi } from '../support/server.ts'
import { freshTemporal } from '../support/temporal.ts'
import { until } from '../support/wait.ts'
import { freshWorker } from '../support/worker.ts'

const database = await freshDatabase()
const { db } = database
const HOUR_MS = 3_600_000
const START = Date.parse('2026-03-02T09:00:00Z')
let now = new Date(START)
const api = await testApi(database, 'spa_test', () => now)
const decoy = await testApi(database, 'spa_decoy', () => now)
const S = '/spaces/spa_test'

const send = async (event: string, many: number, who = api): Promise<void> => {
  const batch = Array.from({ length: many }, () => ({ type: 'track', userId: 'u', event, properties: {} }))
  expect((await post(who.server, '/v1/batch', { batch }, basic(who.writeKey))).status).toBe(200)
}
// An hour's calls, and then the look at it, a few minutes after it is over.
const hour = async (at: number, volumes: Readonly<Record<string, number>>): Promise<void> => {
  now = new Date(at + 20 * 60_000)
  for (const [event, many] of Object.entries(volumes)) await send(event, many)
  await api.call('GET', `${S}/catalog`)
  now = new Date(at + HOUR_MS + 5 * 60_000)
  await watchOnce(db, now)
}
// What is counted in memory is written before somebody reads it.
const counted = () => api.call('GET', `${S}/violations`)
const record = async (address: string): Promise<void> => {
  const connection = await Connection.connect({ address })
  const client = new Client({ connection })
  const found = await until('the telling to end', async () => {
    for await (const { workflowId, status } of client.workflow.list({ query: "WorkflowType = 'alert'" }))
      if (status.name === 'COMPLETED') return workflowId
    return undefined
  })
  const history = historyText(await client.workflow.getHandle(found).fetchHistory())
  writeFileSync(new URL('../workflows/histories/alert.json', import.meta.url), history)
  await connection.close()
}
type Shown = {
  kind: string
  closedAt: string | null
  told: string
  openedAt: string
  events: readonly { name: string; count: number; expected?: number; fields: readonly string[] }[]
}
const alerts = async (status = 'all'): Promise<readonly Shown[]> =>
  (await api.call('GET', `${S}/alerts?status=${status}`)).body.data.alerts

it('PRO-32 halving an event’s hourly volume raises one alert, however often and long it is looked at; it closes when the volume is back', async () => {
  const usual = { Paid: 100, Viewed: 70 }
  for (let week = 0; week < 4; week++) for (const h of [0, 1, 2, 3]) await hour(START + week * 168 * HOUR_MS + h * HOUR_MS, usual)
  expect(await alerts()).toEqual([])
  const fifth = START + 4 * 168 * HOUR_MS
  await hour(fifth, { Paid: 50, Viewed: 70 })
  const raised = [
    expect.objectContaining({
      kind: 'volume_drop',
      source: { id: 'src_spa_test', name: 'test' },
      openedAt: new Date(fifth + HOUR_MS).toISOString(),
      closedAt: null,
      events: [expect.objectContaining({ type: 'track', name: 'Paid', count: 50, expected: 100 })],
      told: 'nobody',
    }),
  ]
  expect(await alerts()).toEqual(raised)
  await Promise.all([watchOnce(db, now), watchOnce(db, now), watchOnce(db, new Date(now.getTime() + 30 * 60_000))])
  expect(await alerts()).toEqual(raised)
  await hour(fifth + HOUR_MS, { Paid: 45, Viewed: 70 })
  expect(await alerts('open')).toEqual([expect.objectContaining({ events: [expect.objectContaining({ count: 45 })] })])
  expect((await alerts()).length).toBe(1)
  await hour(fifth + 2 * HOUR_MS, usual)
  expect([await alerts('open'), (await alerts())[0]?.closedAt]).toEqual([[], new Date(fifth + 3 * HOUR_MS).toISOString()])
  expect((await decoy.call('GET', '/spaces/spa_decoy/alerts')).body.data.alerts).toEqual([])
  await hour(fifth + 3 * HOUR_MS, { Viewed: 200 })
  expect(
    (await alerts('open')).map(({ kind, events }) => [kind, events.map(({ name, count }) => [name, count])]).toSorted(),
  ).toEqual([
    ['volume_drop', [['Paid', 0]]],
    ['volume_surge', [['Viewed', 200]]],
  ])
})

it('PRO-32 only what was let in counts: what is blocked at the door is missing behind it', async () => {
  const rows = await selectRows(
    db,
    sql`select distinct space_id, source_id, type, name from event_hour where space_id = 'spa_test' order by name`,
  )
  expect(rows.map(({ name }) => name)).toEqual(['Paid', 'Viewed'])
  const at = START + 5 * 168 * HOUR_MS
  now = new Date(at)
  const { source } = (await api.call('POST', `${S}/sources`, { name: 'other' })).body.data
  await api.call('PATCH', `${S}/sources/${source.id}/switches`, { type: 'track', name: 'Off', enabled: false })
  const batch = [
    { type: 'track', userId: 'u', event: 'Off' },
    { type: 'track', userId: 'u', event: 'On' },
    { type: 'identify', userId: 'u' },
  ]
  await post(api.server, '/v1/batch', { batch }, basic(source.writeKeys[0]))
  await api.call('GET', `${S}/catalog`)
  const counted = await selectRows(db, sql`select name, count::int as count from event_hour where source_id = ${source.id}`)
  expect(counted).toEqual([{ name: 'On', count: 1 }])
})

it('PRO-32 calls of the past, which come by file, are of no hour’s volume', async () => {
  const tally = createTally(db)
  const around = { sourceId: 'src_spa_test', receivedAt: now, newMessageId: () => 'm' }
  const raw = { type: 'track', userId: 'u', event: 'Long ago' }
  const arrivals = [{ raw, parsed: parseCall(raw, around), sourceId: 'src_spa_test', receivedAt: now }]
  const results = [{ status: 'stored' as const, messageId: 'm' }]
  const counts = async () => {
    await tally.flush()
    const rows = await selectRows(db, sql`select count::int as count from event_hour where name = 'Long ago'`)
    return rows.map(({ count }) => count)
  }
  tally.note('spa_test', 'src_spa_test', { arrivals, results, ...NOTHING_TOLD, past: true })
  expect(await counts()).toEqual([])
  tally.note('spa_test', 'src_spa_test', { arrivals, results, ...NOTHING_TOLD })
  expect(await counts()).toEqual([1])
})

it('an event that begins to break its plan is one alert with what it breaks; it is over after a day without', async () => {
  now = new Date(START + 6 * 168 * HOUR_MS)
  await watchOnce(db, now)
  const before = (await alerts()).length
  const { id } = (await api.call('POST', `${S}/tracking-plans`, { name: 'Shop' })).body.data.trackingPlan
  const rule = (key: string) => ({
    type: 'TRACK',
    key,
    jsonSchema: {
      properties: { properties: { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] } },
    },
  })
  await api.call('PUT', `${S}/tracking-plans/${id}/rules`, { rules: [rule('Bought'), rule('Refunded')] })
  await api.call('POST', `${S}/tracking-plans/${id}/sources`, { sourceId: 'src_spa_test' })
  await api.call('PATCH', `${S}/alert-settings`, { volume: false })
  const look = async (minutes: number) => {
    now = new Date(now.getTime() + minutes * 60_000)
    await counted()
    await watchOnce(db, now)
    return (await alerts()).filter(({ kind }) => kind === 'violations')
  }
  await send('Bought', 3)
  expect(await look(1)).toEqual([
    expect.objectContaining({ events: [expect.objectContaining({ name: 'Bought', count: 3, fields: ['properties.total'] })] }),
  ])
  await send('Bought', 2)
  await send('Refunded', 1)
  const [joined, ...others] = await look(1)
  expect([joined?.events.map(({ name, count }) => [name, count]), others]).toEqual([
    [
      ['Bought', 5],
      ['Refunded', 1],
    ],
    [],
  ])
  expect((await look(60 * 23))[0]?.closedAt).toBeNull()
  expect((await look(61))[0]?.closedAt).toBe(now.toISOString())
  await send('Bought', 1)
  expect((await look(1)).map(({ closedAt }) => closedAt === null)).toEqual([true, false])
  await api.call('PATCH', `${S}/alert-settings`, { violations: false })
  await send('Refunded', 1)
  expect((await look(2)).length).toBe(2)
  expect((await alerts()).length).toBe(before + 2)
})

it('an alert is posted, signed, again until it is taken, once', async () => {
  const temporal = await freshTemporal()
  await freshWorker({ databaseUrl: database.url, temporalAddress: temporal.address })
  let taken = 0
  const fake = await startFake(() => ({ status: taken++ < 2 ? 503 : 204 }))
  for (const url of ['ftp://x', 'http://169.254.169.254/latest', 'http://[fe80::1]/', 'https://0/'])
    expect((await api.call('PATCH', `${S}/alert-settings`, { url })).status, url).toBe(422)
  const { settings } = (await api.call('PATCH', `${S}/alert-settings`, { url: `${fake.url}/hook`, violations: true })).body.data
  expect(settings).toMatchObject({
    url: `${fake.url}/hook`,
    violations: true,
    volume: false,
    secret: expect.stringMatching(/^whs_/),
  })
  // The worker lives by the real clock.
  now = new Date()
  await send('Refunded', 1)
  await counted()
  await watchOnce(db, now)
  const told = async () => (await alerts('open')).find(({ told: state }) => state === 'sent')
  const alert = await until('the alert to be told', told)
  if (process.env['RECORD_HISTORIES']) await record(temporal.address)
  const { attention } = (await api.call('GET', `${S}/overview`)).body.data
  expect(attention).toContainEqual({
    kind: 'source',
    title: '“test” breaks its tracking plan',
    detail: 'Refunded',
    link: '/alerts?status=open',
  })
  expect(fake.calls.length).toBe(3)
  const ids = new Set(fake.calls.map(({ headers }) => headers['usher-alert-id']))
  expect(ids.size).toBe(1)
  for (const { headers, body } of fake.calls) {
    const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['usher-signature'])) ?? []
    expect(signature).toBe(createHmac('sha256', settings.secret).update(`${at}.${body}`).digest('hex'))
    expect(JSON.parse(body)).toMatchObject({
      type: 'alert',
      spaceId: 'spa_test',
      alert: { kind: 'violations', openedAt: alert.openedAt },
    })
  }
  await watchOnce(db, now)
  expect((await alerts()).filter(({ told: state }) => state === 'sent').length).toBe(1)
  const tried = await api.call('POST', `${S}/alert-settings/tests`)
  expect(tried.body.data.taken).toBe(true)
  expect(fake.calls.length).toBe(4)
  await fake.close()
  expect((await api.call('POST', `${S}/alert-settings/tests`)).body.data).toMatchObject({
    taken: false,
    message: expect.stringContaining('cannot be reached'),
  })
  await api.call('PATCH', `${S}/alert-settings`, { url: null })
  expect((await api.call('POST', `${S}/alert-settings/tests`)).status).toBe(409)
})
