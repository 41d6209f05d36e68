import { expect, it } from 'vitest'
import type { Condition, Filter } from '../../src/audience/condition.ts'
import { create } from '../../src/audience/save.ts'
import { parseCondition, parseTrait } from '../../src/audience/text/condition.ts'
import { problemsOf, problemsOfFilter, problemsOfTrait } from '../../src/audience/validate.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { limitsWith } from '../../src/space/limit.ts'
import { freshDatabase } from '../support/database.ts'
import { makeAudience, makeSpace, START } from './support/world.ts'

const catalog = { audiences: new Map([['vip', 'aud_vip']]), computedTraits: new Map<string, string>() }
const messages = (condition: Condition): readonly string[] => problemsOf(condition, catalog).map(({ message }) => message)

it.each([
  ["event('A').within(parent: 5 days).count() >= 1", 'has a time after its parent, and there is no event around it'],
  ["event('A').between(parent: 1 day, 5 days).count() >= 1", 'has a time after its parent'],
  ["event('A').settled().count() >= 1", 'has a time after its parent'],
  ["event('A').where(event('B').settled().count() = 0).count() >= 1", 'is never settled without a `withinParent`'],
  ["event('A').where(event('B').within(parent: 1 day).between(parent: 1 day, 2 days).count() = 0).count() >= 1", 'has both'],
  ["event('A').where(property('x') = property(parent: 'x')).count() >= 1", 'there is no event around this one'],
  ["trait('x') = property('y')", 'there is no event whose property could be read here'],
  ["event('A').count() >= property('y')", 'there is no event whose property could be read here'],
  ["event('A').where(property('') = 1).count() >= 1", 'the path is empty'],
  ["event('A').where(any_element('', property('x') = 1)).count() >= 1", 'the path is empty'],
  ["event('A').where(property('x') = property('')).count() >= 1", 'the path on the right side is empty'],
  ["event('A').where(property('x') = trait('list.$')).count() >= 1", 'the right side is one value'],
  ["any_element('x', event('A').count() >= 1)", 'an entry of an array has no time'],
  ["event('A').where(any_element('x', event('B').count() >= 1)).count() >= 1", 'an entry of an array has no time'],
  ["any_element('x', context('page.url') = 'a')", 'a trait has no context'],
  [
    "event('A').where(event('B').where(context('traits.x') = 1).count() >= 1).count() >= 1",
    'context.traits of an event is no condition',
  ],
  ["event('A').expires_after(1 hour).count() >= 1", 'a session is for computed traits'],
  ["event('A').where(event('B').expires_after(1 hour).count() >= 1).count() >= 1", 'a session is for computed traits'],
  ["event('A').sum('list.$') > 1", 'an aggregate takes one value an event'],
  ["event('A').where(event('B').count().before_date(2026-01-01)).count() >= 1", 'a measured number is no date'],
  ["event('A').where(event('B').within(999999 weeks).count() >= 1).count() >= 1", 'is too long'],
  ["ANY trait('x') = 1", 'ANY and ALL are for audiences of accounts'],
  ["trait('x') = 1 AND NOT ALL NOT trait('x') = 1", 'ANY and ALL are for audiences of accounts'],
  ["event('A').where(trait('x\0') = 1).count() >= 1", 'has a character that cannot be stored'],
])('refuses %s, and says what to do', (text, message) => {
  const problems = problemsOf(parseCondition(text), catalog)
  expect(problems).toEqual([{ field: expect.any(String), message: expect.stringContaining(message), remedy: expect.any(String) }])
})

it.each([
  "event('A').count() = '5'",
  "event('A').count() = trait('x')",
  "event('A').sum('price').starts_with('1')",
  "event('A').max('price' as string) = 'abc'",
  "event('A').last('plan') = 'abc'",
  "trait('x') = 'abc'",
])('takes %s, which may be true', (text) => {
  expect(messages(parseCondition(text))).toEqual([])
})

