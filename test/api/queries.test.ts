import { expect, it } from 'vitest'
import { addEvent, addProfile, did, hour, makePartitions, not } from '../audience/support/world.ts'
import { freshDatabase } from '../support/database.ts'
import { testApi } from '../support/server.ts'

const database = await freshDatabase()
await makePartitions(database.db)
const api = await testApi(database, 'spa_test', () => hour(0))
const SPACE = '/spaces/spa_test'
for (const name of ['ada', 'bob']) {
  const id = await addProfile(database.db, 'spa_test', name, { plan: name === 'ada' ? 'pro' : 'free' })
  await addEvent(database.db, 'spa_test', id, 'Order', hour(-1), `order of ${name}`, { revenue: 30 })
}

const QUERY = "event('Order').within(30 days).count() >= 1 AND trait('plan') = 'pro'"
const CONDITION = {
  type: 'and',
  conditions: [
    did('Order', undefined, { within: '30 days' }),
    { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } },
  ],
}
const send = (definition: object, name = 'Pro buyers') => api.call('POST', `${SPACE}/audiences`, { name, definition })

it('an audience is made from a query, and answers both its condition and its query', async () => {
  const made = await send({ query: "event('Order').within(30 day).count().at_least(1)  AND  (trait('plan') == 'pro')" })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  expect(made.body.data.audience.definition).toEqual({ condition: CONDITION, query: QUERY, type: 'USERS' })
  const byCondition = await send({ condition: CONDITION }, 'By condition')
  expect(byCondition.body.data.audience.definition).toEqual({ condition: CONDITION, query: QUERY, type: 'USERS' })
  const list = await api.call('GET', `${SPACE}/audiences?search=buyers`)
  expect(list.body.data.audiences).toMatchObject([{ definition: { condition: CONDITION, query: QUERY } }])
})

it('a query changes an audience; what was read may be sent back whole', async () => {
  const query = "event('Order').within(7 days).count() >= 1 AND NOT trait('by_condition') = true"
  const changed = await api.call('PATCH', `${SPACE}/audiences/pro_buyers`, { definition: { query } })
  const conditions = [did('Order', undefined, { within: '7 days' }), not({ type: 'audience', audience: 'by_condition' })]
  const condition = { type: 'and', conditions }
  expect(changed.body.data.audience).toMatchObject({
    definition: { condition, query },
    sentence: expect.stringContaining('is not part of “by_condition”'),
  })
  const { definition } = changed.body.data.audience
  expect((await api.call('PATCH', `${SPACE}/audiences/pro_buyers`, { definition })).status).toBe(200)
  const both = await api.call('PATCH', `${SPACE}/audiences/pro_buyers`, { definition: { ...definition, query: QUERY } })
  expect(both.status).toBe(422)
  expect(both.body.error.problems).toMatchObject([{ field: 'definition.query', remedy: expect.stringContaining('only the one') }])
})

it('PRE-01 previews a query', async () => {
  const { body } = await api.call('POST', `${SPACE}/audiences/previews`, { definition: { query: QUERY } })
  expect(body.data.audiencePreview).toMatchObject({ size: { count: 1 }, definition: { condition: CONDITION, query: QUERY } })
})

it('says where a query is wrong, and refuses what JSON would be refused for', async () => {
  const wrong = await send({ query: "trait('plan') >" })
  expect(wrong.status).toBe(422)
  expect(wrong.body.error).toMatchObject({ code: 'query', problems: [{ field: 'definition.query', line: 1, column: 16 }] })
  expect(wrong.body.error.message).toContain("\n  trait('plan') >\n                 ^")
  expect((await send({ query: "trait('x') = 1 OR ".repeat(60).concat("trait('x') = 1") }, 'Many')).body.error.code).toBe(
    'definition',
  )
  expect((await send({ query: "trait('x') = '\0'" }, 'Nul')).status).toBe(422)
  expect((await send({ query: 'x'.repeat(20_001) })).status).toBe(422)
  expect((await send({})).status).toBe(422)
  expect((await send({ query: 5 })).status).toBe(422)
  const own = await api.call('PATCH', `${SPACE}/audiences/by_condition`, { definition: { query: "trait('pro_buyers') = true" } })
  expect([own.status, own.body.error.code]).toEqual([422, 'audience_cycle'])
})

