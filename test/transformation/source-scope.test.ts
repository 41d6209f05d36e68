import { expect, it } from 'vitest'
import { did } from '../audience/support/world.ts'
import { basic, post } from '../support/calls.ts'
import { transforming } from './support.ts'

const { api, decoy, S, source } = await transforming()
const problems = (answer: { body: { error: { problems: readonly { field: string; message: string }[] } } }) =>
  answer.body.error.problems.map(({ field, message }) => `${field} ${message}`)
const people = async (name: string) =>
  (await api.call('POST', `${S}/audiences/previews`, { definition: { condition: did(name) } })).body.data.audiencePreview.size
    .count

it('PRO-26 a renamed event is known by its new name to everything behind the source: events, people, audiences, the builder’s catalogue', async () => {
  const { id, send, make } = await source()
  const made = await make({ if: "event = 'order_completed'", newEventName: 'Order Completed' })
  expect([made.status, made.body.data.transformation.id]).toEqual([201, expect.stringMatching(/^trn_/)])
  const { result, stored } = await send({ type: 'track', event: 'order_completed', properties: { total: 1 } })
  expect([result.status, stored?.['name'], stored?.['properties']]).toEqual(['stored', 'Order Completed', { total: 1 }])
  expect([await people('Order Completed'), await people('order_completed')]).toEqual([1, 0])
  const catalog = JSON.stringify((await api.call('GET', `${S}/catalog`)).body)
  expect([catalog.includes('Order Completed'), catalog.includes('order_completed')]).toEqual([true, false])
  const timeline = await api.call('GET', `${S}/profiles/${stored?.['profile_id']}/timeline`)
  expect(JSON.stringify(timeline.body)).toContain('Order Completed')
  const { entries } = (await api.call('GET', `${S}/sources/${id}/schema`)).body.data
  expect(entries.map(({ name }: { name: string }) => name)).toEqual(['Order Completed'])
  // Not retroactive, only of this source, only of this space, and only while it is on.
  expect((await (await source()).send({ type: 'track', event: 'order_completed' })).stored?.['name']).toBe('order_completed')
  await post(decoy.server, '/v1/track', { userId: 'u', event: 'order_completed', messageId: 'd' }, basic(decoy.writeKey))
  expect((await decoy.call('GET', '/spaces/spa_decoy/transformations')).body.data.transformations).toEqual([])
  await api.call('PATCH', `${S}/transformations/${made.body.data.transformation.id}`, { enabled: false })
  expect((await send({ type: 'track', event: 'order_completed' })).stored?.['name']).toBe('order_completed')
})

it('PRO-26 plans and filters at the source ask the name that was sent; what they let through is renamed', async () => {
  const { id, send, make } = await source()
  await make({ if: "event = 'old'", newEventName: 'New', propertyRenames: [{ oldName: 'a', newName: 'b' }] })
  const { body } = await api.call('POST', `${S}/tracking-plans`, { name: 'P' })
  const plan = body.data.trackingPlan.id
  const jsonSchema = { properties: { properties: { type: 'object', properties: { a: { type: 'number' } } } } }
  await api.call('PUT', `${S}/tracking-plans/${plan}/rules`, { rules: [{ type: 'TRACK', key: 'old', jsonSchema }] })
  await api.call('POST', `${S}/tracking-plans/${plan}/sources`, { sourceId: id })
  await api.call('PATCH', `${S}/sources/${id}/settings`, {
    track: { allowUnplannedEvents: false, allowUnplannedEventProperties: false },
  })
  const { stored } = await send({ type: 'track', event: 'old', properties: { a: 1, extra: 2 } })
  expect([stored?.['name'], stored?.['properties']]).toEqual(['New', { b: 1 }])
  expect((await send({ type: 'track', event: 'New' })).result.code).toBe('unplanned')
  const { entries } = (await api.call('GET', `${S}/sources/${id}/schema`)).body.data
  expect(entries.find(({ name, allowed }: { name: string; allowed: number }) => name === 'New' && allowed > 0)?.planned).toBe(
    true,
  )
})

it('what a source hides before anything is stored is not in the catalogue, and a switch is asked of the name that was sent and of the one that is stored', async () => {
  const { id, send, make } = await source()
  await make({
    if: "event = 'hidden'",
    newEventName: 'Hidden',
    hashPropertiesConfiguration: { algorithm: 'sha256', encoding: 'hex', paths: ['properties.email'] },
  })
  await send({ type: 'track', event: 'hidden', properties: { email: 'grace@example.com' } })
  expect(JSON.stringify((await api.call('GET', `${S}/catalog`)).body)).not.toContain('grace@example.com')
  for (const name of ['hidden', 'Hidden']) {
    await api.call('PATCH', `${S}/sources/${id}/switches`, { type: 'track', name, enabled: false })
    expect((await send({ type: 'track', event: 'hidden' })).result.code, name).toBe('event_setting')
    await api.call('PATCH', `${S}/sources/${id}/switches`, { type: 'track', name, enabled: true })
  }
  expect((await send({ type: 'track', event: 'hidden' })).result.status).toBe('stored')
})

