import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { addChange, addEvent, addProfile, did, hour, makePartitions } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { onProcessor } from '../support/processor.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
const { db } = database
await makePartitions(db)
let now = hour(0)
const api = await testApi(database, 'spa_test', () => now)
const decoy = await testApi(database, 'spa_decoy', () => now)
const SPACE = '/spaces/spa_test'

const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, now)
  while ((await evaluateDue(db, now)).more);
}

for (const space of ['spa_test', 'spa_decoy']) {
  for (const name of ['ada', 'bob', 'eve']) {
    const id = await addProfile(
      db,
      space,
      name,
      { firstName: name, plan: name === 'eve' ? 'free' : 'pro' },
      { user_id: [name], email: [`${name}@example.com`] },
    )
    if (name !== 'eve') await addEvent(db, space, id, 'Order', hour(-1), `${space} ${name}`, { revenue: 30 })
  }
}
const buyers = { condition: did('Order', { operator: 'at_least', value: 1 }, { within: '30 days' }) }

it('AUD-01 AUD-02 creates, reads, changes and deletes in the documented shapes', async () => {
  const made = await api.call('POST', `${SPACE}/audiences`, { name: 'Big Spenders!', definition: buyers })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  expect(made.body.data.audience).toMatchObject({
    key: 'big_spenders',
    spaceId: 'spa_test',
    enabled: true,
    status: 'Preparing',
    audienceType: 'USERS',
    computeCadence: { type: 'BATCH' },
    size: { count: 0, type: 'USERS' },
    sentence: 'did “Order” within the last 30 days',
    createdBy: 'test',
    createdAt: now.toISOString(),
  })
  const { id } = made.body.data.audience
  expect(id).toMatch(/^aud_/)
  await settle()
  const read = await api.call('GET', `${SPACE}/audiences/big_spenders`)
  expect(read.body.data.audience).toMatchObject({ id, status: 'Live', size: { count: 2 }, changes24h: { entered: 2, exited: 0 } })
  expect((await api.call('PATCH', `${SPACE}/audiences/${id}`, { key: 'other' })).status).toBe(422)
  expect((await api.call('PATCH', `${SPACE}/audiences/${id}`, { name: 'Spenders' })).body.data.audience).toMatchObject({
    name: 'Spenders',
    key: 'big_spenders',
  })
  expect(
    (await api.call('PATCH', `${SPACE}/audiences/${id}`, { options: { filterByExternalIds: ['anonymous_id'] } })).status,
    'AUD-05',
  ).toBe(409)
  expect((await decoy.call('GET', `/spaces/spa_decoy/audiences/${id}`)).status, 'G9').toBe(404)
  const list = await api.call('GET', `${SPACE}/audiences?count=1&search=spend`)
  expect(list.body.data).toMatchObject({ audiences: [{ id }], pagination: { totalEntries: 1 } })
  expect((await api.call('DELETE', `${SPACE}/audiences/${id}`)).status, 'AUD-09').toBe(409)
})

it('lists page by page', async () => {
  for (const n of [1, 2, 3]) await api.call('POST', `${SPACE}/audiences`, { name: `Page ${n}`, definition: buyers })
  const names: string[] = []
  let cursor = ''
  do {
    const { body } = await api.call('GET', `${SPACE}/audiences?count=1&search=page%20${cursor && `&cursor=${cursor}`}`)
    names.push(...body.data.audiences.map((each: { name: string }) => each.name))
    cursor = body.data.pagination.next ?? ''
  } while (cursor)
  expect(names.sort()).toEqual(['Page 1', 'Page 2', 'Page 3'])
  expect((await api.call('GET', `${SPACE}/audiences?cursor=nonsense`)).body.error.problems[0].field).toBe('cursor')
})

