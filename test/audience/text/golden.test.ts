import { expect, it } from 'vitest'
import type { Condition, EventSelection, Filter, Measure } from '../../../src/audience/condition.ts'
import { parseCondition, parseTrait, printCondition, printTrait } from '../../../src/audience/text/condition.ts'
import { did, not } from '../support/world.ts'

const trait = (path: string, operator: string, more: object = {}): Condition =>
  ({ type: 'trait', path, compare: { operator, ...more } }) as Condition
const property = (path: string, operator: string, value: unknown): Filter =>
  ({ type: 'property', path, compare: { operator, value } }) as Filter
const [a, b, c] = ['a', 'b', 'c'].map((path) => trait(path, 'exists')) as [Condition, Condition, Condition]
const and = (...conditions: Condition[]): Condition => ({ type: 'and', conditions })
const or = (...conditions: Condition[]): Condition => ({ type: 'or', conditions })
const [A, B, C] = ["trait('a').exists()", "trait('b').exists()", "trait('c').exists()"]

const child = (name: string, more: Partial<EventSelection>): Filter => ({
  type: 'event',
  event: { name, ...more },
  measure: { kind: 'count' },
  compare: { operator: 'equals', value: 0 },
})

const reduced = (measure: Measure): Condition => ({
  type: 'event',
  event: { name: 'A' },
  measure,
  compare: { operator: 'equals', value: 'a' },
})

