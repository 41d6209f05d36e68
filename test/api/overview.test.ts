import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { createServer } from '../../src/api/server.ts'
import { readConfig } from '../../src/config.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'
import { until } from '../support/wait.ts'

const NOW = new Date('2026-03-10T12:00:00Z')
const database = await freshDatabase()
const api = await testApi(database, 'spa_test', () => NOW)
const other = await testApi(database, 'spa_other', () => NOW)
const ANN = '00000000-0000-8000-8000-000000000001'
const RUN = '00000000-0000-8000-8000-0000000000a1'
const MESSAGE = '00000000-0000-8000-8000-0000000000b1'
const id = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`

const minutesAgo = (n: number): Date => new Date(NOW.getTime() - n * 60_000)

// One person with something in every room, written as the rooms write it; the same in a second space, as a decoy (G9).
const seed = async (space: string): Promise<void> => {
  const { db } = database
  const run = (statement: ReturnType<typeof sql>) => statement.execute(db)
  await run(sql`create table if not exists event_2026_03 partition of event for values from ('2026-03-01') to ('2026-04-01')`)
  await run(sql`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
    values (${space}, ${ANN}, '{"name":"Ann"}', '{"email":["ann@example.com"],"user_id":["42"]}', ${NOW}, ${NOW})`)
  await run(
    sql`insert into profile_identifier (space_id, type, value, profile_id, created_at) values (${space}, 'email', 'ann@example.com', ${ANN}, ${NOW})`,
  )
  const event = (n: number, type: string, name: string, properties: string, context: string) =>
    run(sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
      values (${space}, ${ANN}, ${minutesAgo(n)}, ${`m${n}`}, ${type}, ${name}, ${properties}::jsonb, ${context}::jsonb, 's', ${NOW})`)
  await event(60, 'identify', 'identify', '{"plan":"pro"}', '{}')
  await event(50, 'track', 'Order Completed', '{"total":39.5,"products":[1,2]}', '{}')
  await run(sql`insert into audience (space_id, id, key, name, condition, created_by, updated_by, created_at, updated_at)
    values (${space}, 'aud_1', 'repeat', 'Repeat buyers', '{}', 't', 't', ${NOW}, ${NOW}), (${space}, 'aud_2', 'broken', 'Broken', '{}', 't', 't', ${NOW}, ${NOW})`)
  await run(sql`insert into audience_state (space_id, audience_id, status, reason, member_count)
    values (${space}, 'aud_1', 'Live', null, 1), (${space}, 'aud_2', 'Failed', 'It refers to a deleted audience.', 0)`)
  await run(
    sql`insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at) values (${space}, ${ANN}, ${id(1)}, 'aud_1', 'entered', ${minutesAgo(49)})`,
  )
  await run(sql`insert into journey (space_id, id, key, name, status, live_version, created_by, updated_by, created_at, updated_at)
    values (${space}, 'jou_1', 'welcome', 'Welcome', 'live', 1, 't', 't', ${NOW}, ${NOW})`)
  await run(sql`insert into journey_version (space_id, journey_id, version, definition, status, published_by, published_at)
    values (${space}, 'jou_1', 1, '{"steps":{"hello":{"type":"send","channel":"email","template":"welcome"}}}', 'live', 't', ${NOW})`)
  await run(sql`insert into journey_run (space_id, profile_id, id, journey_id, version, entry_key, root_id, step, entered_at, entered_mark, arrived_at, arrived_mark)
    values (${space}, ${ANN}, ${RUN}, 'jou_1', 1, 'once', ${RUN}, 'hello', ${minutesAgo(48)}, 'm', ${minutesAgo(48)}, 'm')`)
  await run(
    sql`insert into journey_transition (space_id, profile_id, run_id, id, step, branch, happened_at) values (${space}, ${ANN}, ${RUN}, 1, 'hello', '', ${minutesAgo(47)})`,
  )
  await run(
    sql`insert into template (space_id, id, key, name, channel, version, created_at, updated_at) values (${space}, 'tem_1', 'welcome', 'Welcome', 'email', 1, ${NOW}, ${NOW})`,
  )
  await run(sql`insert into message (space_id, profile_id, id, key, channel, provider_account_id, template_id, template_version, address, journey_id, run_id, status, due_at, created_at, sent_at)
    values (${space}, ${ANN}, ${MESSAGE}, 'k', 'email', 'pro_1', 'tem_1', 1, 'ann@example.com', 'jou_1', ${RUN}, 'sent', ${NOW}, ${minutesAgo(46)}, ${minutesAgo(46)})`)
  await run(
    sql`insert into delivery_event (space_id, profile_id, id, message_id, kind, happened_at) values (${space}, ${ANN}, ${id(2)}, ${MESSAGE}, 'delivered', ${minutesAgo(45)})`,
  )
  await run(sql`insert into subscription_change (space_id, address, id, channel, status, origin, changed_at)
    values (${space}, 'ann@example.com', ${id(3)}, 'email', 'unsubscribed', 'link', ${minutesAgo(44)})`)
}
await seed('spa_test')
await seed('spa_other')