it('members, changes, sizes, evaluations', async () => {
  await settle()
  const members = await api.call('GET', `${SPACE}/audiences/big_spenders/members?count=1`)
  expect(members.body.data.members[0]).toMatchObject({
    name: expect.any(String),
    email: expect.stringContaining('@'),
    enteredAt: now.toISOString(),
  })
  const rest = await api.call(
    'GET',
    `${SPACE}/audiences/big_spenders/members?count=5&cursor=${members.body.data.pagination.next}`,
  )
  expect(rest.body.data.members).toHaveLength(1)
  const found = await api.call('GET', `${SPACE}/audiences/big_spenders/members?search=ADA@example`)
  expect(found.body.data.members).toMatchObject([{ email: 'ada@example.com', traits: { plan: 'pro' } }])
  const changes = await api.call('GET', `${SPACE}/audiences/big_spenders/changes?count=1`)
  expect(changes.body.data.changes).toMatchObject([{ change: 'entered', changedAt: now.toISOString() }])
  const next = await api.call(
    'GET',
    `${SPACE}/audiences/big_spenders/changes?count=5&cursor=${changes.body.data.pagination.next}`,
  )
  expect(next.body.data.changes).toHaveLength(1)
  const sizes = await api.call('GET', `${SPACE}/audiences/big_spenders/sizes?days=2`)
  expect(sizes.body.data.sizes.map((each: { count: number }) => each.count)).toEqual([0, 2])
  const evaluations = await api.call('GET', `${SPACE}/audiences/big_spenders/evaluations`)
  expect(evaluations.body.data.evaluations[0]).toMatchObject({ mode: 'full', entered: 2, exited: 0, error: null })
})

it('PRE-01 previews who would be in, now and at an instant, without saving', async () => {
  const preview = (body: object) => api.call('POST', `${SPACE}/audiences/previews`, body)
  const { body } = await preview({ definition: buyers, count: 1 })
  expect(body.data.audiencePreview).toMatchObject({
    status: 'COMPLETED',
    size: { count: 2 },
    results: [{ email: expect.stringContaining('@example.com') }],
    sentence: 'did “Order” within the last 30 days',
  })
  expect((await preview({ definition: buyers, at: hour(-2).toISOString() })).body.data.audiencePreview.size.count).toBe(0)
  const none = await preview({ definition: { condition: did('Order', { operator: 'at_least', value: 9 }) } })
  expect(none.body.data.audiencePreview).toMatchObject({ size: { count: 0 }, results: [] })
})

it('refuses what cannot be compiled, naming field and remedy', async () => {
  const send = (condition: unknown) => api.call('POST', `${SPACE}/audiences/previews`, { definition: { condition } })
  const unknown = await send({ type: 'audience', audience: 'nowhere' })
  expect(unknown.status).toBe(422)
  expect(unknown.body.error.problems[0]).toMatchObject({ field: 'definition.condition.audience', remedy: expect.any(String) })
  expect((await send({ type: 'xor', conditions: [] })).status).toBe(422)
  expect((await send({ type: 'trait', path: 'x', compare: { operator: 'equals' } })).status).toBe(422)
  expect((await send(did('A', undefined, { within: '3 fortnights' }))).status).toBe(422)
})

it('refuses a condition of any depth by name, however deep', async () => {
  const nested = (depth: number): string =>
    `{"name":"Deep","definition":{"condition":${'{"type":"not","condition":'.repeat(depth)}{"type":"trait","path":"x","compare":{"operator":"exists"}}${'}'.repeat(depth + 2)}`
  for (const [depth, field] of [
    [21, 'definition.condition'],
    [450, 'definition.condition'],
    [8_000, 'body'],
  ] as const) {
    const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' }
    const answer = await api.server.inject({ method: 'POST', url: `${SPACE}/audiences`, headers, payload: nested(depth) })
    const [problem] = answer.json().error.problems ?? []
    expect([answer.statusCode, problem?.field]).toEqual([422, field])
    expect(problem).toMatchObject({
      message: expect.stringContaining('nested deeper'),
      remedy: expect.any(String),
    })
  }
})

