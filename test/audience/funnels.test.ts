import { expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { type Somebody, settle, whoIs } from './support/people.ts'
import { makePartitions } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)

const SPACE = 'spa_funnels'
const day = 24
const people: Readonly<Record<string, Somebody>> = {
  nobody: {},
  a: { did: [['A', -10 * day]] },
  ab: {
    did: [
      ['A', -10 * day],
      ['B', -9 * day],
    ],
  },
  ba: {
    did: [
      ['B', -10 * day],
      ['A', -9 * day],
    ],
  },
  aba: {
    did: [
      ['A', -10 * day],
      ['B', -9 * day],
      ['A', -8 * day],
    ],
  },
  late: {
    did: [
      ['A', -10 * day],
      ['B', -4 * day],
    ],
  },
  exactly: {
    did: [
      ['A', -10 * day],
      ['B', -5 * day],
    ],
  },
  together: {
    did: [
      ['A', -10 * day],
      ['B', -10 * day],
    ],
  },
  twice: {
    did: [
      ['A', -10 * day],
      ['B', -9 * day],
      ['B', -8 * day],
    ],
  },
  same: {
    did: [
      ['A', -10 * day, { id: 'x', n: 5 }],
      ['B', -9 * day, { id: 'x', n: 7 }],
    ],
  },
  other: {
    did: [
      ['A', -10 * day, { id: 'x', n: 5 }],
      ['B', -9 * day, { id: 'y', n: 3 }],
    ],
  },
  abc: {
    did: [
      ['A', -10 * day],
      ['B', -9 * day],
      ['C', -8 * day],
    ],
  },
  acb: {
    did: [
      ['A', -10 * day],
      ['C', -9 * day],
      ['B', -8 * day],
    ],
  },
  fresh: { did: [['A', -day / 2]] },
}
await settle(db, SPACE, people)
const all = Object.keys(people)
const but = (...names: readonly string[]): readonly string[] => all.filter((name) => !names.includes(name)).sort()

const child = (where: string): string => `event('A').where(${where}).count() >= 1`

it.each<[string, string, readonly string[]]>([
  [
    'CND-14 and then did not: the last A has no later B',
    child("event('B').count() = 0"),
    ['a', 'aba', 'ba', 'fresh', 'together'],
  ],
  ['CND-14 the same with NOT', child("NOT event('B').count() >= 1"), ['a', 'aba', 'ba', 'fresh', 'together']],
  ['CND-15 and then did: strictly later', child("event('B').count() >= 1"), but('nobody', 'a', 'ba', 'together', 'fresh')],
  [
    'CND-15 within 5 days of the parent, inclusive; not after 6 days',
    child("event('B').within(parent: 5 days).count() >= 1"),
    but('nobody', 'a', 'ba', 'together', 'fresh', 'late'),
  ],
  [
    'CND-15 between a and b after the parent',
    child("event('B').between(parent: 1 day, 5 days).count() >= 1"),
    ['acb', 'exactly', 'twice'],
  ],
  ['CND-15 reversed bounds match nothing', child("event('B').between(parent: 5 days, 1 day).count() >= 1"), []],
  ['CND-15 so often after it', child("event('B').count() >= 2"), ['twice']],
  ['CND-15 at most so often after it', child("event('B').count() <= 1"), but('nobody', 'twice')],
  ['CND-15 each parent is asked, and the parents are counted', "event('A').where(event('B').count() = 0).count() = 2", []],
  ['CND-15 one of two parents', "event('A').where(event('B').count() >= 1).count() = 1 AND event('A').count() = 2", ['aba']],
  [
    'CND-15 a parent in its window',
    "event('A').where(event('B').count() >= 1).within(10 days).count() >= 1",
    but('nobody', 'a', 'ba', 'together', 'fresh'),
  ],
  ['CND-15 a parent out of its window', "event('A').where(event('B').count() >= 1).within(9 days).count() >= 1", []],
  ['CND-15 a child in a window of its own', child("event('B').within(8 days).count() >= 1"), ['acb', 'exactly', 'late', 'twice']],
  ['CND-16 the same property', child("event('B').where(property('id') = property(parent: 'id')).count() >= 1"), ['same']],
  [
    'CND-16 only the same one cancels',
    child("property('id').exists() AND event('B').where(property('id') = property(parent: 'id')).count() = 0"),
    ['other'],
  ],
  ['CND-16 greater than the parent’s', child("event('B').where(property('n') > property(parent: 'n')).count() >= 1"), ['same']],
  [
    'CND-16 missing on the right is false',
    child("event('B').where(property('missing') != property(parent: 'missing')).count() >= 1"),
    [],
  ],
  [
    'CND-16 missing on the right omits',
    child("event('B').where(property('id').omits(property(parent: 'missing'))).count() >= 1"),
    but('nobody', 'a', 'ba', 'together', 'fresh'),
  ],
  ['CND-16 what is measured after it against its property', child("event('B').sum('n') > property('n')"), ['same']],
  ['CND-15 a funnel of three', child("event('B').where(event('C').count() >= 1).count() >= 1"), ['abc']],
  [
    'CND-14 and then B, and then not C',
    child("event('B').where(event('C').count() = 0).count() >= 1"),
    but('nobody', 'a', 'ba', 'together', 'fresh', 'abc'),
  ],
  [
    'CND-16 the property two before is not the parent’s',
    child("event('B').where(event('C').where(property('x') = property(parent: 'id')).count() >= 1).count() >= 1"),
    [],
  ],
  ['CND-15 or', child("event('B').count() = 2 OR event('C').count() >= 1"), ['abc', 'acb', 'twice']],
  [
    'CND-14 not yet settled: at once',
    child("event('B').within(parent: 1 day).count() = 0"),
    but('nobody', 'ab', 'twice', 'same', 'other', 'abc'),
  ],
  [
    'CND-14 settled: only when the day is over',
    child("event('B').within(parent: 1 day).settled().count() = 0"),
    but('nobody', 'ab', 'twice', 'same', 'other', 'abc', 'fresh'),
  ],
  [
    'CND-14 settled under NOT',
    child("NOT event('B').within(parent: 1 day).settled().count() >= 1"),
    but('nobody', 'ab', 'twice', 'same', 'other', 'abc', 'fresh'),
  ],
  ['CND-15 events of the child are filtered', child("event('B').where(property('n') > 4).count() >= 1"), ['same']],
  ['CND-15 the last property after it', child("event('B').last('id') = 'x'"), ['same']],
  ['CND-14 the whole funnel as a sum', "event('A').where(event('B').count() >= 1).sum('n') >= 10", []],
  ['CND-14 as a sum', "event('A').where(event('B').count() >= 1).sum('n') = 5", ['other', 'same']],
])('%s', async (_check, text, expected) => {
  expect(await whoIs(db, SPACE, people, text)).toEqual(expected)
})

it('CND-14 settled is not settled at the very edge, and is just after it', async () => {
  const text = child("event('B').within(parent: 12 hours).settled().count() = 0")
  expect(await whoIs(db, SPACE, people, text, 0)).not.toContain('fresh')
  expect(await whoIs(db, SPACE, people, text, 1 / 3_600)).toContain('fresh')
})
