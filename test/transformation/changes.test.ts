import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../src/base/json.ts'
import { filterGate } from '../../src/filter/gate.ts'
import { subjectFrom } from '../../src/transformation/condition.ts'
import { deliveredTo } from '../../src/transformation/delivered.ts'
import { transformationGate } from '../../src/transformation/gate.ts'
import { transforming } from './support.ts'

const FIXTURE = {
  event: 'Order Completed',
  properties: { plan: 'Pro Plus', email: 'Ada@Example.com', order: { id: 1, total: 9.5 }, count: 3, list: [1] },
  context: { ip: '10.0.0.1', app: { version: '1.2' } },
}
const asked = (condition: string, definition: object) => ({
  id: 't',
  name: 'T',
  ...subjectFrom(condition),
  definition: JSON.parse(JSON.stringify(definition)) as JsonObject,
})
const changed = (definition: object, call: object = { type: 'track', ...FIXTURE }): JsonObject => {
  const verdict = transformationGate([asked("event = 'Order Completed'", definition)])(JSON.parse(JSON.stringify(call)))
  return verdict.kind === 'change' ? verdict.call : (call as JsonObject)
}
const hash = (algorithm: string, encoding: string, key?: string) =>
  changed({
    hashPropertiesConfiguration: {
      algorithm,
      encoding,
      ...(key ? { key } : {}),
      paths: ['properties.email', 'properties.count', 'properties.order', 'context.ip'],
    },
  })

it('PRO-29 value, casing, hash, drop: each of the four kinds changes one fixture as stated', async () => {
  const { api, S, source } = await transforming()
  const { id, send, make } = await source()
  const one = { type: 'track', ...FIXTURE }
  // Each in turn, in the place of the one before.
  const stored = async (definition: object) => {
    const made = await make({ if: "event = 'Order Completed'", ...definition })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const sent = await send(one)
    await api.call('DELETE', `${S}/transformations/${made.body.data.transformation.id}`)
    return sent
  }
  const value = await stored({
    propertyValueTransformations: [
      { propertyPaths: ['properties.plan', 'properties.order.currency', 'context.app.version'], propertyValue: 'x' },
      { propertyPaths: ['properties.count'], propertyValue: 0 },
    ],
  })
  expect(value.stored?.['properties']).toEqual({
    ...FIXTURE.properties,
    plan: 'x',
    count: 0,
    order: { ...FIXTURE.properties.order, currency: 'x' },
  })
  expect(value.stored?.['context']).toMatchObject({ ip: '10.0.0.1', app: { version: 'x' } })

  for (const [fql, result] of [
    ['lowercase(properties.plan)', 'pro plus'],
    ['uppercase(properties.plan)', 'PRO PLUS'],
    ['snakecase(properties.plan)', 'Pro_Plus'],
    ['kebabcase(properties.plan)', 'Pro-Plus'],
    ['titlecase(properties.plan)', 'Pro Plus'],
    ['properties.order.id', 1],
  ] as const) {
    const casing = await stored({ fqlDefinedProperties: [{ fql, propertyName: 'properties.made' }] })
    expect(casing.stored?.['properties'], fql).toEqual({ ...FIXTURE.properties, made: result })
  }
  const same = await stored({ fqlDefinedProperties: [{ fql: 'lowercase(properties.plan)', propertyName: 'properties.plan' }] })
  expect(same.stored?.['properties'].plan).toBe('pro plus')

  const hashed = await stored({
    hashPropertiesConfiguration: {
      algorithm: 'sha256',
      encoding: 'hex',
      key: 'k',
      paths: ['properties.email', 'properties.nothing'],
    },
  })
  expect(hashed.stored?.['properties']).toEqual({
    ...FIXTURE.properties,
    email: createHmac('sha256', 'k').update('Ada@Example.com').digest('hex'),
  })

  const kept = await stored({ allowProperties: ['plan', 'order.id'] })
  expect(kept.stored?.['properties']).toEqual({ plan: 'Pro Plus', order: { id: 1 } })

  const dropped = await stored({ drop: true, newEventName: 'Never' })
  expect([dropped.result.status, dropped.result.code, dropped.stored]).toEqual(['dropped', 'transformation', undefined])
  const { body } = await api.call('GET', `${S}/sources/${id}/drops`)
  expect(JSON.stringify(body)).toContain('"code":"transformation"')
})

