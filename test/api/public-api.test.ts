import { createRequire } from 'node:module'
import { beforeAll, expect, it } from 'vitest'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { addEvent, addProfile, hour, makePartitions } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { onProcessor } from '../support/processor.ts'
import { testApi } from '../support/server.ts'

// Segment's own client is CommonJS with generated exports, which an import cannot see by name.
const require = createRequire(import.meta.url)
const sdk: typeof import('@segment/public-api-sdk-typescript') = require('@segment/public-api-sdk-typescript')

const database = await freshDatabase()
const { db } = database
await makePartitions(db)
let now = hour(0)
const api = await testApi(database, 'spa_test', () => now)
const url = await api.server.listen({ host: '127.0.0.1', port: 0 })
const audiences = new sdk.AudiencesApi(url)
const traits = new sdk.ComputedTraitsApi(url)
for (const client of [audiences, traits]) client.accessToken = api.token

const SPACE = '/spaces/spa_test'
const QUERY = "event('Order').within(30 days).count() >= 2"
const FIELDS = ['id', 'spaceId', 'name', 'description', 'key', 'enabled', 'definition', 'status'] as const
const STAMPS = ['createdBy', 'updatedBy', 'createdAt', 'updatedAt'] as const

const settle = async (): Promise<void> => {
  await evaluateFullyDue(db, now)
  while ((await evaluateDue(db, now)).more);
}

type Refusal = { readonly statusCode: number; readonly body: { readonly errors: readonly object[] } }
const refusedBy = (call: Promise<unknown>): Promise<Refusal> =>
  call.then(
    () => {
      throw new Error('it was not refused')
    },
    (error: Refusal) => error,
  )