it('PRO-28 `order.id` becomes `order_id`; five levels or `.$.` are refused', async () => {
  const { send, make } = await source()
  const refused = await make({
    if: "event = 'Deep'",
    propertyRenames: [
      { oldName: 'a.b.c.d.e', newName: 'x' },
      { oldName: 'products.$.id', newName: 'y' },
      { oldName: 'z', newName: 'a..b' },
    ],
  })
  expect([refused.status, problems(refused)]).toEqual([
    422,
    [
      'propertyRenames.0.oldName "a.b.c.d.e" is 5 levels deep, and at most 4 are looked into',
      'propertyRenames.1.oldName "products.$.id" leads into an array: what lies in arrays cannot be changed',
      'propertyRenames.2.newName "a..b" has an empty name in it',
    ],
  ])
  const renames = {
    'order.id': 'order_id',
    'a.b.c.d': 'a.b.deep',
    'dotted\\.name': 'plain',
    gone: 'nowhere',
    text: 'name.inside',
  }
  await make({
    if: "event = 'Deep'",
    propertyRenames: Object.entries(renames).map(([oldName, newName]) => ({ oldName, newName })),
  })
  const properties = { order: { id: 7, kept: 1 }, a: { b: { c: { d: 4 } } }, 'dotted.name': 5, text: 't', name: 'no object' }
  expect((await send({ type: 'track', event: 'Deep', properties })).stored?.['properties']).toEqual({
    order: { kept: 1 },
    order_id: 7,
    a: { b: { c: {}, deep: 4 } },
    plain: 5,
    text: 't',
    name: 'no object',
  })
  await make({ if: "type = 'identify'", propertyRenames: [{ oldName: 'address.zip', newName: 'zip' }] })
  await send({ type: 'identify', userId: 'zoe', traits: { address: { zip: '10115' } } })
  const { body } = await api.call('GET', `${S}/profiles?search=zoe`)
  const traits = (await api.call('GET', `${S}/profiles/${body.data.profiles[0].id}`)).body.data
  expect(JSON.stringify(traits)).toContain('"zip":"10115"')
})

it('PRO-30 a second transformation for the same source, type, event and destination is a 409 that names the first', async () => {
  const { id, make } = await source()
  const first = await make({ if: "event='X'", newEventName: 'Y', name: 'First' })
  const second = await make({ if: 'event = "X"', drop: true })
  expect([second.status, second.body.error.message]).toEqual([
    409,
    `There is a transformation for event = "X" at this source already: "First" (${first.body.data.transformation.id}). Change or delete that one.`,
  ])
  expect((await make({ if: "event = 'X'", drop: true, destinationMetadataId: 'actions-webhook' })).status).toBe(201)
  expect((await make({ if: "event = 'X'", drop: true, destinationMetadataId: 'actions-webhook' })).status).toBe(409)
  expect((await make({ if: "event = 'X'", drop: true, destinationMetadataId: 'actions-customerio' })).status).toBe(201)
  expect((await make({ if: "type = 'identify'", drop: true })).status).toBe(201)
  expect((await make({ if: "type = 'group'", drop: true })).status).toBe(201)
  const other = await source()
  expect((await other.make({ if: "event = 'X'", drop: true })).status).toBe(201)
  await api.call('DELETE', `${S}/transformations/${first.body.data.transformation.id}`)
  expect((await make({ if: "event = 'X'", drop: true })).status).toBe(201)
  const { transformations } = (await api.call('GET', `${S}/transformations?sourceId=${id}`)).body.data
  expect(transformations.length).toBe(5)
})

it('afterwards only the label, the switch and the new names change', async () => {
  const { make, send } = await source()
  const made = await make({ if: "event = 'E'", newEventName: 'F', propertyRenames: [{ oldName: 'a', newName: 'b' }] })
  const path = `${S}/transformations/${made.body.data.transformation.id}`
  const change = { name: 'Label', newEventName: 'G', propertyRenames: [{ oldName: 'a', newName: 'c' }] }
  expect((await api.call('PATCH', path, change)).body.data.transformation).toMatchObject(change)
  expect((await send({ type: 'track', event: 'E', properties: { a: 1 } })).stored).toMatchObject({
    name: 'G',
    properties: { c: 1 },
  })
  for (const fixed of [
    { if: "event = 'Z'" },
    { drop: true },
    { propertyRenames: [{ oldName: 'other', newName: 'c' }] },
    { allowProperties: ['a'] },
  ]) {
    const { status, body } = await api.call('PATCH', path, fixed)
    expect([status, JSON.stringify(body)], JSON.stringify(fixed)).toEqual([422, expect.stringContaining('make another')])
  }
})

