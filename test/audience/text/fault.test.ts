import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Condition } from '../../../src/audience/condition.ts'
import { parseCondition, parseTrait, printCondition } from '../../../src/audience/text/condition.ts'
import type { QueryProblem } from '../../../src/audience/text/fault.ts'
import { Invalid } from '../../../src/base/errors.ts'
import { condition } from '../support/asked.ts'
import { anyCondition } from '../support/language.ts'
import { NOWS } from '../support/nasty.ts'

const problemOf = (read: () => unknown): QueryProblem => {
  try {
    read()
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    expect(error.problems).toHaveLength(1)
    return error.problems[0] as QueryProblem
  }
  throw new Error('it was read')
}

it('points at the place with line, column, what was found, what was expected and a caret', () => {
  expect(problemOf(() => parseCondition("trait('vip') = true AND\n\ttrait('plan') = )\nOR x"))).toEqual({
    field: 'query',
    message: [
      'line 2, column 18: found ")", expected a text in single quotes, a number, true, false or a day such as 2026-01-31',
      "   trait('plan') = )",
      '                   ^',
    ].join('\n'),
    line: 2,
    column: 18,
    found: ')',
    expected: ['a text in single quotes', 'a number', 'true', 'false', 'a day such as 2026-01-31'],
  })
})

it.each([
  ['TRUE', 'write true'],
  ['True', 'write true'],
  ['FALSE', 'write false'],
  ['NULL', 'ask for a missing value with .absent()'],
  ['constructor', undefined],
])('says what to write for %s', (word, remedy) => {
  const problem = problemOf(() => parseCondition(`trait('vip') = ${word}`))
  expect([problem.column, problem.remedy]).toEqual([16, remedy])
})

it('shows of a long line what is around the place', () => {
  const { message } = problemOf(() => parseCondition(`${"trait('🙂') = 1 AND ".repeat(20)} nonsense('x') > 1`))
  const [, line = '', caret = ''] = message.split('\n')
  expect([...line].length).toBeLessThan(70)
  expect([...line].slice(caret.indexOf('^')).join('')).toMatch(/^nonsense/)
})

it.each([
  ['', 1, 'found the end, expected NOT, "(", event(…), trait(…) or any_element(…)\n'],
  ['   \n ', 2, 'found the end'],
  ["trait('vip')", 13, 'expected =, ==, !=, >, >=, <, <=, .equals(…), .differs(…)'],
  ["trait('vip').is(1)", 14, 'found "is", expected .equals(…)'],
  ["trait('vip').constructor()", 14, 'found "constructor"'],
  ["constructor('vip') = 1", 1, 'found "constructor"'],
  ["trait('x') = constructor", 14, 'found "constructor"'],
  ["trait('vip') = 1 AND", 21, 'found the end'],
  ["trait('vip') = 1 trait('x') = 2", 18, 'expected AND, OR or the end'],
  ["(trait('vip') = 1", 18, 'found the end, expected AND, OR or ")"'],
  ["trait('vip') = 1)", 17, 'found ")", expected AND, OR or the end'],
  ["event('X') >= 1", 12, 'expected .where(…), .within(…), .between(…)'],
  ["event('X').count()", 19, 'found the end, expected ='],
  ['event(X).count() > 1', 7, 'expected the name of an event in single quotes'],
  ["event('').count() > 1", 7, 'the name of an event has 1 to 500 characters'],
  ["event('X').within(30 months).count() > 1", 22, 'found "months", expected seconds, minutes, hours, days or weeks'],
  ["event('X').within(1.5 days).count() > 1", 19, 'expected a whole number up to 999999'],
  ["event('X').within(1 day).within(2 days).count() > 1", 26, 'there is a within(…) already'],
  ["event('X').sum() > 1", 16, 'expected a path in single quotes, property(…) or context(…)'],
  ["property('x') = 1", 1, 'a property is read only inside where(…) or a reducer'],
  ["trait('x') = null", 14, 'found "null"', '.absent()'],
  ["trait('x') = 'open", 14, 'found "\'open"', 'close the text'],
  ['trait("x") = 1', 7, 'found """', 'straight single quotes'],
  ['trait(‘x’) = 1', 7, 'found "‘"', 'straight single quotes'],
  ["trait('x') > 2026-02-30", 14, 'found "2026-02-30"', 'a day that exists'],
  ["trait('x').before_date('soon')", 24, 'expected an instant such as 2026-01-31T00:00:00Z'],
  ["trait('x') = 12345678901234567890", 14, 'a number keeps no more than 15 digits', 'in quotes'],
  ["trait('x') = 1e999", 14, 'a number keeps no more'],
  ["trait('x') = 1e-999", 14, 'a number keeps no more'],
  ["trait('x') % 1", 12, 'found "%"'],
  [
    "event('A').where(property(parent: 'x') = 1).count() >= 1",
    27,
    'property(parent: …) stands on the right side',
    "property('id') = property(parent: 'id')",
  ],
  ["event('A').where(ANY property('x') = 1).count() >= 1", 18, 'ANY is about the users of an account'],
  ["event('A').within(parent 5 days).count() >= 1", 26, 'expected ":"'],
  ["event('A').within(1 day).within(parent: 2 days).within(parent: 3 days).count() >= 1", 49, 'there is a within(…) already'],
  ["event('A').sources('x').count() >= 1", 20, 'expected "exclude"'],
  ["event('A').max(property('x') as text) > 'a'", 33, 'expected number or string'],
  ["event('A').mode(property('x') as list) > 'a'", 34, 'expected string, number or array'],
  ["any_element('x') = 1", 16, 'expected ","'],
  ["any_element('x', trait('y'))", 28, 'expected ='],
  ["trait('x') = property(parent 'y')", 30, 'expected ":"'],
  ["trait('x') = context('')", 22, 'a path has 1 to 500 characters'],
  ["event('A').sum(context(x)) > 1", 24, 'expected a path in single quotes'],
  ["trait('x') = 2026-02-30", 14, 'found "2026-02-30"', 'write a day that exists'],
])('%j', (text, column, says, remedy?: string) => {
  const problem = problemOf(() => parseCondition(text))
  expect(problem).toMatchObject({ column, message: expect.stringContaining(says) })
  expect(problem.remedy ?? '').toContain(remedy ?? '')
})

