import { expect, it } from 'vitest'
import type { Condition } from '../../src/audience/condition.ts'
import { definitionSentence, sentence } from '../../src/audience/sentence.ts'
import { parseCondition, parseTrait } from '../../src/audience/text/condition.ts'
import { did, not } from './support/world.ts'

const revenue = { type: 'property', path: 'revenue', compare: { operator: 'at_least', value: 100 } } as const

it.each<[string, Condition]>([
  ['did “Order” at least twice within the last 30 days', did('Order', { operator: 'at_least', value: 2 }, { within: '30 days' })],
  ['did “Order”', did('Order')],
  ['did not do “Order” within the last 60 days', did('Order', { operator: 'equals', value: 0 }, { within: '60 days' })],
  ['did “Order” within the last 1 day', did('Order', undefined, { within: '1 days' })],
  ['did “Order” between 1 hour and 30 days ago', did('Order', undefined, { between: ['1 hours', '30 day'] })],
  [
    '“since” is within the last 1 day',
    { type: 'trait', path: 'since', compare: { operator: 'within_last', duration: '1 days' } },
  ],
  [
    '“since” is more than 1 week ago',
    { type: 'trait', path: 'since', compare: { operator: 'before_last', duration: '1 weeks' } },
  ],
  ['did “Order” exactly once', did('Order', { operator: 'equals', value: 1 })],
  ['did “Order” at most 3 times', did('Order', { operator: 'at_most', value: 3 })],
  [
    'did “Order” where “revenue” is at least 100, between 30 days and 90 days ago',
    did('Order', undefined, { where: revenue, between: ['30 days', '90 days'] }),
  ],
  [
    'the sum of “revenue” of “Order” within the last 90 days is greater than 100',
    {
      type: 'event',
      event: { name: 'Order', within: '90 days' },
      measure: { kind: 'sum', property: 'revenue' },
      compare: { operator: 'greater_than', value: 100 },
    },
  ],
  [
    'the last “category” of “Product Viewed” is “shoes”',
    {
      type: 'event',
      event: { name: 'Product Viewed' },
      measure: { kind: 'last', property: 'category' },
      compare: { operator: 'equals', value: 'shoes' },
    },
  ],
  [
    'the most frequent “category” (there at least 3 times) of “Product Viewed” within the last 7 days is “shoes”',
    {
      type: 'event',
      event: { name: 'Product Viewed', within: '7 days' },
      measure: { kind: 'most_frequent', property: 'category', minimum: 3 },
      compare: { operator: 'equals', value: 'shoes' },
    },
  ],
  [
    'the number of different “category” of “Product Viewed” is at least 3',
    {
      type: 'event',
      event: { name: 'Product Viewed' },
      measure: { kind: 'unique_count', property: 'category' },
      compare: { operator: 'at_least', value: 3 },
    },
  ],
  [
    'did “Order”, and is not part of “lapsed”, and (“plan” is “pro” or “team”, or “vip” exists)',
    {
      type: 'and',
      conditions: [
        did('Order'),
        not({ type: 'audience', audience: 'lapsed' }),
        {
          type: 'or',
          conditions: [
            { type: 'trait', path: 'plan', compare: { operator: 'one_of', values: ['pro', 'team'] } },
            { type: 'trait', path: 'vip', compare: { operator: 'exists' } },
          ],
        },
      ],
    },
  ],
  [
    '“trial_ends” is within the next 3 days',
    { type: 'trait', path: 'trial_ends', compare: { operator: 'within_next', duration: '3 days' } },
  ],
])('%s', (expected, condition) => {
  expect(sentence(condition)).toBe(expected)
})