it('what is read and means something impossible is pointed at in the query, too', async () => {
  const query = "trait('plan') = 'pro' AND\n  event('Order').where(property('a') = property(parent: 'a')).count() >= 1"
  const wrong = await send({ query }, 'No parent')
  expect(wrong.status).toBe(422)
  expect(wrong.body.error).toMatchObject({
    code: 'definition',
    problems: [
      {
        field: 'definition.condition.conditions.1.event.where.compare',
        line: 2,
        column: 40,
        remedy: 'only an event inside the `where` of another has one',
      },
    ],
  })
  const [{ message }] = wrong.body.error.problems
  expect(message.split('\n')).toEqual([
    'line 2, column 40: there is no event around this one',
    "  …Order').where(property('a') = property(parent: 'a')).count()…",
    '                                 ^',
  ])
  const long = "trait('plan') = 'pro' OR event('Order').within(40000 days).count() > 0"
  const at = { line: 1, column: 41, field: 'definition.condition.conditions.1.event.within' }
  for (const [method, path, body] of [
    ['POST', 'audiences/previews', {}],
    ['PATCH', 'audiences/pro_buyers', {}],
    ['POST', 'audiences/pro_buyers/edit-previews', {}],
    ['POST', 'audiences/pro_buyers/overlap', {}],
  ] as const) {
    const { status, body: said } = await api.call(method, `${SPACE}/${path}`, { ...body, definition: { query: long } })
    expect([path, status, said.error?.problems]).toMatchObject([path, 422, [at]])
  }
  const json = await send({ condition: did('Order', undefined, { within: '40000 days' }) }, 'Long')
  expect(json.body.error.problems[0].line).toBeUndefined()
})

it('so is what a computed trait cannot be, and a definition of a case', async () => {
  const query = "event('Order')\n.expires_after(91 days).count()"
  const definition = { query }
  for (const path of ['computed-traits', 'computed-traits/previews']) {
    const { status, body } = await api.call(
      'POST',
      `${SPACE}/${path}`,
      path.endsWith('s/previews') ? { definition } : { name: 'Session', definition },
    )
    expect([path, status, body.error?.problems]).toMatchObject([
      path,
      422,
      [{ field: 'definition.event.expiresAfter', line: 2, column: 2 }],
    ])
  }
  const audiences = [{ key: 'vip', query: "NOT\n trait('vip') = property('x')" }]
  const cases = [{ name: 'one', audience: 'vip', at: hour(0).toISOString(), calls: [], in: [] }]
  const said = await api.call('POST', `${SPACE}/audience-cases`, { audiences, cases })
  expect(said.body.error.problems).toMatchObject([
    { field: 'audiences.vip.definition.condition.condition.compare', line: 2, column: 17 },
  ])
})

it('a computed trait is made, read and changed as a query', async () => {
  const path = `${SPACE}/computed-traits`
  const made = await api.call('POST', path, { name: 'Spent', definition: { query: "event('Order').sum('revenue')" } })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const definition = {
    event: { name: 'Order' },
    measure: { kind: 'sum', property: 'revenue' },
    query: "event('Order').sum(property('revenue'))",
    type: 'USERS',
  }
  expect(made.body.data.computedTrait.definition).toEqual(definition)
  expect((await api.call('PATCH', `${path}/spent`, { definition })).status).toBe(200)
  const query = "event('Order').count()"
  const changed = await api.call('PATCH', `${path}/spent`, { definition: { query } })
  expect(changed.body.data.computedTrait.definition).toMatchObject({
    event: { name: 'Order' },
    measure: { kind: 'count' },
    query,
  })
  expect((await api.call('PATCH', `${path}/spent`, { definition: { event: { name: 'Order' } } })).status).toBe(422)
  expect((await api.call('PATCH', `${path}/spent`, { definition: { ...definition, query } })).status).toBe(422)
})

it('describes the query in OpenAPI', async () => {
  const { body } = await api.call('GET', '/openapi.json')
  const schema = body.paths['/spaces/{space}/audiences'].post.requestBody.content['application/json'].schema
  expect(schema.properties.definition.properties.query.description).toContain('query language')
  expect(schema.properties.definition.properties.condition).toMatchObject({ $ref: expect.stringContaining('Condition') })
})
