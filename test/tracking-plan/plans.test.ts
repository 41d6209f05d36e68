import { expect, it } from 'vitest'
import { onProcessor } from '../support/processor.ts'
import { planned, trackRule, traitsRule } from './support/planned.ts'

const { api, S, source, plan, connect, connected } = await planned()
const other = '/spaces/spa_test/tracking-plans'
const rulesOf = async (id: string) => (await api.call('GET', `${other}/${id}/rules`)).body.data.rules

it('PRO-01 a plan is made and read: its id, type and both timestamps; renamed, listed by type, deleted', async () => {
  const made = await api.call('POST', `${S}/tracking-plans`, { name: 'Web Shop', type: 'LIVE', description: 'd' })
  const { id } = made.body.data.trackingPlan
  const read = await api.call('GET', `${S}/tracking-plans/${id}`)
  expect(read.body.data.trackingPlan).toMatchObject({
    id: expect.stringMatching(/^tp_/),
    type: 'LIVE',
    slug: 'web-shop',
    createdAt: '2026-03-10T12:00:00.000Z',
    updatedAt: '2026-03-10T12:00:00.000Z',
  })
  expect((await api.call('PATCH', `${S}/tracking-plans/${id}`, { name: 'Shop' })).body.data.trackingPlan).toMatchObject({
    name: 'Shop',
    description: 'd',
  })
  const ids = async (type: string) =>
    (await api.call('GET', `${S}/tracking-plans?type=${type}`)).body.data.trackingPlans.map((one: { id: string }) => one.id)
  expect([(await ids('LIVE')).includes(id), (await ids('RULE_LIBRARY')).includes(id)]).toEqual([true, false])
  expect((await api.call('DELETE', `${S}/tracking-plans/${id}`)).status).toBe(200)
  expect((await api.call('GET', `${S}/tracking-plans/${id}`)).status).toBe(404)
})

it('PRO-01 plans of the same name that are made at once have slugs of their own', async () => {
  const made = await Promise.all(Array.from({ length: 4 }, () => api.call('POST', `${S}/tracking-plans`, { name: 'At once' })))
  expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  const slugs = made.map(({ body }) => body.data.trackingPlan.slug)
  expect(slugs.filter((slug) => slug === 'at-once')).toHaveLength(1)
  expect(new Set(slugs).size).toBe(4)
})

it('PRO-02 two versions of one key live side by side', async () => {
  const id = await plan([trackRule('Order', { total: { type: 'number' } })])
  await api.call('PATCH', `${other}/${id}/rules`, {
    rules: [{ ...trackRule('Order', { total: { type: 'string' } }), version: 2 }],
  })
  expect((await rulesOf(id)).map(({ key, version }: { key: string; version: number }) => [key, version])).toEqual([
    ['Order', 1],
    ['Order', 2],
  ])
  const gone = await api.call('DELETE', `${other}/${id}/rules`, { rules: [{ type: 'TRACK', key: 'Order', version: 1 }] })
  expect([gone.status, (await rulesOf(id)).map(({ version }: { version: number }) => version)]).toEqual([200, [2]])
})

it('PRO-03 `newKey` takes the old name away, and PUT of one rule leaves one', async () => {
  const id = await plan([trackRule('Old', {}), trackRule('Other', {})])
  await api.call('PATCH', `${other}/${id}/rules`, { rules: [{ ...trackRule('Old', { a: {} }), newKey: 'New' }] })
  expect((await rulesOf(id)).map(({ key }: { key: string }) => key)).toEqual(['New', 'Other'])
  await api.call('PUT', `${other}/${id}/rules`, { rules: [trackRule('Only', {})] })
  expect((await rulesOf(id)).map(({ key }: { key: string }) => key)).toEqual(['Only'])
})

it('PRO-04 201 rules in one call are refused with Segment’s words; 200 are taken', async () => {
  const id = await plan([])
  const rules = Array.from({ length: 201 }, (_, n) => trackRule(`E ${n}`, {}))
  const answer = await api.call('PATCH', `${other}/${id}/rules`, { rules })
  expect([answer.status, answer.body.error.message]).toEqual([422, 'rules: rules must contain less than or equal to 200 items'])
  expect((await api.call('PATCH', `${other}/${id}/rules`, { rules: rules.slice(1) })).body.data.changes).toHaveLength(200)
})

it('PRO-04 a schema that cannot be asked is refused when it is saved, with the rule that holds it', async () => {
  const id = await plan([])
  const bad = async (property: object) =>
    api.call('PATCH', `${other}/${id}/rules`, { rules: [trackRule('A', {}), trackRule('B', { p: property })] })
  for (const property of [{ type: 'strin' }, { pattern: '(' }, { $ref: 'http://example.com/x.json' }]) {
    const answer = await bad(property)
    expect([answer.status, answer.body.error.problems[0].field]).toEqual([422, 'rules.1.jsonSchema'])
  }
  const look = await bad({ type: 'string', pattern: '^(?!x)' })
  expect(look.body.error.problems[0].remedy).toContain('without look-around')
  const endless = await api.call('PATCH', `${other}/${id}/rules`, {
    rules: [{ type: 'TRACK', key: 'A', version: 1, jsonSchema: { allOf: [{ $ref: '#' }] } }],
  })
  expect([endless.status, endless.body.error.problems[0].field]).toEqual([422, 'rules.0.jsonSchema'])
  expect((await rulesOf(id)).length).toBe(0)
  expect((await api.call('PATCH', `${other}/${id}/rules`, { rules: [{ ...trackRule('', {}) }] })).status).toBe(422)
})

