import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { actionOf, bodyOf, draftOf, EMPTY } from '../../src/web/destination/filter-draft.ts'
import { asOther, isReadable, jsonOf, saidOf } from '../../src/web/destination/said.ts'
import { callsInWords } from '../../src/web/destination/trigger.ts'
import type { Field, Filter } from '../../src/web/destination/wire.ts'

describe('a condition in plain words', () => {
  it.each([
    ['type = "track"', 'track calls'],
    ['type = "track" or type = "page"', 'track and page calls'],
    ['type = "track" or type = "identify" or type = "page" or type = "screen" or type = "group" or type = "alias"', 'every call'],
    ['all', 'every call'],
    ['event = "Order Completed"', 'calls where the event is “Order Completed”'],
    [
      'type = "track" and event = "Order Completed" and properties.total > 10',
      'track calls where the event is “Order Completed” and properties.total is more than 10',
    ],
    [
      'type = "track" and (event = "A" or contains(event, "B"))',
      'track calls where (the event is “A” or the event contains “B”)',
    ],
    ['userId != null', 'calls where userId is there'],
    ['event in ["A", "B"]', 'calls where the event is one of “A”, “B”'],
    ['!match(event, "Debug *")', 'calls where not (the event looks like “Debug *”)'],
    ['length(userId) > 3', 'calls where length(userId) is more than 3'],
  ])('%s', (fql, words) => expect(callsInWords(fql)).toEqual({ words }))

  it('says at which character it is wrong, and what to do', () => {
    expect(callsInWords('event = ')).toEqual({
      wrong: 'character 9 ("event = »"): ends too early',
      remedy: 'write a field, a value or a function',
    })
  })
})

describe('a field of a mapping, in a form and back', () => {
  it.each<[Field['type'], Json]>([
    ['STRING', 'plain'],
    ['STRING', '42'],
    ['STRING', ''],
    ['NUMBER', 42],
    ['BOOLEAN', false],
    ['STRING', { '@path': '$.userId' }],
    ['STRING', { '@template': 'Hello {{traits.name}}' }],
    ['STRING', { '@coalesce': [{ '@path': '$.userId' }, { '@path': '$.anonymousId' }] }],
    ['OBJECT', { '@path': '$.' }],
    ['OBJECT', {}],
    ['OBJECT', { a: { '@path': '$.a' }, b: '42', c: 42, d: null, e: 'true', f: { g: [1] }, h: { '@template': 'x' } }],
    ['OBJECT', [1, { a: 2 }]],
  ])('%s %j', (type, value) => {
    const said = saidOf(value, type)
    expect(isReadable(said)).toBe(true)
    expect(jsonOf(said, type)).toEqual(value)
  })

  it('a field that is left out is left out', () => {
    expect(saidOf(undefined, 'STRING')).toEqual({ how: 'nothing' })
    expect(jsonOf({ how: 'nothing' }, 'STRING')).toBeUndefined()
  })

  it('cannot be sent while its JSON or a key is unfinished', () => {
    expect(isReadable({ how: 'json', text: '{' })).toBe(false)
    expect(isReadable({ how: 'keys', of: [{ key: ' ', said: { how: 'path', text: '$.a' } }] })).toBe(false)
  })

  it('keeps what was typed when it is filled in another way', () => {
    expect(asOther({ how: 'value', text: 'Hello' }, 'template')).toEqual({ how: 'template', text: 'Hello' })
    expect(asOther({ how: 'value', text: 'Hello' }, 'path')).toEqual({ how: 'path', text: '$.' })
    expect(asOther({ how: 'path', text: '$.a' }, 'json')).toEqual({ how: 'json', text: '{\n  "@path": "$.a"\n}' })
  })
})

describe('a destination filter, in a form and back', () => {
  const filter = (actions: Filter['actions'], condition = 'type = "track"') =>
    ({ title: 'T', if: condition, actions }) as unknown as Filter
  it.each<[Filter['actions'][number]]>([
    [{ type: 'DROP' }],
    [{ type: 'SAMPLE', percent: 0.07 }],
    [{ type: 'SAMPLE', percent: 1, path: 'userId' }],
    [{ type: 'DROP_PROPERTIES', fields: { '': ['userId'], context: ['email'], 'properties.card': ['number', 'cvc'] } }],
    [{ type: 'ALLOW_PROPERTIES', fields: { properties: ['total'] } }],
  ])('%j', (action) => {
    expect(actionOf(draftOf(filter([action])))).toEqual(action)
  })

  it('of every call', () => {
    expect(bodyOf(draftOf(filter([{ type: 'DROP' }], 'all')))).toEqual({ title: 'T', if: 'all', actions: [{ type: 'DROP' }] })
    expect(bodyOf({ ...EMPTY, title: ' x ', condition: 'event = "A"' }).title).toBe('x')
  })
})