it.each([
  [
    'did “A” (and then did not do “B” within 1 day of it, once that time is over)',
    "event('A').where(event('B').within(parent: 1 day).settled().count() = 0).count() >= 1",
  ],
  [
    'did “A” (and then did “B” where “id” is the first event’s “id”, at least twice between 1 hour and 2 hours after it) within the last 30 days',
    "event('A').where(event('B').where(property('id') = property(parent: 'id')).between(parent: 1 hour, 2 hours).count() >= 2).within(30 days).count() >= 1",
  ],
  [
    'did “A” where “price” is at least the trait “avg_spend”',
    "event('A').where(property('price') >= trait('avg_spend')).count() >= 1",
  ],
  ['did “A” where “a” is greater than the same event’s “b”', "event('A').where(property('a') > property('b')).count() >= 1"],
  ['did “A” a number of times that is greater than the trait “goal”', "event('A').count() > trait('goal')"],
  ['did “A” where the trait “vip” is true', "event('A').where(trait('vip') = true).count() >= 1"],
  [
    'one entry of “list” has (“a” is 1, and it contains “x”)',
    "any_element('list', property('a') = 1 AND property('').contains('x'))",
  ],
  [
    'the highest context “fee” of “A” where “city” is the same event’s context “location.city” is at least 5',
    "event('A').where(property('city') = context('location.city')).max(context('fee')) >= 5",
  ],
  ['“born” is 2001-02-03', "trait('born') = 2001-02-03"],
  ['did “A” (not from “x” or “y”)', "event('A').sources(exclude: 'x', 'y').count() >= 1"],
  ['“plan” is “gold” (in any case)', "trait('plan').equals('gold', ignore_case)"],
  ['the highest “p” (as text) of “A” is “x”', "event('A').max('p' as string) = 'x'"],
  ['one of whose users did “A”', "ANY event('A').count() >= 1"],
  ['all of whose users (did “A”, and “x” exists)', "ALL (event('A').count() >= 1 AND trait('x').exists())"],
  ['none of whose users did “A”', "ALL NOT event('A').count() >= 1"],
  ['none of whose users (“x” exists, or “y” exists)', "ALL NOT (trait('x').exists() OR trait('y').exists())"],
  ['one of whose users not (“x” exists)', "ANY NOT trait('x').exists()"],
  ['did “A” where (“x” is 1, and “y” is 2)', "event('A').where(property('x') = 1 AND property('y') = 2).count() > 0"],
  ['did “A” where “x” is 1, and “y” is 2', "event('A').where(property('x') = 1).count() > 0 AND trait('y') = 2"],
  [
    'did “A” where “x” is 1 (and then did not do “B”), within the last 3 days',
    "event('A').where(property('x') = 1 AND event('B').count() = 0).within(3 days).count() > 0",
  ],
  [
    'did “A” (and then did “B” (and then did “C”)) (and then the sum of “n” of “D” is 5)',
    "event('A').where(event('B').where(event('C').count() > 0).count() > 0 AND event('D').sum('n') = 5).count() > 0",
  ],
  [
    'did “A” where (“x” is 1, or then did “B” within 1 day of it)',
    "event('A').where(property('x') = 1 OR event('B').within(parent: 1 day).count() > 0).count() > 0",
  ],
  ['did “A” where not (then did “B”)', "event('A').where(NOT event('B').count() > 0).count() > 0"],
  ['not (“x” is 1, and “y” is 2), and “z” is 3', "NOT (trait('x') = 1 AND trait('y') = 2) AND trait('z') = 3"],
  ['not (did “A”), and “x” is 1', "NOT event('A').count() > 0 AND trait('x') = 1"],
  ['did “A” a number of times that is true', "event('A').count() = true"],
  ['did “A” a number of times that is less than “”', "event('A').count() < ''"],
  ['did “A” exactly twice', "event('A').count() = '2'"],
  ['did “A” a number of times that is none of 1 or 2', "event('A').count().none_of(1, 2)"],
])('%s', (expected, text) => {
  expect(sentence(parseCondition(text))).toBe(expected)
})

it('encloses a group that is the only part of another', () => {
  const exists = (path: string) => ({ type: 'trait', path, compare: { operator: 'exists' } }) as const
  const one = { type: 'and', conditions: [{ type: 'or', conditions: [exists('a'), exists('b')] }] } as const
  expect(sentence({ type: 'and', conditions: [one, exists('c')] })).toBe('(“a” exists, or “b” exists), and “c” exists')
})

it('says what a computed trait is', () => {
  expect(definitionSentence({ event: { name: 'Page Viewed', within: '7 days' }, measure: { kind: 'count' } })).toBe(
    'how often somebody did “Page Viewed” within the last 7 days',
  )
  expect(definitionSentence(parseTrait("event('A').expires_after(30 minutes).sum('n')"))).toBe(
    'the sum of “n” of “A” in a session that ends after 30 minutes of silence',
  )
})