beforeAll(async () => {
  for (const [name, orders] of [
    ['ada', 2],
    ['bob', 1],
  ] as const) {
    const id = await addProfile(db, 'spa_test', name, {}, { user_id: [name] })
    for (let n = 0; n < orders; n++) await addEvent(db, 'spa_test', id, 'Order', hour(-n - 1), `${name} ${n}`, { revenue: 10 })
  }
  for (const n of [1, 2, 3]) {
    const made = await api.call('POST', `${SPACE}/audiences`, {
      name: `Repeat ${n}`,
      description: 'bought again',
      definition: { query: QUERY },
      audienceType: 'USERS',
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const trait = await api.call('POST', `${SPACE}/computed-traits`, {
      name: `Orders ${n}`,
      definition: { query: "event('Order').count()" },
    })
    expect(trait.status, JSON.stringify(trait.body)).toBe(201)
  }
  await settle()
})

it("AUD-01 AUD-09 Segment's client gets, lists, updates and removes audiences, with all fields of its models", async () => {
  const got = await audiences.getAudience('spa_test', 'repeat_1')
  const audience = got.body.data?.audience
  expect(audience).toBeInstanceOf(sdk.AudienceSummary)
  for (const field of [...FIELDS, ...STAMPS]) expect(audience?.[field], field).not.toBeUndefined()
  expect(audience).toMatchObject({ key: 'repeat_1', status: 'Live', enabled: true, definition: { query: QUERY, type: 'USERS' } })

  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await audiences.listAudiences('spa_test', { count: 2, ...(cursor === undefined ? {} : { cursor }) })
    const listed = page.body.data
    expect(listed?.pagination).toBeInstanceOf(sdk.PaginationOutput)
    expect(listed?.pagination.totalEntries).toBe(3)
    seen.push(...(listed?.audiences ?? []).map((each) => each.key))
    cursor = listed?.pagination.next ?? undefined
  } while (cursor)
  expect(seen.toSorted()).toEqual(['repeat_1', 'repeat_2', 'repeat_3'])

  const id = audience?.id ?? ''
  const refused = await refusedBy(audiences.removeAudienceFromSpace('spa_test', id))
  expect(refused, 'AUD-09').toMatchObject({ statusCode: 409, body: { errors: [{ type: 'enabled', status: 409 }] } })
  const updated = await audiences.updateAudienceForSpace('spa_test', id, { enabled: false })
  expect(updated.body.data?.audience).toMatchObject({ id, enabled: false, status: 'Disabled' })
  const removed = await audiences.removeAudienceFromSpace('spa_test', id)
  expect(removed.body.data?.status).toBe('SUCCESS')
  const gone = await refusedBy(audiences.getAudience('spa_test', id))
  expect(gone).toMatchObject({ statusCode: 404, body: { errors: [{ type: 'not_found', message: expect.any(String) }] } })
})

it("AUD-01 Segment's client gets, lists, updates and removes computed traits", async () => {
  const got = await traits.getComputedTrait('spa_test', 'orders_1')
  const trait = got.body.data?.computedTrait
  expect(trait).toBeInstanceOf(sdk.ComputedTraitSummary)
  for (const field of [...FIELDS, ...STAMPS]) expect(trait?.[field], field).not.toBeUndefined()
  expect(trait).toMatchObject({ key: 'orders_1', definition: { query: "event('Order').count()", type: 'USERS' } })
  const page = await traits.listComputedTraits('spa_test', { count: 2 })
  expect(page.body.data?.computedTraits).toHaveLength(2)
  const next = await traits.listComputedTraits('spa_test', { count: 2, cursor: page.body.data?.pagination.next ?? '' })
  expect(next.body.data?.computedTraits).toHaveLength(1)
  const id = trait?.id ?? ''
  expect((await refusedBy(traits.removeComputedTraitFromSpace('spa_test', id))).statusCode).toBe(409)
  await traits.updateComputedTraitForSpace('spa_test', id, { enabled: false })
  expect((await traits.removeComputedTraitFromSpace('spa_test', id)).body.data?.status).toBe('SUCCESS')
  expect((await refusedBy(traits.getComputedTrait('spa_test', id))).statusCode).toBe(404)
})

it('AUD-01 what the client lacks answers plain HTTP: create with every field, PATCH of each, what was read may be sent back', async () => {
  const made = await api.call('POST', `${SPACE}/audiences`, {
    name: 'Plain',
    enabled: false,
    description: 'by hand',
    definition: { query: QUERY },
    audienceType: 'USERS',
    options: { filterByExternalIds: ['user_id'], includeHistoricalData: true },
  })
  expect(made.body.data.audience).toMatchObject({
    spaceId: 'spa_test',
    name: 'Plain',
    description: 'by hand',
    key: 'plain',
    enabled: false,
    definition: { query: QUERY },
    status: 'Disabled',
    createdBy: 'test',
    updatedBy: 'test',
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    audienceType: 'USERS',
    computeCadence: { type: 'BATCH' },
    size: { count: 0, uniqueCount: 0, type: 'USERS' },
    options: { filterByExternalIds: ['user_id'], includeHistoricalData: true },
  })
  const { name, description, definition, options } = made.body.data.audience
  const back = await api.call('PATCH', `${SPACE}/audiences/plain`, { name, description, definition, options, enabled: true })
  expect(back.status, JSON.stringify(back.body)).toBe(200)
  expect(back.body.data.audience).toMatchObject({ definition, enabled: true })
  const other = await api.call('PATCH', `${SPACE}/audiences/plain`, {
    definition: { query: "event('Order').within(7 days).count() >= 3" },
  })
  expect(other.body.data.audience.definition).toMatchObject({ query: "event('Order').within(7 days).count() >= 3" })
})

it('AUD-01 finds by key, name and definition', async () => {
  const keys = async (search: string) =>
    (await api.call('GET', `${SPACE}/audiences?pagination.count=50&${search}`)).body.data.audiences
      .map((each: { key: string }) => each.key)
      .toSorted()
  expect(await keys('search.type=KEY&search.query=repeat')).toEqual(['repeat_2', 'repeat_3'])
  expect(await keys('search[type]=KEY&search[query]=epeat')).toEqual([])
  expect(await keys('search[type]=NAME&search[query]=r*t%202')).toEqual(['repeat_2'])
  expect(await keys("search[type]=DEFINITION&search[query]=event('Order')*>=%202")).toEqual(['repeat_2', 'repeat_3'])
  expect(await keys('search[type]=DEFINITION&search[query]=did%20%E2%80%9CORDER')).toContain('plain')
  expect((await api.call('GET', `${SPACE}/audiences?search=${'x'.repeat(256)}`)).status).toBe(422)
  expect((await api.call('GET', `${SPACE}/audiences?pagination[count]=201`)).status).toBe(422)
  const first = await api.call('GET', `${SPACE}/audiences?count=1`)
  const second = await api.call('GET', `${SPACE}/audiences?count=1&cursor=${first.body.data.pagination.next}`)
  expect(second.body.data.pagination).toMatchObject({ next: expect.any(String), previous: expect.any(String), totalEntries: 3 })
})

it('AUD-01 a search of many stars is answered as fast as any other', async () => {
  const search = `${SPACE}/audiences?search[type]=DEFINITION&search[query]=${'*e'.repeat(100)}*~`
  const { answer, ms } = await onProcessor(() => api.call('GET', search))
  expect(answer.body.data.audiences).toEqual([])
  expect(ms).toBeLessThan(5_000)
})

it('AUD-01 a cursor leads to the page it was given out with, and opens no other list', async () => {
  const page = async (path: string, cursor?: unknown) => {
    const answer = await api.call('GET', `${SPACE}/${path}?count=1${cursor === undefined ? '' : `&cursor=${cursor}`}`)
    return { status: answer.status, ...answer.body.data?.pagination, problems: answer.body.error?.problems }
  }
  for (const list of ['audiences', 'computed-traits', 'audiences/plain/members', 'audiences/plain/audience-references']) {
    const first = await page(list)
    expect(await page(list, first.current), list).toEqual(first)
  }
  const { next } = await page('audiences')
  const far = Buffer.from('["audience",9007199254740991]').toString('base64url')
  for (const cursor of ['zzz', '', far])
    expect(await page('audiences', cursor), cursor).toMatchObject({ status: 422, problems: [{ field: 'cursor' }] })
  for (const list of ['computed-traits', 'audiences/plain/members', 'audiences/plain/audience-references'])
    expect((await page(list, next)).status, list).toBe(422)
})

it("AUD-01 errors are Segment's: a list with type, message and field", async () => {
  const wrong = await api.call('POST', `${SPACE}/audiences`, { name: 'X', definition: { query: "event('Order'" } })
  expect(wrong).toMatchObject({
    status: 422,
    body: { errors: [{ type: 'input-validation', field: 'definition.query', message: expect.any(String), status: 422 }] },
  })
  const lacking = await api.call('POST', `${SPACE}/audiences`, { definition: { query: QUERY } })
  expect(lacking).toMatchObject({ status: 422, body: { errors: [{ type: 'input-validation', field: 'name' }] } })
  const torn = await api.server.inject({
    method: 'POST',
    url: `${SPACE}/audiences`,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
    payload: '{"name": ',
  })
  expect([torn.statusCode, torn.json().errors.length]).toEqual([400, 1])
  const nobody = await api.server.inject({ method: 'GET', url: `${SPACE}/audiences` })
  expect([nobody.statusCode, nobody.json().errors[0].type]).toEqual([401, 'authentication_error'])
  const segments = await api.server.inject({
    method: 'PATCH',
    url: `${SPACE}/audiences/plain`,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/vnd.segment.v1+json' },
    payload: JSON.stringify({ description: 'in Segment’s content type' }),
  })
  expect([segments.statusCode, segments.json().data.audience.description]).toEqual([200, 'in Segment’s content type'])
})

it('AUD-01 every error names the field as it was sent, and what to do', async () => {
  const errors = async (method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown) =>
    (await api.call(method, `${SPACE}/${path}`, body)).body.errors
  const definition = { query: QUERY, targetEntity: 'profile' }
  expect(await errors('POST', 'audiences', { definition, nmae: 'X', options: { days: 1 } })).toEqual(
    expect.arrayContaining([
      { type: 'input-validation', status: 422, field: 'name', message: 'is missing: give a text' },
      { type: 'input-validation', status: 422, field: 'nmae', message: 'is not known here: take it out' },
      { type: 'input-validation', status: 422, field: 'options.days', message: 'is not known here: take it out' },
      { type: 'input-validation', status: 422, field: 'definition.targetEntity', message: 'is not known here: take it out' },
    ]),
  )
  expect(await errors('POST', 'audiences')).toMatchObject([{ message: 'the body is nothing: give an object' }])
  expect(await errors('PATCH', 'audiences/plain', { enabled: 'yes' })).toMatchObject([
    { field: 'enabled', message: 'is a text: give true or false' },
  ])
  expect(await errors('PATCH', 'audiences/plain', { name: ' \n' })).toMatchObject([
    { field: 'name', message: expect.stringContaining('is blank') },
  ])
  expect(await errors('GET', 'audiences?pagination[count]=many')).toMatchObject([
    { field: 'pagination[count]', message: 'is no number: give a number' },
  ])
  expect(await errors('GET', 'audiences?pagination.count=0')).toMatchObject([{ field: 'pagination.count' }])
  expect(await errors('GET', 'audiences?search.type=KIND')).toMatchObject([{ field: 'search.type' }])
})

it('AUD-01 what cannot be read as JSON is refused with what to send instead', async () => {
  const send = async (type: string, payload: string) => {
    const headers = { authorization: `Bearer ${api.token}`, 'content-type': type }
    const answer = await api.server.inject({ method: 'POST', url: `${SPACE}/audiences`, headers, payload })
    return [answer.statusCode, answer.json().errors[0].type, answer.json().errors[0].message]
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])
    expect(await send(type, '{"name":"x"}')).toEqual([415, 'content_type', expect.stringContaining('application/json')])
  expect(await send('application/json', '{"name":')).toEqual([400, 'not_json', expect.any(String)])
  const deep = `${'{"type":"not","condition":'.repeat(20_000)}{}${'}'.repeat(20_000)}`
  expect(await send('application/json', `{"name":"x","definition":{"condition":${deep}}}`)).toEqual([
    422,
    'input-validation',
    expect.stringContaining('nested deeper'),
  ])
})