it('PRO-29 a hash is what its algorithm, key and encoding say; what is no text, number or truth stays', () => {
  const plain = createHash('sha1').update('Ada@Example.com')
  expect(hash('sha1', 'base64')['properties']).toMatchObject({
    email: plain.copy().digest('base64'),
    count: createHash('sha1').update('3').digest('base64'),
    order: FIXTURE.properties.order,
  })
  const encoded = (encoding: string) => (hash('SHA1', encoding)['properties'] as JsonObject)['email']
  expect(['HEX', 'BASE16', 'BASE64URL'].map(encoded)).toEqual([
    plain.copy().digest('hex'),
    plain.copy().digest('hex').toUpperCase(),
    plain.copy().digest('base64url'),
  ])
  expect((hash('sha512', 'hex', 'k')['context'] as JsonObject)['ip']).toBe(
    createHmac('sha512', 'k').update('10.0.0.1').digest('hex'),
  )
})

it('the key of a hash is taken and never shown', async () => {
  const { make } = await (await transforming()).source()
  const { body } = await make({
    if: "event = 'E'",
    hashPropertiesConfiguration: { algorithm: 'sha256', encoding: 'hex', key: 'very secret', paths: ['properties.a'] },
  })
  expect(body.data.transformation.hashPropertiesConfiguration).toMatchObject({ keyed: true, paths: ['properties.a'] })
  expect(JSON.stringify(body)).not.toContain('very secret')
})

it('what a destination gets: its filters ask the old name, only it sees the new one, and each is changed by its own', () => {
  const call: JsonObject = { type: 'track', event: 'order_completed', properties: { total: 1 } }
  const filtering = (condition: string) => filterGate([{ id: 'f', name: 'F', condition }])
  const renaming = transformationGate([asked("event = 'order_completed'", { newEventName: 'Purchase' })])
  const none = transformationGate([])
  const get = (filters: ReturnType<typeof filtering>, transformations: typeof none) => deliveredTo(filters, transformations)(call)
  const nothing = filterGate([])
  expect(get(nothing, renaming)).toMatchObject({ kind: 'change', call: { event: 'Purchase', properties: { total: 1 } } })
  expect(get(nothing, none)).toEqual({ kind: 'pass' })
  expect(get(filtering("event = 'order_completed'"), renaming)).toMatchObject({ kind: 'drop', code: 'event_filter' })
  expect(get(filtering("event = 'Purchase'"), renaming)).toMatchObject({ kind: 'change', call: { event: 'Purchase' } })
  expect(call).toEqual({ type: 'track', event: 'order_completed', properties: { total: 1 } })
})

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'a.b')
const tree = fc.letrec<{ value: JsonObject | string; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constantFrom('x', 'y'), tie('object')),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as JsonObject),
})).object
const path = fc.array(key, { minLength: 1, maxLength: 4 }).map((keys) => keys.map((one) => one.replaceAll('.', '\\.')).join('.'))
const leaves = (value: unknown): readonly unknown[] => (isObject(value) ? Object.values(value).flatMap(leaves) : [value])

it('PRO-28 a rename loses and invents no value but one that stood at the new name; the call that came stays as it is', () => {
  fc.assert(
    fc.property(tree, path, path, (properties, oldName, newName) => {
      if (oldName === newName) return
      const call = { type: 'track', event: 'Order Completed', properties }
      const before = JSON.stringify(call)
      const after = changed({ propertyRenames: [{ oldName, newName }] }, call)
      expect(JSON.stringify(call)).toBe(before)
      const [had, has] = [leaves(properties), leaves(after['properties'])]
      for (const one of has) expect(had).toContain(one)
      expect(has.length).toBeLessThanOrEqual(had.length)
      expect(Object.getPrototypeOf(after['properties'])).toBe(Object.prototype)
    }),
  )
})
