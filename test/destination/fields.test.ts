import { expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Action } from '../../src/destination/destination.ts'
import { makeFields, refuseBadFields } from '../../src/destination/fields.ts'
import { keyPathOf } from '../../src/destination/key-path.ts'

const field = (type: 'object' | 'string' | 'number' | 'boolean') => ({ label: '', description: '', type })
const action: Action = {
  slug: 'a',
  name: 'A',
  description: '',
  defaultTrigger: '',
  fields: { data: field('object'), text: field('string'), count: field('number'), yes: field('boolean') },
  request: () => ({ method: 'POST', url: '', headers: {}, body: '' }),
}
const CALL: JsonObject = {
  type: 'track',
  event: 'Order Completed',
  userId: 'ada',
  anonymousId: null,
  properties: { total: 12.5, empty: '', items: [{ sku: 'a' }, { sku: 'b' }], 'a.b': 'dotted', a: { b: 'nested' }, no: false },
  traits: { phone: '5550100' },
}
const made = (value: Json) => makeFields(action, { data: value }, CALL)['data']

it('MAP-04 keys of a request: info.name and info[0].email nest, "user.email" in quotes stays one key', () => {
  expect(
    made({
      'info[0].email': { '@path': '$.userId' },
      'info[1].email': 'b',
      'person.name': 'Ada',
      'person.age': 36,
      '"user.email"': 'one key',
      'deep."a.b"[1].c': true,
      'escaped\\.dot': 1,
    }),
  ).toEqual({
    info: [{ email: 'ada' }, { email: 'b' }],
    person: { name: 'Ada', age: 36 },
    'user.email': 'one key',
    deep: { 'a.b': [null, { c: true }] },
    'escaped.dot': 1,
  })
})

it.each([
  ['a', ['a']],
  ['a.b', ['a', 'b']],
  ['a[0][1].b', ['a', 0, 1, 'b']],
  ['"a.b".c', ['a.b', 'c']],
  ['"say \\"hi\\""', ['say "hi"']],
  ['', undefined],
  ['a..b', undefined],
  ['a.', undefined],
  ['a[x]', undefined],
  ['a[1000]', undefined],
  ['__proto__.x', undefined],
])('MAP-04 the key %s', (key, path) => {
  expect(keyPathOf(key)).toEqual(path)
})

it('MAP-04 paths of a call: a dot goes inside, \\. is part of a name, $. is the call', () => {
  const at = (path: string) => made({ '@path': path })
  expect(at('$.properties.a.b')).toBe('nested')
  expect(at('$.properties.a\\.b')).toBe('dotted')
  expect(at('$.properties.items[1].sku')).toBe('b')
  expect(at('$.properties.items')).toEqual([{ sku: 'a' }, { sku: 'b' }])
  expect(at('$.')).toEqual(CALL)
  expect(at('properties.total')).toBe(12.5)
  expect(at('$.properties.nothing.at.all')).toBeUndefined()
  expect(at('$.userId.length')).toBeUndefined()
})

it('values: texts with places, the first that is there, one or another, and what stands for itself', () => {
  expect(made({ '@template': '+1{{traits.phone}} {{ $.properties.total }}{{nothing}}' })).toBe('+15550100 12.5')
  expect(made({ '@coalesce': [{ '@path': '$.anonymousId' }, { '@path': '$.properties.empty' }, { '@path': '$.userId' }] })).toBe(
    'ada',
  )
  expect(made({ '@coalesce': [{ '@path': '$.nothing' }] })).toBeUndefined()
  const whether = (asked: JsonObject) =>
    made({ '@if': { ...asked, ...JSON.parse('{"then": "yes", "else": {"@path": "$.event"}}') } })
  expect(whether({ exists: { '@path': '$.userId' } })).toBe('yes')
  expect(whether({ exists: { '@path': '$.anonymousId' } })).toBe('Order Completed')
  expect(whether({ exists: { '@path': '$.properties.no' } })).toBe('yes')
  expect(whether({ blank: { '@path': '$.properties.empty' } })).toBe('yes')
  expect(whether({ blank: { '@path': '$.userId' } })).toBe('Order Completed')
  expect(made({ '@literal': { '@path': 'as it is' } })).toEqual({ '@path': 'as it is' })
  expect(made([1, { '@path': '$.userId' }, { '@path': '$.nothing' }])).toEqual([1, 'ada', null])
  expect(made({ kept: null, gone: { '@path': '$.nothing' } })).toEqual({ kept: null })
})

it('what a field is decides how a value is sent', () => {
  const fields = { text: { '@path': '$.properties.total' }, count: '12', yes: 'true' }
  expect(makeFields(action, fields, CALL)).toEqual({ text: '12.5', count: 12, yes: true })
  expect(makeFields(action, { other: 'no field', count: 'many' }, CALL)).toEqual({ count: 'many' })
})

it.each<readonly [JsonObject, string]>([
  [{ other: 1 }, 'fields.other: is no field of "A"'],
  [{ data: { '@path': 5 } }, 'fields.data: @path is no path: write $.properties.total'],
  [{ data: { '@path': '$.properties.a/b' } }, 'fields.data: @path is no path'],
  [{ data: { 'a/b': 1 } }, 'fields.data: has the name "a/b": a name has no "/"'],
  [{ data: { 'a..b': 1 } }, 'fields.data: has the name "a..b", which is none'],
  [{ data: { inner: { '@upper': 'x' } } }, 'fields.data: knows no "@upper"'],
  [{ data: { '@if': { else: 1 } } }, 'fields.data: @if asks nothing'],
  [{ data: { '@if': { exists: { '@path': 1 }, else: 1 } } }, 'fields.data: @if @path is no path'],
  [{ data: { '@coalesce': [] } }, 'fields.data: @coalesce is no list'],
])('a mapping %j is refused when it is saved', (fields, message) => {
  expect(() => refuseBadFields(action, fields, false)).toThrow(message)
})

it('a name that an object has by itself is no value of a call', () => {
  expect(made({ '@path': '$.properties.constructor' })).toBeUndefined()
  expect(made({ '@path': '$.properties.toString' })).toBeUndefined()
})