it('PRE-06 explains: every condition true or false, with what was counted or found', async () => {
  const condition = {
    type: 'and',
    conditions: [
      did('Order', { operator: 'at_least', value: 2 }),
      { type: 'not', condition: { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'free' } } },
      {
        type: 'event',
        event: { name: 'Order' },
        measure: { kind: 'sum', property: 'revenue' },
        compare: { operator: 'at_least', value: 20 },
      },
      { type: 'audience', audience: 'big_spenders' },
    ],
  }
  await api.call('POST', `${SPACE}/audiences`, { name: 'Explained', definition: { condition } })
  const { status, body } = await api.call('GET', `${SPACE}/audiences/explained/explain?profile=user_id:ada`)
  expect([status, body.error?.message]).toEqual([404, expect.stringContaining('user_id:ada')])
  await database.pool.query(
    `insert into profile_identifier (space_id, type, value, profile_id, created_at) select space_id, 'user_id', identifiers -> 'user_id' ->> 0, id, now() from profile where space_id = 'spa_test'`,
  )
  const explained = await api.call('GET', `${SPACE}/audiences/explained/explain?profile=user_id:ada`)
  expect(explained.body.data).toMatchObject({
    matches: false,
    eligible: true,
    conditions: {
      matches: false,
      conditions: [
        {
          sentence: 'did “Order” at least twice',
          matches: false,
          evidence: { count: 1, threshold: 2, happenings: { count: 1, events: [{ name: 'Order', properties: {} }], missed: [] } },
        },
        { matches: true, conditions: [{ matches: false, evidence: { value: 'pro', threshold: 'free' } }] },
        { matches: true, evidence: { value: 30, threshold: 20, happenings: { events: [{ properties: { revenue: 30 } }] } } },
        { sentence: 'is part of “big_spenders”', matches: true, evidence: { partOf: true } },
      ],
    },
  })
})

it('PRE-06 says by which event somebody is in, and when they leave though nothing happens', async () => {
  const { body } = await api.call('GET', `${SPACE}/audiences/big_spenders/explain?profile=user_id:ada`)
  const [event] = body.data.conditions.evidence.happenings.events
  const leaves = new Date(Date.parse(event.timestamp) + 30 * 86_400_000 + 1).toISOString()
  expect(body.data).toMatchObject({
    matches: true,
    memberSince: expect.any(String),
    changes: { at: leaves, matches: false, because: expect.stringMatching(/^“Order” of .* becomes older than 30 days$/) },
  })
  const before = now
  now = new Date(Date.parse(leaves) - 1)
  const explained = async () => (await api.call('GET', `${SPACE}/audiences/big_spenders/explain?profile=user_id:ada`)).body.data
  expect((await explained()).matches).toBe(true)
  now = new Date(leaves)
  expect(await explained()).toMatchObject({
    matches: false,
    conditions: { evidence: { count: 0, happenings: { events: [], missed: [{ name: 'Order', why: 'window' }] } } },
  })
  now = before
})

it('PRE-06 says of each condition how far it was looked ahead, where there are too many instants to look at all', async () => {
  const busy = await addProfile(db, 'spa_test', 'busy', {}, { user_id: ['busy'] })
  await database.pool.query(
    `insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, source_id, received_at)
      select 'spa_test', $1, $2::timestamptz - n * interval '1 minute', 'busy' || n, 'track', 'Ticked', '{}', 'src', $2::timestamptz
      from generate_series(1, 1000) n`,
    [busy, now],
  )
  const text = "event('Ticked').within(30 days).count() >= 1 AND NOT event('Ticked').within(20 days).count() = 0"
  await api.call('POST', `${SPACE}/audiences`, { name: 'Busy', definition: { query: text } })
  const { data } = (await api.call('GET', `${SPACE}/audiences/busy/explain?profile=${busy}`)).body
  const far = { unchangedUntil: expect.stringMatching(/^2026-/) }
  expect(data).toMatchObject({ matches: true, ...far, conditions: { ...far, conditions: [far, { ...far, conditions: [far] }] } })
  expect(data.conditions.conditions[0].changes, 'it does change, later').toBeUndefined()
})

