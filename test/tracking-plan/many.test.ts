import { afterEach, expect, it, vi } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { ALLOW_ALL } from '../../src/tracking-plan/controls.ts'
import { planGate } from '../../src/tracking-plan/gate.ts'
import { compileSchema } from '../../src/tracking-plan/schema.ts'
import { planned, trackRule } from './support/planned.ts'

/* A call of 32 KB may break its rule 10,000 times, and rules that were saved before there were limits are still there. */
const { connected, db } = await planned()

afterEach(() => void vi.restoreAllMocks())

const items = (schema: JsonObject, more: JsonObject = {}): JsonObject => ({
  definitions: {
    far: { $ref: '#/definitions/near' },
    near: { allOf: [{ $ref: '#/definitions/text' }] },
    text: { type: 'string' },
  },
  properties: { properties: { properties: { list: { items: schema, ...more } } } },
})
const REFERRING = items({ properties: { n: { $ref: '#/definitions/far' } } })
const list = (count: number, item: (n: number) => Json): JsonObject => ({
  type: 'track',
  event: 'Many',
  properties: { list: Array.from({ length: count }, (_, n) => item(n)) },
})

it('PRO-12 what many items break behind references is found without copying what was found before for each', () => {
  const validate = compileSchema(REFERRING)
  const concat = vi.spyOn(Array.prototype, 'concat')
  expect(validate(list(10_000, (n) => ({ n })))).toHaveLength(10_000)
  expect(concat.mock.calls.length).toBeLessThan(10)
})

it('PRO-17 what many items break is taken out of each, in one walk', () => {
  const controls = { ...ALLOW_ALL, track: { ...ALLOW_ALL.track, allowPropertiesOnViolations: false } }
  const gate = planGate(
    { id: 'tp_1', rules: [{ type: 'TRACK', key: 'Many', version: 1, jsonSchema: REFERRING }] },
    'src_1',
    controls,
  )
  const verdict = gate(list(10_000, (n) => ({ n: n % 2 ? n : 'text', other: 1 })))
  expect(verdict).toMatchObject({ kind: 'change', omitted: ['list.$.n'] })
  const { properties } = (verdict as unknown as { call: { properties: { list: readonly object[] } } }).call
  expect(properties.list.slice(0, 2)).toEqual([{ n: 'text', other: 1 }, { other: 1 }])
  expect(properties.list).toHaveLength(10_000)
})

it('PRO-17 an item that is wrong itself stays, is not called left out, and what is wrong inside it is taken out', async () => {
  const rule = trackRule('Many', { list: { items: { type: 'object', minProperties: 3, properties: { n: { type: 'number' } } } } })
  const { send } = await connected([rule], { track: { allowPropertiesOnViolations: false } })
  const { stored } = await send({ event: 'Many', properties: { list: ['text', { n: 'x', m: 1 }] } })
  expect(stored?.['properties']).toEqual({ list: ['text', { m: 1 }] })
  expect(stored?.['context'].protocols).toMatchObject({
    omitted_on_violation: ['list.$.n'],
    violations: expect.arrayContaining([expect.objectContaining({ field: 'properties.list.$' })]),
  })
})

it('PRO-12 `uniqueItems` finds two that are alike whatever the order of their keys, among thousands', () => {
  const unique = compileSchema(items({}, { uniqueItems: true }))
  expect(unique(list(5_000, (n) => ({ a: n, b: [String(n)] })))).toEqual([])
  expect(unique(list(3, (n) => [1, '1', true][n] ?? null))).toEqual([])
  const twice = list(5_000, (n) => (n === 4_999 ? { b: 7, a: 7 } : { a: n, b: n }))
  expect(unique(twice)).toMatchObject([
    { type: 'Invalid Value', field: 'properties.list', description: 'array items[7,4999] must be unique' },
  ])
  expect(compileSchema(items({}, { uniqueItems: false }))(list(2, () => 1))).toEqual([])
})

it('PRO-12 a long list of what is allowed is written once for all the items that are none of it', () => {
  const stringify = vi.spyOn(JSON, 'stringify')
  const allowed = Array.from({ length: 500 }, (_, n) => `country ${n}`)
  expect(compileSchema(items({ enum: allowed }))(list(1_000, (n) => n))).toHaveLength(1_000)
  expect(stringify.mock.calls.length).toBeLessThan(5_000)
})

it('PRO-10 a rule from before the limits holds nobody up: each call breaks it, and is stored', async () => {
  const { send, planId } = await connected([trackRule('Old', {}), trackRule('Older', {})])
  const saved = async (key: string, schema: JsonObject): Promise<void> => {
    const result = await db
      .updateTable('tracking_plan_rule')
      .set({ json_schema: schema })
      .where('space_id', '=', 'spa_test')
      .where('plan_id', '=', planId)
      .where('key', '=', key)
      .returning('key')
      .execute()
    expect(result).toHaveLength(1)
  }
  const doubling: JsonObject = Object.fromEntries(
    Array.from({ length: 26 }, (_, n): [string, JsonObject] => [
      `d${n}`,
      n === 0 ? { required: ['x'] } : { allOf: [d(n - 1), d(n - 1)] },
    ]),
  )
  await saved('Old', { definitions: doubling, properties: { properties: d(25) } })
  await saved('Older', { properties: { properties: { properties: { p: { type: 'no type' } } } } })
  for (const [event, because] of [
    ['Old', /^Cannot be asked: .*more than 1,000 schemas of one value/],
    ['Older', /^Cannot be asked: /],
  ] as const) {
    const { result, stored } = await send({ event, properties: { p: 1 } })
    expect(result.status).toBe('stored')
    expect(stored?.['context'].protocols.violations).toEqual([
      { type: 'Invalid Value', field: '(root)', description: expect.stringMatching(because) },
    ])
  }
})
const d = (n: number) => ({ $ref: `#/definitions/d${n}` })