it('AUD-01 a key that no object may have is named, where it is', async () => {
  const send = async (path: string, payload: string) => {
    const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json; charset=utf-8' }
    const { statusCode, body } = await api.server.inject({ method: 'POST', url: `${SPACE}/${path}`, headers, payload })
    return [statusCode, JSON.parse(body)]
  }
  const tester = `sources/src_${api.spaceId}/test-call`
  const call = (properties: string): string => `{"call":{"type":"track","userId":"u","event":"E","properties":${properties}}}`
  const nested = (levels: number): string => `${'{"a":'.repeat(levels)}{}${'}'.repeat(levels)}`
  for (const [properties, field] of [
    ['{"list":[1,{"__proto__":{"x":1}}]}', 'call.properties.list.1.__proto__'],
    ['{"\\u005f_proto__":1}', 'call.properties.__proto__'],
    ['{"constructor":{"prototype":1}}', 'call.properties.constructor.prototype'],
    [`{"a":${nested(150_000)},"__proto__":1}`, 'call.properties.__proto__'],
    [`{"a":${nested(150_000).replace('{}', '{"__proto__":1}')}}`, 'body'],
  ] as const)
    expect(await send(tester, call(properties)), field).toEqual([
      422,
      {
        error: {
          code: 'forbidden_key',
          message: expect.stringContaining(field),
          problems: [{ field, message: expect.stringContaining('__proto__'), remedy: expect.stringContaining('leave it out') }],
        },
      },
    ])
  expect(await send('audiences', '{"name":"x","__proto__":1}')).toMatchObject([422, { errors: [{ field: '__proto__' }] }])
  expect((await send(tester, call('{"constructor":1,"prototype":2,"text":"__proto__"}')))[0]).toBe(200)
  expect(await send(tester, call('{"__proto__":'))).toMatchObject([400, { error: { code: 'not_json' } }])
  // Nor is what is nested beyond all reading a defect of ours.
  expect(await send(tester, call(nested(150_000)))).toMatchObject([422, { error: { code: 'nesting' } }])
})