it('PRE-06 of somebody with more events of a funnel than can be compared with each other, the newest are shown', async () => {
  const eager = await addProfile(db, 'spa_test', 'eager', {}, { user_id: ['eager'] })
  await database.pool.query(
    `insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, source_id, received_at)
      select 'spa_test', $1, $2::timestamptz - n * interval '1 minute', 'eager' || n, 'track', case n % 2 when 0 then 'Viewed' else 'Bought' end, '{}', 'src', $2::timestamptz
      from generate_series(1, 5000) n`,
    [eager, now],
  )
  const text = "event('Viewed').where(event('Bought').count() = 0).within(30 days).count() >= 1"
  await api.call('POST', `${SPACE}/audiences`, { name: 'Hesitant', definition: { query: text } })
  const { answer, ms } = await onProcessor(() => api.call('GET', `${SPACE}/audiences/hesitant/explain?profile=${eager}`))
  expect(answer.body.data).toMatchObject({ matches: false, partial: true, conditions: { evidence: { count: 0 } } })
  expect(ms, 'milliseconds in which nobody else is answered').toBeLessThan(5_000)
})

it('PRE-06 explains how an audience is evaluated', async () => {
  const { body } = await api.call('GET', `${SPACE}/audiences/explained/plan`)
  expect(body.data).toMatchObject({
    sql: expect.stringMatching(/^select/),
    parameters: expect.arrayContaining(['spa_test']),
    plan: expect.arrayContaining([expect.stringContaining('cost=')]),
    analyzed: false,
    references: { events: ['Order'], traits: ['plan'], audiences: ['big_spenders'], computedTraits: [] },
    referencedBy: { audiences: [], computedTraits: [], journeys: [] },
  })
  const of = await api.call('GET', `${SPACE}/audiences/big_spenders/plan?analyze=true`)
  expect(of.body.data).toMatchObject({
    analyzed: true,
    plan: expect.arrayContaining([expect.stringContaining('Execution Time')]),
    referencedBy: { audiences: [{ key: 'explained' }] },
    evaluations: [{ mode: 'full', entered: 2, durationMs: expect.any(Number) }],
  })
})

it('computed traits: create, use in an audience, who refers to it, delete', async () => {
  const made = await api.call('POST', `${SPACE}/computed-traits`, {
    name: 'Total Spent',
    definition: { event: { name: 'Order' }, measure: { kind: 'sum', property: 'revenue' } },
  })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  expect(made.body.data.computedTrait).toMatchObject({
    key: 'total_spent',
    sentence: 'the sum of “revenue” of “Order”',
    status: 'Preparing',
  })
  const condition = { type: 'trait', path: 'total_spent', compare: { operator: 'at_least', value: 50 } }
  await api.call('POST', `${SPACE}/audiences`, { name: 'Spent 50', definition: { condition } })
  await settle()
  now = hour(1)
  const ada = await addProfile(db, 'spa_test', 'ada', {}, { user_id: ['ada'] })
  await addEvent(db, 'spa_test', ada, 'Order', now, 'one more', { revenue: 25 })
  await addChange(db, 'spa_test', ada, 'one more', { events: ['Order'], at: now })
  await settle()
  expect((await api.call('GET', `${SPACE}/audiences/spent_50`)).body.data.audience.size.count).toBe(1)
  await api.call('PATCH', `${SPACE}/computed-traits/total_spent`, { enabled: false })
  const refused = await api.call('DELETE', `${SPACE}/computed-traits/total_spent`)
  expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('"spent_50"')])
  expect((await api.call('GET', `${SPACE}/computed-traits`)).body.data.computedTraits).toHaveLength(1)
})