it.each([
  ["trait('x') = 1 AND NOT trait('y') = property('z')", 'condition.conditions.1.condition.compare'],
  ["trait('x') = 1 OR event('A').within(40000 days).count() > 0", 'condition.conditions.1.event.within'],
  [
    "event('A').where(property('x') = 1 AND NOT property('y') = property(parent: 'z')).count() > 0",
    'condition.event.where.filters.1.filter.compare',
  ],
  ["any_element('x', property('a') = 1 AND context('b') = 2)", 'condition.filter.filters.1'],
  ["event('A').where(event('B').where(property('\0') = 1).count() > 0).count() > 0", 'condition.event.where.event.where.path'],
  ["trait('x') = 1 AND (trait('y') = 1 OR ANY trait('z') = 1)", 'condition.conditions.1.conditions.1'],
])('says where in a condition it is: %s', (text, field) => {
  expect(problemsOf(parseCondition(text), catalog).map((problem) => problem.field)).toEqual([field])
})

it('CND-27 every comparison counts, those of children, entries and traits too; the number is a setting', () => {
  const where = `${"property('x') = 1 AND ".repeat(46)}any_element('list', property('y') = 2)`
  const text = (more: string): Condition =>
    parseCondition(`event('A').where(event('B').where(${where}${more}).count() >= 1).count() >= 1`)
  expect(messages(text(" AND trait('z') = 1"))).toEqual([])
  expect(messages(text(" AND trait('z') = 1 AND trait('z') = 2"))).toEqual(['has 51 comparisons, 50 are allowed'])
  const set = (comparisons: number | null) =>
    problemsOf(text(''), catalog, limitsWith({ comparisons })).map(({ message }) => message)
  expect([set(49), set(48), set(null)]).toEqual([[], ['has 49 comparisons, 48 are allowed'], []])
  const trait = parseTrait(`event('A').where(${"property('x') = 1 AND ".repeat(50)}property('y') = 1).count()`)
  expect(problemsOfTrait(trait).map(({ message }) => message)).toEqual(['has 51 comparisons, 50 are allowed'])
})

it.each<[string, Filter]>([
  ['a trait', { type: 'trait', path: 'x', compare: { operator: 'exists' } }],
  [
    'a trait beside it',
    { type: 'property', path: 'x', compare: { operator: 'equals', value: { reference: 'trait', path: 'x' } } },
  ],
  [
    'another event',
    { type: 'event', event: { name: 'B' }, measure: { kind: 'count' }, compare: { operator: 'at_least', value: 1 } },
  ],
])('one event of which nothing else is known is not asked for %s', (_what, filter) => {
  expect(problemsOfFilter(filter).map(({ message }) => message)).toEqual(['only the event itself can be asked here'])
  expect(problemsOfFilter({ type: 'not', filter: { type: 'any_element', path: 'list', filter } })).toHaveLength(1)
})

it('AUD-16 a circle is refused wherever the reference stands, and through computed traits', async () => {
  const { db } = await freshDatabase()
  const spaceId = 'spa_circles'
  await makeSpace(db, spaceId)
  const trait = (key: string, text: string) =>
    create(db, 'computed_trait', { spaceId, by: 'test', now: START }, `tra_${key}`, {
      name: key,
      key,
      description: '',
      enabled: true,
      definition: parseTrait(text) as unknown as JsonObject,
      options: {},
    })
  await makeAudience(db, spaceId, 'a', parseCondition("event('A').where(property('x') > trait('b')).count() >= 1"))
  await expect(trait('b', "event('A').where(trait('a') = true).count()")).rejects.toThrow('b → a → b')
  await expect(trait('c', "event('A').where(event('B').where(property('x') = trait('c')).count() = 0).count()")).rejects.toThrow(
    'c → c',
  )
  await trait('b', "event('A').count()")
  await expect(makeAudience(db, spaceId, 'd', parseCondition("any_element('x', property('') = trait('d'))"))).rejects.toThrow(
    'd → d',
  )
})