it('AUD-02 AUD-05 neither key nor external ids change', async () => {
  const made = await api.call('POST', `${SPACE}/audiences`, { name: 'Big Spenders', definition: { query: QUERY } })
  expect(made.body.data.audience.key).toBe('big_spenders')
  expect((await api.call('PATCH', `${SPACE}/audiences/big_spenders`, { key: 'other' })).status).toBe(422)
  const options = { filterByExternalIds: ['user_id', 'anonymous_id'] }
  expect(await api.call('PATCH', `${SPACE}/audiences/big_spenders`, { options })).toMatchObject({
    status: 409,
    body: { errors: [{ type: 'external_ids' }] },
  })
})

it('AUD-03 a key is never used again, not across audiences, computed traits and journeys, not after deletion', async () => {
  const definition = { query: QUERY }
  const make = {
    audience: (key: string) => api.call('POST', `${SPACE}/audiences`, { name: key, key, definition }),
    trait: (key: string) =>
      api.call('POST', `${SPACE}/computed-traits`, { name: key, key, definition: { query: "event('O').count()" } }),
    journey: (key: string) =>
      api.call('POST', `${SPACE}/journeys`, {
        name: `${key} ${Math.random()}`,
        key,
        definition: { entry: { type: 'audience', audience: 'plain' }, start: 'a', steps: { a: { type: 'exit' } } },
      }),
  }
  const place = { audience: 'audiences', trait: 'computed-traits', journey: 'journeys' }
  const nouns = Object.keys(make) as (keyof typeof make)[]
  for (const first of nouns) {
    const key = `once_${first}`
    const made = await make[first](key)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    for (const state of ['live', 'deleted']) {
      for (const second of nouns) {
        const refused = await make[second](key)
        expect(refused.status, `${second} after a ${state} ${first}`).toBe(second === 'journey' ? 422 : 409)
        expect(refused.body.error.message).toContain(`"${key}" is or was`)
      }
      await api.call('PATCH', `${SPACE}/${place[first]}/${key}`, { enabled: false })
      await api.call('DELETE', `${SPACE}/${place[first]}/${key}`)
    }
    expect((await api.call('GET', `${SPACE}/${place[first]}/${key}`)).status).toBe(404)
  }
})