it('what speaks of one path twice, of what a call is, or of nothing, is refused with the field', async () => {
  const { make } = await source()
  const value = (...propertyPaths: readonly string[]) => ({ propertyPaths, propertyValue: 1 })
  const cases: readonly (readonly [object, string])[] = [
    [{ if: "event = 'A'" }, 'does nothing'],
    [{ if: "event = 'A' and userId = 'x'", drop: true }, 'is none of what'],
    [{ if: "type = 'page'", drop: true }, 'is none of what'],
    [{ if: "type = 'identify'", newEventName: 'B' }, 'is of track calls only'],
    [
      {
        if: "event = 'A'",
        propertyRenames: [
          { oldName: 'a', newName: 'b' },
          { oldName: 'b', newName: 'c' },
        ],
      },
      'names "b" twice',
    ],
    [
      { if: "event = 'A'", propertyValueTransformations: [value('properties.a'), value('properties.a')] },
      'gives "properties.a" a value twice',
    ],
    [
      {
        if: "event = 'A'",
        propertyRenames: [{ oldName: 'a', newName: 'b' }],
        propertyValueTransformations: [value('properties.b')],
      },
      'which is renamed',
    ],
    [{ if: "event = 'A'", propertyValueTransformations: [value('userId')] }, 'is what makes the call what it is'],
    [{ if: "event = 'A'", propertyValueTransformations: [value('other.a')] }, 'begins with "other"'],
    [
      { if: "event = 'A'", propertyValueTransformations: [value(...Array.from({ length: 11 }, (_, n) => `properties.p${n}`))] },
      'propertyPaths',
    ],
    [
      {
        if: "event = 'A'",
        propertyRenames: [{ oldName: 'a', newName: 'b' }],
        fqlDefinedProperties: [{ fql: 'lowercase(properties.c)', propertyName: 'properties.d' }],
      },
      'stands beside renames or values',
    ],
    [
      { if: "event = 'A'", fqlDefinedProperties: [{ fql: 'length(properties.c)', propertyName: 'properties.d' }] },
      'is neither a field nor',
    ],
    [
      { if: "event = 'A'", hashPropertiesConfiguration: { algorithm: 'crc', encoding: 'hex', paths: ['properties.a'] } },
      'algorithm',
    ],
  ]
  for (const [body, message] of cases) {
    const answer = await make(body)
    expect([answer.status, JSON.stringify(answer.body)], JSON.stringify(body)).toEqual([
      422,
      expect.stringContaining(JSON.stringify(message).slice(1, -1)),
    ])
  }
  expect(
    (await api.call('POST', `${S}/transformations`, { name: 'T', sourceId: 'src_no', if: "event = 'A'", drop: true })).status,
  ).toBe(404)
})

it('the source’s debugger shows what a transformation did, and what the plan left out before it', async () => {
  const { id, send, make } = await source()
  await make({
    name: 'Tidy',
    if: "event = 'signup'",
    newEventName: 'Signed Up',
    propertyRenames: [{ oldName: 'mail', newName: 'email' }],
    hashPropertiesConfiguration: { algorithm: 'sha256', encoding: 'hex', paths: ['properties.email', 'properties.absent'] },
  })
  await make({ name: 'No debug', if: "event = 'debug'", drop: true })
  await send({ type: 'track', event: 'signup', properties: { mail: 'ada@example.com' } })
  await send({ type: 'track', event: 'debug' })
  await send({ type: 'track', event: 'other' })
  const { calls } = (await api.call('GET', `${S}/sources/${id}/calls`)).body.data
  type Shown = {
    name: string
    status: string
    changes: readonly string[]
    problems: readonly { code: string; message: string }[]
  }
  expect(
    calls.map(({ name, status, changes, problems: told }: Shown) => [name, status, changes, told[0]?.message]).toReversed(),
  ).toEqual([
    [
      'signup',
      'stored',
      ['Tidy: renamed mail to email', 'Tidy: hashed properties.email', 'Tidy: renamed the event to "Signed Up"'],
      undefined,
    ],
    ['debug', 'dropped', [], 'is dropped by the transformation "No debug"'],
    ['other', 'stored', [], undefined],
  ])
  const tested = await api.call('POST', `${S}/sources/${id}/test-call`, {
    call: { type: 'track', userId: 'u', event: 'signup', properties: { mail: 'm' } },
  })
  expect(tested.body.data.door).toMatchObject({
    event: { name: 'Signed Up' },
    transformations: { verdict: 'change', did: expect.arrayContaining(['Tidy: renamed mail to email']) },
    switches: { asked: false },
  })
})