it('AUD-15 lists who refers to an audience, and deletes one that is free', async () => {
  const references = await api.call('GET', `${SPACE}/audiences/big_spenders/audience-references`)
  expect(references.body.data.audiences).toMatchObject([{ key: 'explained' }])
  await api.call('PATCH', `${SPACE}/audiences/page_1`, { enabled: false })
  expect((await api.call('DELETE', `${SPACE}/audiences/page_1`)).body.data).toEqual({ status: 'SUCCESS' })
  expect((await api.call('GET', `${SPACE}/audiences/page_1`)).status).toBe(404)
  expect((await api.call('POST', `${SPACE}/audiences`, { name: 'Page 1', definition: buyers })).status, 'AUD-03').toBe(409)
  expect((await api.call('POST', `${SPACE}/audiences/big_spenders/runs`)).status).toBe(202)
})

it('describes the condition language in OpenAPI', async () => {
  const { body } = await api.call('GET', '/openapi.json')
  expect(Object.keys(body.components.schemas)).toEqual(expect.arrayContaining(['Condition', 'Audience', 'ComputedTrait']))
  expect(body.paths['/spaces/{space}/audiences/{id}/explain']).toBeDefined()
})

it('AUD-05 refuses identifier types that the space never saw, and names those it knows', async () => {
  const make = (filterByExternalIds: readonly string[], space = api) =>
    space.call('POST', `/spaces/${space.spaceId}/audiences`, {
      name: `Has ${filterByExternalIds.join(' or ')}`,
      definition: buyers,
      options: { filterByExternalIds },
    })
  const refused = await make(['email', 'nonsense', 'group_id'])
  expect(refused.status).toBe(422)
  expect(refused.body.error.problems.map(({ field }: { field: string }) => field)).toEqual([
    'options.filterByExternalIds.1',
    'options.filterByExternalIds.2',
  ])
  expect(refused.body.error.problems[0].remedy).toMatch(/user_id, anonymous_id, email, .*identity rules/)
  expect((await make(['email', 'android.idfa'])).status).toBe(201)
  const asked = { definition: buyers, options: { filterByExternalIds: ['email', 'nonsense', 'group_id'] } }
  for (const path of ['previews', 'has_email_or_android_idfa/overlap'])
    expect(await api.call('POST', `${SPACE}/audiences/${path}`, asked), path).toMatchObject({
      status: 422,
      body: { error: refused.body.error },
    })
  expect((await make(['loyalty_id'])).status).toBe(422)
  expect((await api.call('PATCH', `${SPACE}/identity-rules/loyalty_id`, { limit: 1 })).status).toBe(200)
  expect((await make(['loyalty_id'])).status, 'configured').toBe(201)
  expect((await make(['loyalty_id'], decoy)).status, 'elsewhere').toBe(422)
  const zoe = await addProfile(db, 'spa_test', 'zoe', {}, { club: ['c1'] })
  await sql`insert into profile_identifier (space_id, type, value, profile_id, created_at)
    values ('spa_test', 'club', 'c1', ${zoe}, ${now})`.execute(db)
  expect((await make(['club'])).status, 'somebody has one').toBe(201)
  expect((await make(['club'], decoy)).status, 'elsewhere').toBe(422)
})

it('AUD-05 refuses honourGroupId for people, when it is made and later', async () => {
  const options = { honourGroupId: true }
  const refused = await api.call('POST', `${SPACE}/audiences`, { name: 'Grouped', definition: buyers, options })
  expect([refused.status, refused.body.error.problems[0].field]).toEqual([422, 'options.honourGroupId'])
  const made = await api.call('POST', `${SPACE}/audiences`, { name: 'Ungrouped', definition: buyers })
  const later = await api.call('PATCH', `${SPACE}/audiences/${made.body.data.audience.id}`, { options })
  expect([later.status, later.body.error.problems[0].field]).toEqual([422, 'options.honourGroupId'])
  expect(
    (
      await api.call('POST', `${SPACE}/computed-traits`, {
        name: 'Orders',
        definition: { event: { name: 'Order' }, measure: { kind: 'count' } },
        options,
      })
    ).status,
  ).toBe(422)
})