describe('overview', () => {
  it('says today in one sentence, with what needs a person', async () => {
    const { status, body } = await api.call('GET', '/spaces/spa_test/overview')
    expect(status).toBe(200)
    expect(body.data.sentence).toBe('1 message to 1 person from 1 journey in 24 hours; 1 thing needs you.')
    expect(body.data).toMatchObject({
      profiles: 1,
      events: { total: 2, last24h: 2, perSecond: 0 },
      messages: { sent: 1, people: 1, failed: 0 },
      attention: [{ kind: 'audience', link: '/audiences/aud_2', detail: 'It refers to a deleted audience.' }],
      journeys: [{ id: 'jou_1', active: 1, held: 0, entered24h: 1 }],
    })
    expect(body.data.audiences[0]).toMatchObject({ key: 'repeat', count: 1, entered24h: 1, exited24h: 0 })
  })

  it('teaches where to begin when nothing has come in', async () => {
    const empty = await testApi(database, 'spa_empty', () => NOW)
    const { body } = await empty.call('GET', '/spaces/spa_empty/overview')
    expect(body.data.sentence).toContain('Point a tracking SDK')
  })

  it('estimates what is too many to count', async () => {
    const many = await testApi(database, 'spa_many', () => NOW)
    await sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, source_id, received_at)
      select 'spa_many', ${ANN}::uuid, ${NOW}::timestamptz - n * interval '1 second', n::text, 'track', 'Viewed', 's', ${NOW}::timestamptz
      from generate_series(1, 60000) n`.execute(database.db)
    await sql`analyze event`.execute(database.db)
    const { body } = await many.call('GET', '/spaces/spa_many/overview')
    expect(body.data.events.total).toBeGreaterThan(50_000)
    expect(body.data.events.total).toBeLessThan(70_000)
    expect(body.data.events).toMatchObject({ last24h: 50_000, perSecond: 0.9 })
  })

  it('streams by itself, and stops when the server does', async () => {
    const server = await createServer(api.door)
    const address = await server.listen({ port: 0, host: '127.0.0.1' })
    const answer = await fetch(`${address}/spaces/spa_test/live`, { headers: { authorization: `Bearer ${api.token}` } })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    let heard = ''
    const reading = (async () => {
      for await (const part of answer.body ?? []) heard += Buffer.from(part).toString('utf8')
    })()
    await until('two overviews', async () => heard.split('event: overview').length > 2)
    expect(heard).toContain('1 message to 1 person')
    await server.close()
    await reading
  })

  it('streams nothing without a token', async () => {
    expect((await api.server.inject({ url: '/spaces/spa_test/live' })).statusCode).toBe(401)
    expect((await other.call('GET', '/spaces/spa_test/live')).status).toBe(403)
  })
})

type Line = { title: string; kind: string; at: string; link?: string; detail?: string }

describe('timeline', () => {
  const read = async (path: string): Promise<{ entries: Line[]; pagination: { next?: string } }> =>
    (await api.call('GET', `/spaces/spa_test/profiles/${path}`)).body.data

  it('tells everything of every room, newest first', async () => {
    const { entries } = await read(`${ANN}/timeline`)
    expect(entries.map((entry) => `${entry.kind}: ${entry.title}`)).toEqual([
      'subscription: Email became unsubscribed',
      'delivery: Email “Welcome” was delivered',
      'message: Email “Welcome” was sent',
      'run: Passed the email “welcome”',
      'run: Entered journey “Welcome”',
      'audience: Entered audience “Repeat buyers”',
      'event: Order Completed',
      'trait: Told us plan',
    ])
    expect(entries[6]).toMatchObject({ detail: 'total 39.5 · 2 products' })
    expect(entries[3]).toMatchObject({ link: `/journeys/jou_1/runs/${RUN}` })
  })

  it('goes on where the page before ended, without a gap or a repeat', async () => {
    const whole = (await read(`${ANN}/timeline`)).entries
    const pages: Line[] = []
    for (let before = ''; ; ) {
      const page: { entries: Line[]; pagination: { next?: string } } = await read(
        `email:ann@example.com/timeline?count=3${before ? `&before=${encodeURIComponent(before)}` : ''}`,
      )
      pages.push(...page.entries)
      if (!page.pagination.next) break
      before = page.pagination.next
    }
    expect(pages).toEqual(whole)
  })

  it('keeps to the kinds that were asked for, and names one that is none', async () => {
    const { entries } = await read(`${ANN}/timeline?kinds=event,message`)
    expect(entries.map((entry) => entry.kind)).toEqual(['message', 'event'])
    const wrong = await api.call('GET', `/spaces/spa_test/profiles/${ANN}/timeline?kinds=evnt`)
    expect([wrong.status, wrong.body.error.problems[0].field]).toEqual([422, 'kinds'])
  })

  it('has no timeline of a stranger', async () => {
    for (const stranger of [id(999), 'not-an-id', 'email:nobody@example.com'])
      expect((await api.call('GET', `/spaces/spa_test/profiles/${stranger}/timeline`)).status).toBe(404)
  })
})

describe('session', () => {
  const development = async () =>
    createServer({ ...api.door, config: { ...readConfig({ USHER_LOG: 'silent' }), devToken: api.token } })

  it('hands the development token to this machine’s own browser', async () => {
    const server = await development()
    const answer = await server.inject({ url: '/session', headers: { host: 'localhost:4000' } })
    expect(answer.json().data).toEqual({ spaceId: 'spa_test', spaceName: 'spa_test', development: true, token: api.token })
  })

  it.each([
    ['another machine', { remoteAddress: '10.0.0.7' }],
    ['a host name made to point here', { headers: { host: 'evil.example' } }],
    ['a proxy', { headers: { host: 'localhost', 'x-forwarded-for': '10.0.0.7' } }],
  ])('hands it out to nobody else: %s', async (_who, how) => {
    const server = await development()
    expect((await server.inject({ url: '/session', headers: { host: 'localhost' }, ...how })).statusCode).toBe(401)
  })

  it('in production answers only who has a token, and never tells one', async () => {
    expect((await api.server.inject({ url: '/session', headers: { host: 'localhost' } })).statusCode).toBe(401)
    const { body } = await api.call('GET', '/session')
    expect(body.data).toEqual({ spaceId: 'spa_test', spaceName: 'spa_test', development: false })
  })
})

it('mailbox: there is none in production', async () => {
  expect((await api.call('GET', '/spaces/spa_test/mailbox/messages')).status).toBe(404)
})
