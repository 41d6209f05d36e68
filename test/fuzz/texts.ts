import type { Json } from '../../src/base/json.ts'
import type { Chance } from './chance.ts'
import { oddTexts } from './values.ts'

const QUERIES = [
  "event('Order Completed').within(90 days).sum('revenue') > 100 AND NOT trait('repeat_buyers') = true",
  "event('Order').within(30 day).count().at_least(1) AND (trait('plan') == 'pro' OR trait('age') < 30)",
  "event('Product Viewed').where(property('price') > 10.5).count() >= 3",
  "trait('signed_up_at') within last 7 days",
  "event('E').first('x') = 'y' OR trait('address.city') contains 'Ber'",
  'true',
] as const
const FILTERS = [
  "type = 'track' and match(event, 'Debug *')",
  'properties.total > 100 and !(context.app.version = "1.2.3")',
  "contains(traits.email, '@example.com') or length(event) > 20",
  'userId = null and lowercase(properties.plan) in ["pro", "free"]',
  "event = 'a\\'b' and typeof(properties.x) = 'number'",
] as const

/** A text of a language with some of its parts swapped, doubled, left out or odd. */
const spoilText = (chance: Chance, text: string): string => {
  const parts = text.match(/\w+|\s+|'[^']*'|[^\w\s]/g) ?? [text]
  for (let n = chance.below(4); n > 0; n--) {
    const at = chance.below(parts.length)
    const part = parts[at] ?? ''
    parts[at] = chance.one([
      '',
      part + part,
      chance.one(parts),
      chance.one(oddTexts),
      '(',
      ')',
      "'",
      '"',
      '!',
      '99999999999999999999',
      `${'('.repeat(300)}`,
      `'${chance.one(oddTexts)}'`,
    ])
  }
  return parts.join('').slice(0, 20_000)
}

const SCHEMAS: readonly Json[] = [
  {
    type: 'object',
    properties: {
      properties: { type: 'object', required: ['total'], properties: { total: { type: ['number', 'null'], minimum: 0 } } },
    },
  },
  {
    type: 'object',
    properties: { properties: { type: 'object', properties: { sku: { type: 'string', pattern: '^[a-z]+(-[0-9]+)*$' } } } },
  },
  {
    $schema: 'http://json-schema.org/draft-04/schema#',
    type: 'object',
    properties: { properties: { properties: { at: { type: 'string', format: 'date-time' }, kind: { enum: ['a', 'b'] } } } },
  },
  { type: 'object', definitions: { a: { $ref: '#/definitions/a' } }, properties: { context: { $ref: '#/definitions/a' } } },
  {
    type: 'object',
    properties: {
      properties: { properties: { list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } } } } } },
    },
  },
]
const CONDITIONS: readonly Json[] = [
  {
    type: 'event',
    event: { name: 'Order Completed', within: '90 days' },
    measure: { kind: 'sum', property: 'revenue' },
    compare: { operator: 'greater_than', value: 100 },
  },
  {
    type: 'and',
    conditions: [
      { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } },
      { type: 'not', condition: { type: 'audience', audience: 'big' } },
    ],
  },
  {
    type: 'event',
    event: { name: 'E', where: { type: 'property', property: 'x', compare: { operator: 'contains', value: 'a' } } },
    measure: { kind: 'count' },
    compare: { operator: 'at_least', value: 1 },
  },
]

/** A journey that can be made. */
export const WALK: Json = {
  entry: { type: 'event', event: 'Order Completed', frequency: 'once' },
  start: 'mark',
  steps: {
    mark: { type: 'set_trait', trait: 'walked', value: true, next: 'wait' },
    wait: {
      type: 'hold',
      branches: [{ name: 'Bought', event: 'Order Completed', next: null }],
      timeout: { after: '2 days', next: 'split' },
    },
    split: {
      type: 'split',
      branches: [
        { name: 'Pro', condition: { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'pro' } }, next: null },
      ],
      otherwise: { next: null },
    },
  },
}

/** Bodies that a route takes, in the languages of the space: sentences, filters, schemas, conditions and journeys, whole or spoiled. */
export const languageBodies = (chance: Chance, path: string): readonly Json[] => {
  const query = chance.happens(30) ? chance.one(QUERIES) : spoilText(chance, chance.one(QUERIES))
  const condition = chance.one(CONDITIONS)
  const rule: Json = { type: 'TRACK', key: chance.one(['Order', 'E', ...oddTexts]), version: 1, jsonSchema: chance.one(SCHEMAS) }
  if (/filters/.test(path)) return [{ integrationId: 'src', name: 'F', if: spoilText(chance, chance.one(FILTERS)) }]
  if (/tracking-plans/.test(path)) return [{ rules: [rule] }, { rules: [rule, rule] }, { name: 'Plan', type: 'LIVE' }]
  if (/journeys/.test(path)) return [{ name: 'J', definition: WALK }, { definition: WALK }]
  if (/computed-traits/.test(path))
    return [{ name: 'T', definition: { query: chance.happens(30) ? "event('E').sum('x')" : query } }]
  return [
    { name: 'Q', definition: { query } },
    { definition: { query } },
    { name: 'C', definition: { condition } },
    { definition: { condition } },
  ]
}