// Text, what it says, and the one text that says so where it is another.
it.each<[string, Condition, string?]>([
  ["event('A').first(property('x')) = 'a'", reduced({ kind: 'first', property: 'x' })],
  ["event('A').last('x') = 'a'", reduced({ kind: 'last', property: 'x' }), "event('A').last(property('x')) = 'a'"],
  ["event('A').mode(property('x'), 3) = 'a'", reduced({ kind: 'most_frequent', property: 'x', minimum: 3 })],
  [
    "event('A').mode('x' as string) = 'a'",
    reduced({ kind: 'most_frequent', property: 'x', minimum: 2, as: 'string' }),
    "event('A').mode(property('x') as string, 2) = 'a'",
  ],
  ["event('A').unique(property('x')) = 'a'", reduced({ kind: 'unique', property: 'x' })],
  ["event('A').unique('x').equals('a')", reduced({ kind: 'unique', property: 'x' }), "event('A').unique(property('x')) = 'a'"],
  [
    "event('A').unique('x') . count() = 'a'",
    reduced({ kind: 'unique_count', property: 'x' }),
    "event('A').unique(property('x')).count() = 'a'",
  ],
  [
    "event('Shoes Bought').where(property('price') >= 100).within(7 days).count() >= 1",
    did('Shoes Bought', undefined, { where: property('price', 'at_least', 100), within: '7 days' }),
  ],
  [
    "event('Shoes Bought').within(7 days)\n  .where( property('price').at_least(literal(100)) )\n  .count().at_least(1)",
    did('Shoes Bought', undefined, { where: property('price', 'at_least', 100), within: '7 days' }),
    "event('Shoes Bought').where(property('price') >= 100).within(7 days).count() >= 1",
  ],
  [
    "NOT ( event('Shoes Bought').count() >= 1 AND trait('total_spend') > 200 )",
    not(and(did('Shoes Bought'), trait('total_spend', 'greater_than', { value: 200 }))),
    "NOT (event('Shoes Bought').count() >= 1 AND trait('total_spend') > 200)",
  ],
  [
    "event('Order').between(30 days, 90 days).count()>=1 AND event('Order').within(30 days).count()=0",
    and(
      did('Order', undefined, { between: ['30 days', '90 days'] }),
      did('Order', { operator: 'equals', value: 0 }, { within: '30 days' }),
    ),
    "event('Order').between(30 days, 90 days).count() >= 1 AND event('Order').within(30 days).count() = 0",
  ],
  [
    "event('X').where({property('price_usd') > 100}).count() == 1",
    did('X', { operator: 'equals', value: 1 }, { where: property('price_usd', 'greater_than', 100) }),
    "event('X').where(property('price_usd') > 100).count() = 1",
  ],
  [
    "event('X').where(property('a') = 1 or not context('page.url').exists()).where(property('b') = true).sum('revenue') > 100.5",
    {
      type: 'event',
      event: {
        name: 'X',
        where: {
          type: 'and',
          filters: [
            {
              type: 'or',
              filters: [
                property('a', 'equals', 1),
                { type: 'not', filter: { type: 'context', path: 'page.url', compare: { operator: 'exists' } } },
              ],
            },
            property('b', 'equals', true),
          ],
        },
      },
      measure: { kind: 'sum', property: 'revenue' },
      compare: { operator: 'greater_than', value: 100.5 },
    },
    "event('X').where((property('a') = 1 OR NOT context('page.url').exists()) AND property('b') = true).sum(property('revenue')) > 100.5",
  ],
  // What lies in the context of an event, on either side and measured.
  [
    "event('X').where(property('city') = context('location.city') and context('ip') != property('ip')).sum(context('fee')) > 1",
    {
      type: 'event',
      event: {
        name: 'X',
        where: {
          type: 'and',
          filters: [
            property('city', 'equals', { reference: 'context', path: 'location.city' }),
            {
              type: 'context',
              path: 'ip',
              compare: { operator: 'not_equals', value: { reference: 'property', path: 'ip' } },
            },
          ],
        },
      },
      measure: { kind: 'sum', property: 'fee', of: 'context' },
      compare: { operator: 'greater_than', value: 1 },
    },
    "event('X').where(property('city') = context('location.city') AND context('ip') != property('ip')).sum(context('fee')) > 1",
  ],
  // A time without quotes is an instant, one with quotes a text (spec/audiences §11.2).
  ["trait('x') = 2024-01-01T00:00:00Z", trait('x', 'equals', { value: { time: '2024-01-01T00:00:00Z' } })],
  ["trait('x') == literal(2024-01-01)", trait('x', 'equals', { value: { time: '2024-01-01' } }), "trait('x') = 2024-01-01"],
  ["trait('x') = '2024-01-01'", trait('x', 'equals', { value: '2024-01-01' })],
  [
    "trait('x').none_of(2024-01-01T10:00+02:00, 'soon')",
    trait('x', 'none_of', { values: [{ time: '2024-01-01T10:00+02:00' }, 'soon'] }),
  ],
  // Precedence and groups (CND-30).
  [`${A} OR ${B} AND ${C}`, or(a, and(b, c))],
  [`${A} OR (${B} AND ${C})`, or(a, and(b, c)), `${A} OR ${B} AND ${C}`],
  [`(${A} OR ${B}) AND ${C}`, and(or(a, b), c)],
  [`NOT ${A} AND ${B}`, and(not(a), b)],
  [`NOT (${A} AND ${B})`, not(and(a, b))],
  [`NOT NOT ${A}`, not(not(a))],
  [`((${A})) AND ((${B} AND ${C}))`, and(a, and(b, c)), `${A} AND (${B} AND ${C})`],
  // Every comparator.
  ["trait('x').equals('v')", trait('x', 'equals', { value: 'v' }), "trait('x') = 'v'"],
  ["trait('x').differs('v')", trait('x', 'not_equals', { value: 'v' }), "trait('x') != 'v'"],
  ["trait('x').greater_than(-5)", trait('x', 'greater_than', { value: -5 }), "trait('x') > -5"],
  ["trait('x').less_than(1e-7)", trait('x', 'less_than', { value: 1e-7 }), "trait('x') < 1e-7"],
  [
    "trait('x').at_most(0.30000000000000004)",
    trait('x', 'at_most', { value: 0.30000000000000004 }),
    "trait('x') <= 0.30000000000000004",
  ],
  ["trait('x').absent()", trait('x', 'absent')],
  ["trait('x').contains(['a', 'b'])", trait('x', 'contains', { values: ['a', 'b'] }), "trait('x').contains('a', 'b')"],
  ["trait('x').contains(5)", trait('x', 'contains', { values: ['5'] }), "trait('x').contains('5')"],
  ["trait('x').omits('a')", trait('x', 'omits', { value: 'a' })],
  ["trait('x').starts_with('a')", trait('x', 'starts_with', { value: 'a' })],
  ["trait('x').ends_with('a')", trait('x', 'ends_with', { value: 'a' })],
  ["trait('x').one_of('a', 5, true)", trait('x', 'one_of', { values: ['a', 5, true] })],
  ["trait('x').none_of([literal('a')])", trait('x', 'none_of', { values: ['a'] }), "trait('x').none_of('a')"],
  ["trait('x').before_date('2023-12-07T18:50:00Z')", trait('x', 'before_date', { value: '2023-12-07T18:50:00Z' })],
  ["trait('x').after_date(2023-12-07)", trait('x', 'after_date', { value: '2023-12-07' }), "trait('x').after_date('2023-12-07')"],
  [
    "trait('x').after_date(2023-12-07T18:50)",
    trait('x', 'after_date', { value: '2023-12-07T18:50:00Z' }),
    "trait('x').after_date('2023-12-07T18:50:00Z')",
  ],
  [
    "trait('x').after_date('2023-12-07 18:50:07-0800')",
    trait('x', 'after_date', { value: '2023-12-07T18:50:07-08:00' }),
    "trait('x').after_date('2023-12-07T18:50:07-08:00')",
  ],
  ["trait('x').within_last(1 days)", trait('x', 'within_last', { duration: '1 day' }), "trait('x').within_last(1 day)"],
  ["trait('x').within_next(24 hours)", trait('x', 'within_next', { duration: '24 hours' })],
  ["trait('x').before_last(0030 day)", trait('x', 'before_last', { duration: '30 days' }), "trait('x').before_last(30 days)"],
  ["trait('x').after_next(2 weeks)", trait('x', 'after_next', { duration: '2 weeks' })],
  [
    "trait('x') >= 2026-01-31T00:00:00.5+02:00",
    trait('x', 'at_least', { value: '2026-01-31T00:00:00.5+02:00' }),
    "trait('x') >= '2026-01-31T00:00:00.5+02:00'",
  ],
  // Funnels (CND-14, 15, 16): the example of Segment's reference, and each way to bind a child.
  [
    "event('Shoes Bought').where( \nproperty('price') >= trait('avg_spend')\nAND \nevent('Shoes Returned').within(parent: 5 days).count() >= 1 \n).within(30 days).count() >= 1",
    did('Shoes Bought', undefined, {
      where: {
        type: 'and',
        filters: [
          property('price', 'at_least', { reference: 'trait', path: 'avg_spend' }),
          { ...child('Shoes Returned', { withinParent: '5 days' }), compare: { operator: 'at_least', value: 1 } } as Filter,
        ],
      },
      within: '30 days',
    }),
    "event('Shoes Bought').where(property('price') >= trait('avg_spend') AND event('Shoes Returned').within(parent: 5 days).count() >= 1).within(30 days).count() >= 1",
  ],
  [
    "event('A').where(event('B').settled().within(parent: 1 days).within(2 weeks).count() = 0).count() >= 1",
    did('A', undefined, { where: child('B', { withinParent: '1 day', within: '2 weeks', settled: true }) }),
    "event('A').where(event('B').within(2 weeks).within(parent: 1 day).settled().count() = 0).count() >= 1",
  ],
  [
    "event('A').where(event('B').where(property('id') = property(parent: 'id')).between(parent: 1 hour, 2 hours).count() = 0).count() >= 1",
    did('A', undefined, {
      where: child('B', {
        where: property('id', 'equals', { reference: 'parent', path: 'id' }),
        betweenParent: ['1 hour', '2 hours'],
      }),
    }),
  ],
  // What is read on the right side, and letters in any case (CND-17, 26).
  ["trait('a') <= trait('b')", trait('a', 'at_most', { value: { reference: 'trait', path: 'b' } })],
  [
    "trait('a').contains('x', trait('b'), ignore_case)",
    trait('a', 'contains', { values: ['x', { reference: 'trait', path: 'b' }], ignoreCase: true }),
  ],
  ["trait('a').equals('gold', ignore_case)", trait('a', 'equals', { value: 'gold', ignoreCase: true })],
  [
    "trait('a').one_of(['x', 'ignore_case'], ignore_case)",
    trait('a', 'one_of', { values: ['x', 'ignore_case'], ignoreCase: true }),
    "trait('a').one_of('x', 'ignore_case', ignore_case)",
  ],
  // Entries of lists, sources, hints, accounts (CND-20, 23, CTR-06, ACC-01).
  [
    "any_element('list', property('a') = 1 AND any_element('', property('') = 'x'))",
    {
      type: 'any_element',
      path: 'list',
      filter: {
        type: 'and',
        filters: [property('a', 'equals', 1), { type: 'any_element', path: '', filter: property('', 'equals', 'x') }],
      },
    },
  ],
  [
    "event('A').sources({exclude: ['x', 'y']}).count() = 1",
    { ...did('A', { operator: 'equals', value: 1 }), event: { name: 'A', excludeSources: ['x', 'y'] } } as Condition,
    "event('A').sources(exclude: 'x', 'y').count() = 1",
  ],
  ["event('A').max(property('x') as string) = 'a'", reduced({ kind: 'max', property: 'x', as: 'string' })],
  [
    "event('A').mode(property('x.$') as array, 2) = 'a'",
    reduced({ kind: 'most_frequent', property: 'x.$', minimum: 2, as: 'array' }),
  ],
  [
    "ANY (event('Shoes Bought').count() >= 1)",
    { type: 'any', condition: did('Shoes Bought') },
    "ANY event('Shoes Bought').count() >= 1",
  ],
  ["ALL NOT event('Shoes Bought').count() >= 1", { type: 'all', condition: not(did('Shoes Bought')) }],
  [
    `ALL (${A} AND ${B}) OR any ${C}`,
    or({ type: 'all', condition: and(a, b) }, { type: 'any', condition: c }),
    `ALL (${A} AND ${B}) OR ANY ${C}`,
  ],
  // Quotes, backslashes, paths.
  ["trait('x') = 'it\\'s'", trait('x', 'equals', { value: "it's" })],
  ["trait('x') = 'it''s'", trait('x', 'equals', { value: "it's" }), "trait('x') = 'it\\'s'"],
  ["trait('x') = ''", trait('x', 'equals', { value: '' })],
  ["trait('x') = ''''", trait('x', 'equals', { value: "'" }), "trait('x') = '\\''"],
  ["trait('x') = 'C:\\\\'", trait('x', 'equals', { value: 'C:\\' })],
  ["trait('a\\.b').exists()", trait('a\\.b', 'exists'), "trait('a\\\\.b').exists()"],
  ["trait('items.$.sku') = 'AND'", trait('items.$.sku', 'equals', { value: 'AND' })],
  ["trait('vip') = 'true'", trait('vip', 'equals', { value: 'true' })],
])('%s', (text, condition, canonical = text) => {
  expect(parseCondition(text)).toEqual(condition)
  expect(printCondition(condition)).toBe(canonical)
})