// Each refers twice to the one before.
const doubling = (times: number) =>
  Object.fromEntries(
    Array.from({ length: times + 1 }, (_, n) => {
      const before = { $ref: `#/definitions/d${n - 1}` }
      return [`d${n}`, n === 0 ? { required: ['x'] } : { allOf: [before, before] }]
    }),
  )

it('PRO-04 a schema whose references double what is asked of one value is refused when it is saved, and one that is merely large is not', async () => {
  const id = await plan([])
  const save = (jsonSchema: object) =>
    api.call('PATCH', `${other}/${id}/rules`, { rules: [{ type: 'TRACK', key: 'A', version: 1, jsonSchema }] })
  const within = (times: number) => ({
    definitions: doubling(times),
    properties: { properties: { properties: { p: { $ref: `#/definitions/d${times}` } } } },
  })
  const tree = { $ref: '#/definitions/tree' }
  const twice = { properties: { child: { allOf: [tree, tree] } } }
  const growing = { definitions: { tree: twice }, properties: { properties: tree } }
  for (const schema of [within(9), within(25), within(400), growing]) {
    const { answer, ms } = await onProcessor(() => save(schema))
    expect(ms).toBeLessThan(2_000)
    expect([answer.status, answer.body.error.problems]).toEqual([
      422,
      [
        {
          field: 'rules.0.jsonSchema',
          message: expect.stringContaining('more than 1,000 schemas of one value'),
          remedy: expect.stringContaining('refer to each definition once'),
        },
      ],
    ])
  }
  expect((await save(within(5))).status).toBe(200)
  const once = { properties: { child: tree, sibling: tree, children: { items: tree } } }
  expect((await save({ definitions: { tree: once }, properties: { properties: tree } })).status).toBe(200)
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`p${n}`, { $ref: '#/definitions/d3' }]))
  expect((await save({ definitions: doubling(3), properties: { properties: { properties: many } } })).status).toBe(200)
})

it('PRO-05 a second plan for a source is a 409 that names the first; the same again is no mistake; disconnected, it may have another', async () => {
  const { id } = await source()
  const [first, second] = [await plan([], 'First'), await plan([], 'Second')]
  expect((await connect(first, id)).status).toBe(200)
  expect((await connect(first, id)).status).toBe(200)
  const refused = await connect(second, id)
  expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining(`"First" (${first})`)])
  const listed = await api.call('GET', `${other}/${first}/sources`)
  expect(listed.body.data.sources).toEqual([expect.objectContaining({ id, connectedBy: 'test' })])
  expect((await api.call('DELETE', `${other}/${first}/sources?sourceId=${id}`)).status).toBe(200)
  expect((await api.call('DELETE', `${other}/${first}/sources?sourceId=${id}`)).status).toBe(404)
  expect((await connect(second, id)).status).toBe(200)
  expect((await connect(second, 'src_no')).status).toBe(404)
  expect((await connect('tp_no', id)).status).toBe(404)
})

it('PRO-08 every edit leaves a row with its author; writing what is there already leaves none', async () => {
  const rules = [trackRule('A', { n: { type: 'number' } }), traitsRule('IDENTIFY', { email: { type: 'string' } })]
  const id = await plan(rules)
  const again = await api.call('PUT', `${other}/${id}/rules`, { rules })
  expect(again.body.data.changes).toEqual([])
  const edited = await api.call('PATCH', `${other}/${id}/rules`, { rules: [trackRule('A', { n: { type: 'string' } })] })
  expect(edited.body.data.changes).toEqual([{ action: 'changed', subject: 'TRACK A' }])
  const { changes } = (await api.call('GET', `${other}/${id}/changes`)).body.data
  expect(
    changes.map(({ action, subject, changedBy }: Record<string, string>) => `${changedBy} ${action} ${subject}`).toSorted(),
  ).toEqual(['test changed TRACK A', 'test created IDENTIFY', 'test created TRACK A', 'test created the plan'])
})

it('PRO-06 before a source is connected, what it sent in the last 7 days is shown, planned or not', async () => {
  const sending = await connected([])
  for (const event of ['Known', 'Known', 'Unknown']) await sending.send({ event })
  await sending.send({ type: 'identify' })
  const id = await plan([trackRule('Known', {})])
  const { events } = (await api.call('GET', `${other}/${id}/consequences?sourceId=${sending.id}`)).body.data
  expect(events).toEqual([
    { type: 'track', name: 'Known', count: 2, planned: true },
    { type: 'track', name: 'Unknown', count: 1, planned: false },
    { type: 'identify', name: 'identify', count: 1, planned: false },
  ])
})

it('PRO-31 a source that is not there, and what is no call, are refused in place of looking planned', async () => {
  const id = await plan([])
  const asked = async (method: 'GET' | 'POST', path: string, body?: object) => {
    const answer = await api.call(method, path, body)
    return [answer.status, answer.body.error?.message]
  }
  const nowhere = [404, 'There is no source "nowhere" in this space.']
  expect(await asked('GET', `${other}/${id}/consequences?sourceId=nowhere`)).toEqual(nowhere)
  expect(await asked('GET', `${S}/sources/nowhere/settings`)).toEqual(nowhere)
  const call = { type: 'track', event: 'A' }
  expect(await asked('POST', `${other}/${id}/validations`, { call, sourceId: 'nowhere' })).toEqual(nowhere)
  expect(await asked('POST', `${other}/${id}/validations`, { call })).toEqual([200, undefined])
  for (const [type, message] of [
    [undefined, 'call.type: is missing'],
    ['Track', 'call.type: is none of the six calls'],
  ])
    expect(await asked('POST', `${other}/${id}/validations`, { call: { ...call, type } })).toEqual([422, message])
})