it.each([
  ["entity('pets').count() > 1", 1, 'an entity'],
  ["event('A').where(entity('pets').count() > 1).count() > 1", 18, 'an entity'],
])('not yet: %s', (text, column, says) => {
  expect(problemOf(() => parseCondition(text))).toMatchObject({
    column,
    message: expect.stringContaining(`${says} is not supported yet`),
  })
})

it('a computed trait ends with its reducer', () => {
  expect(problemOf(() => parseTrait("event('X').count() > 1"))).toMatchObject({ column: 20, remedy: expect.any(String) })
  expect(problemOf(() => parseTrait("trait('x') = 1"))).toMatchObject({ column: 1, expected: ['event(…)'] })
})

it('says which field it was', () => {
  expect(problemOf(() => parseCondition('', { field: 'definition.query' })).field).toBe('definition.query')
})

it('bounds length and depth', () => {
  expect(problemOf(() => parseCondition("trait('x') = 1 OR ".repeat(2_000))).message).toContain('20000 are allowed')
  for (const open of ['(', 'NOT ', 'NOT (']) {
    expect(problemOf(() => parseCondition(open.repeat(3_000))).message).toContain('nested deeper than 100')
  }
  expect(problemOf(() => parseCondition(`event('x').where(${'('.repeat(9_000)}`)).message).toContain('nested deeper than 100')
  const many = `trait('x').one_of(${"'a',".repeat(1_000)}'a')`
  expect(problemOf(() => parseCondition(many)).message).toContain('at most 1000 entries')
  const filters = `event('x')${".where(property('x')=1)".repeat(800)}.count()=1`
  expect(parseCondition(filters).type).toBe('event')
})

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const answers = (text: string): void => {
  for (const read of [parseCondition, parseTrait]) {
    try {
      const found = read(text)
      if (read === parseCondition) expect(Condition.parse(found)).toEqual(found)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      expect(error.problems[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) })
    }
  }
}
const WORDS = [
  ...['event', 'trait', 'property', 'context', 'literal', 'entity', 'where', 'within', 'between', 'sources', 'parent', 'exclude'],
  ...[
    'count',
    'sum',
    'min',
    'as',
    'any_element',
    'settled',
    'ignore_case',
    'expires_after',
    'number',
    'string',
    'equals',
    'one_of',
    'contains',
    'exists',
    'before_date',
    'within_last',
  ],
  ...['AND', 'OR', 'NOT', 'ANY', 'ALL', 'days', 'hour', 'true', 'null', '__proto__', 'toString', "'x'", "'", "''", '\\', '"'],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '.',
    ',',
    ':',
    '=',
    '==',
    '!=',
    '>=',
    '<',
    '30',
    '-1',
    '1.5',
    '2026-01-31',
    '2026-99-99T00:00Z',
  ],
  ...[
    '30 days',
    "event('A')",
    ".where(property('x')",
    '.count()',
    "trait('t')",
    ' >= 1',
    ' ',
    '\n',
    '\t',
    '\0',
    '\ud800',
    '🙂',
    'é',
  ],
]

it(`answers any text with a condition or with Invalid, never otherwise (seed ${SEED})`, () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), answers), { seed: SEED, numRuns: 2_000 })
  const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(''))
  fc.assert(fc.property(soup, answers), { seed: SEED, numRuns: 5_000 })
})

it(`answers a damaged text with a condition or with Invalid (seed ${SEED})`, () => {
  const damaged = fc
    .tuple(
      fc.oneof(fc.constantFrom(...NOWS).chain(condition), anyCondition),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(5),
      fc.constantFrom(...WORDS),
    )
    .map(([asked, where, cut, word]) => {
      const text = printCondition(asked)
      const at = Math.floor(where * text.length)
      return text.slice(0, at) + word + text.slice(at + cut)
    })
  fc.assert(fc.property(damaged, answers), { seed: SEED, numRuns: 2_000 })
})