it('reads membership where it knows the audience, and a trait where it does not', () => {
  const member: Condition = { type: 'audience', audience: 'lapsed' }
  expect(printCondition(not(member))).toBe("NOT trait('lapsed') = true")
  const audiences = new Set(['lapsed'])
  expect(parseCondition("trait('lapsed') = true", { audiences })).toEqual(member)
  expect(parseCondition("trait('lapsed') = 'true'", { audiences })).toEqual(member)
  expect(parseCondition("trait('lapsed') = true")).toEqual(trait('lapsed', 'equals', { value: true }))
  expect(parseCondition("trait('lapsed') = false", { audiences })).toEqual(trait('lapsed', 'equals', { value: false }))
  expect(parseCondition("trait('lapsed.x') = true", { audiences })).toEqual(trait('lapsed.x', 'equals', { value: true }))
})

it.each([
  [
    "event('Shoes Bought').within(30 days).avg(property('spend'))",
    { event: { name: 'Shoes Bought', within: '30 days' }, measure: { kind: 'average', property: 'spend' } },
  ],
  ["event('X').count()", { event: { name: 'X' }, measure: { kind: 'count' } }],
  [
    "event('X').expires_after(30 minutes).count()",
    { event: { name: 'X', expiresAfter: '30 minutes' }, measure: { kind: 'count' } },
  ],
  [
    "event('X').sum('revenue')",
    { event: { name: 'X' }, measure: { kind: 'sum', property: 'revenue' } },
    "event('X').sum(property('revenue'))",
  ],
  ["event('X').max(property('a') as number)", { event: { name: 'X' }, measure: { kind: 'max', property: 'a', as: 'number' } }],
  [
    "event('Shoes Bought').where( property('price') > 100 AND property('brand') = 'My Brand' ).min(property('spend'))",
    {
      event: {
        name: 'Shoes Bought',
        where: { type: 'and', filters: [property('price', 'greater_than', 100), property('brand', 'equals', 'My Brand')] },
      },
      measure: { kind: 'min', property: 'spend' },
    },
    "event('Shoes Bought').where(property('price') > 100 AND property('brand') = 'My Brand').min(property('spend'))",
  ],
] as const)('computed trait %s', (text, definition, canonical: string = text) => {
  expect(parseTrait(text)).toEqual(definition)
  expect(printTrait(parseTrait(text))).toBe(canonical)
})