it('AUD-18 names are of any language; the key stays ASCII', async () => {
  const greek = await api.call('POST', `${SPACE}/audiences`, {
    name: 'Καλοί πελάτες 🎉',
    key: 'kaloi',
    definition: { query: QUERY },
  })
  expect(greek.body.data.audience).toMatchObject({ name: 'Καλοί πελάτες 🎉', key: 'kaloi' })
  const accents = await api.call('POST', `${SPACE}/audiences`, { name: 'Café Übergroß', definition: { query: QUERY } })
  expect(accents.body.data.audience.key).toMatch(/^[a-z0-9_]+$/)
  const letters = await api.call('POST', `${SPACE}/audiences`, { name: '顧客', definition: { query: QUERY } })
  expect(letters).toMatchObject({ status: 422, body: { errors: [{ field: 'key' }] } })
  expect((await api.call('POST', `${SPACE}/audiences`, { name: 'x', key: 'Κλειδί', definition: { query: QUERY } })).status).toBe(
    422,
  )
})

it('AUD-15 AUD-16 lists who refers to an audience or trait, sorted; refuses a cycle and names it', async () => {
  const make = (name: string, query: string) => api.call('POST', `${SPACE}/audiences`, { name, definition: { query } })
  await make('Base', QUERY)
  now = hour(1)
  const [second, first] = [
    await make('Zoe', "trait('base') = true"),
    await make('Abe', "trait('base') = true AND trait('orders_2') >= 1"),
  ]
  expect([second.status, first.status], JSON.stringify([second.body, first.body])).toEqual([201, 201])
  const referring = async (noun: string, id: string, sort: string) =>
    (await api.call('GET', `${SPACE}/${noun}/${id}/audience-references?sort=${sort}`)).body.data.audiences.map(
      (each: { key: string }) => each.key,
    )
  expect(await referring('audiences', 'base', 'NAME')).toEqual(['abe', 'zoe'])
  expect(await referring('computed-traits', 'orders_2', 'NAME')).toEqual(['abe'])
  const page = await api.call('GET', `${SPACE}/audiences/base/audience-references?count=1&sort=NAME`)
  expect(page.body.data).toMatchObject({ audiences: [{ key: 'abe', definition: {} }], pagination: { totalEntries: 2 } })
  const trait = await api.call('POST', `${SPACE}/computed-traits`, {
    name: 'Orders of base',
    definition: { query: "event('Order').where(trait('base') = true).count()" },
  })
  const condition = { type: 'audience', audience: 'base' }
  const split = { type: 'split', branches: [{ name: 'In', condition, next: null }], otherwise: { name: 'Out', next: null } }
  const entry = { type: 'event', event: 'Order', frequency: 'every_time' }
  const splits = { entry, start: 'split', steps: { split } }
  const journey = await api.call('POST', `${SPACE}/journeys`, { name: 'Splits', definition: splits })
  expect([trait.status, journey.status], JSON.stringify([trait.body, journey.body])).toEqual([201, 201])
  const used = await api.call('GET', `${SPACE}/audiences/base/audience-references?count=1`)
  expect(used.body.data.usedBy, 'whatever uses it, on every page').toMatchObject([
    { kind: 'audience', key: 'abe', name: 'Abe' },
    { kind: 'audience', key: 'zoe', name: 'Zoe' },
    { kind: 'computed_trait', key: 'orders_of_base', name: 'Orders of base' },
    { kind: 'journey', id: journey.body.data.journey.id, name: 'Splits' },
  ])
  const plan = await api.call('GET', `${SPACE}/audiences/base/plan`)
  expect(plan.body.data.referencedBy).toMatchObject({
    audiences: [{ key: 'abe' }, { key: 'zoe' }],
    computedTraits: [{ key: 'orders_of_base' }],
    journeys: [{ name: 'Splits' }],
  })
  await api.call('PATCH', `${SPACE}/audiences/base`, { enabled: false })
  const kept = await api.call('DELETE', `${SPACE}/audiences/base`)
  for (const name of ['zoe', 'abe', 'orders_of_base', 'Splits']) expect(JSON.stringify(kept.body)).toContain(name)
  await api.call('PATCH', `${SPACE}/audiences/base`, { enabled: true })
  const cycle = await api.call('PATCH', `${SPACE}/audiences/base`, { definition: { query: "trait('zoe') = true" } })
  expect(cycle.status).toBe(422)
  expect(cycle.body.errors[0].message).toContain('base → zoe → base')
})
