import { describe, expect, inject, it } from 'vitest'
import type { Comparison } from '../../src/audience/condition.ts'
import { holds } from '../../src/audience/evaluator/matches.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { connect } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { administrate } from '../../src/dev/postgres.ts'
import { freshDatabase, TEST_SECRET } from '../support/database.ts'
import { addProfile, makeSpace, matching, START } from './support/world.ts'

const { db } = await freshDatabase()
const SPACE = 'spa_operators'
await makeSpace(db, SPACE)

const SOMEBODY = { collection: 'users', merged: false, identifiers: {}, events: [], memberships: {}, computed: {} } as const
const WORLD = { audiences: [], computedTraits: [], externalIds: [] }

const NOTHING = Symbol('no such trait')
type Case = readonly [check: string, stored: Json | typeof NOTHING, compare: Comparison, expected: boolean]

const now = START
const ago = (hours: number): string => new Date(now.getTime() - hours * 3_600_000).toISOString()
const v = <O extends Comparison['operator']>(operator: O, value: string | number | boolean): Comparison =>
  ({ operator, value }) as unknown as Comparison
const vs = (operator: 'one_of' | 'none_of' | 'contains', ...values: (string | number | boolean)[]): Comparison =>
  ({ operator, values }) as Comparison
const d = (operator: 'within_last' | 'within_next' | 'before_last' | 'after_next', duration: string): Comparison => ({
  operator,
  duration,
})
const cased = (compare: Comparison): Comparison => ({ ...compare, ignoreCase: true }) as Comparison
const exists: Comparison = { operator: 'exists' }
const absent: Comparison = { operator: 'absent' }

const CASES: readonly Case[] = [
  ['CND-01 equals', 'gold', v('equals', 'gold'), true],
  ['CND-26 case', 'Gold', v('equals', 'gold'), false],
  // A sigma that ends a word is written ς, and is a sigma.
  ['CND-26 final sigma, begins', 'ΟΔΟΣΑ', cased(v('starts_with', 'ΟΔΟΣ')), true],
  ['CND-26 final sigma, begins', 'οδοσα', cased(v('starts_with', 'οδος')), true],
  ['CND-26 final sigma, contains', 'Η ΟΔΟΣΑ', cased(vs('contains', 'ΟΔΟΣ')), true],
  ['CND-26 final sigma, omits', 'Η ΟΔΟΣΑ', cased(v('omits', 'ΟΔΟΣ')), false],
  ['CND-26 final sigma, ends', 'ΟΔΟΣ', cased(v('ends_with', 'Σ')), true],
  ['CND-26 final sigma, equals', 'ΟΔΟΣ', cased(v('equals', 'οδοσ')), true],
  ['CND-26 final sigma, one of', 'οδος', cased(vs('one_of', 'ΟΔΟΣ')), true],
  ['CND-26 final sigma, case matters', 'ΟΔΟΣΑ', v('starts_with', 'οδος'), false],
  ['CND-01 equals number', 5, v('equals', 5), true],
  ['CND-01 equals 5.0', 5, v('equals', 5.0), true],
  ['CND-04 text of number', '100', v('equals', 100), true],
  ['CND-04 text of number', '100.0', v('equals', 100), true],
  ['CND-04 number of text', 100, v('equals', '100'), true],
  ['CND-04 texts are texts', '100.0', v('equals', '100'), false],
  ['CND-04 not a number', ' 5', v('equals', 5), false],
  ['CND-04 not a number', '005', v('equals', 5), false],
  ['CND-04 not a number', '5e0', v('equals', 5), false],
  ['CND-04 not a number', '', v('equals', 0), false],
  ['CND-04 boolean', true, v('equals', 'true'), true],
  ['CND-04 boolean', 'true', v('equals', true), true],
  ['CND-04 boolean', 'True', v('equals', true), false],
  ['CND-04 boolean', 1, v('equals', true), false],
  ['CND-01 equals array', ['a'], v('equals', 'a'), false],
  ['CND-01 equals null', null, v('equals', 'null'), false],
  ['CND-02 equals nothing', NOTHING, v('equals', 'a'), false],
  ['CND-02 not_equals', 'b', v('not_equals', 'a'), true],
  ['CND-02 not_equals', 'a', v('not_equals', 'a'), false],
  ['CND-02 not_equals null', null, v('not_equals', 'a'), false],
  ['CND-02 not_equals nothing', NOTHING, v('not_equals', 'a'), false],
  ['CND-02 not_equals other type', 5, v('not_equals', 'a'), true],
  ['CND-02 not_equals number in text', '5', v('not_equals', 5), false],
  ['CND-01 less', 5, v('less_than', 6), true],
  ['CND-01 less', 6, v('less_than', 6), false],
  ['CND-01 at most', 6, v('at_most', 6), true],
  ['CND-01 greater', '10', v('greater_than', 9), true],
  ['CND-01 greater, both texts of numbers', '10', v('greater_than', '9'), true],
  ['CND-01 greater, texts', 'b', v('greater_than', 'a'), true],
  ['CND-01 code point', 'a', v('greater_than', 'B'), true],
  ['CND-01 code point', 'ä', v('greater_than', 'z'), true],
  ['CND-01 instants', '2026-01-01T10:00:00+02:00', v('less_than', '2026-01-01T09:00:00Z'), true],
  ['CND-01 text that is no number', 'abc', v('less_than', 5), false],
  ['CND-01 ordering of booleans', true, v('at_least', true), false],
  ['CND-01 ordering of null', null, v('at_most', 5), false],
  ['CND-01 ordering of nothing', NOTHING, v('at_most', 5), false],
  ['CND-01 at least exact', 0.1, v('at_least', 0.1), true],
  ['CND-01 large', '12345678901234567890.5', v('greater_than', '12345678901234567890.4'), true],
  ['CND-01 one_of', 'b', vs('one_of', 'a', 'b'), true],
  ['CND-01 one_of number', '2', vs('one_of', 1, 2), true],
  ['CND-01 one_of mixed', true, vs('one_of', 1, 'true'), true],
  ['CND-02 one_of nothing', NOTHING, vs('one_of', 'a'), false],
  ['CND-02 none_of', 'c', vs('none_of', 'a', 'b'), true],
  ['CND-02 none_of', 'a', vs('none_of', 'a', 'b'), false],
  ['CND-02 none_of nothing', NOTHING, vs('none_of', 'a'), false],
  ['CND-01 contains', 'hello', vs('contains', 'ell'), true],
  ['CND-01 contains any', 'hello', vs('contains', 'x', 'lo'), true],
  ['CND-01 contains none', 'hello', vs('contains', 'x', 'y'), false],
  ['CND-01 contains % and _', 'hello', vs('contains', 'h%o'), false],
  ['CND-01 contains number', 1234, vs('contains', '23'), true],
  ['CND-21 contains array', [{ a: 1 }, 'x'], vs('contains', '[{"a":1},"x"]'), true],
  ['CND-21 contains object', { a: { b: [1, 2] } }, vs('contains', '"b":[1,2]'), true],
  ['CND-21 contains boolean', true, vs('contains', 'ru'), true],
  ['CND-02 contains null', null, vs('contains', 'null'), false],
  ['CND-02 contains nothing', NOTHING, vs('contains', 'a'), false],
  ['CND-02 omits', 'hello', v('omits', 'x'), true],
  ['CND-02 omits', 'hello', v('omits', 'ell'), false],
  ['CND-02 omits null', null, v('omits', 'x'), true],
  ['CND-02 omits nothing', NOTHING, v('omits', 'x'), true],
  ['CND-01 starts_with', 'hello', v('starts_with', 'he'), true],
  ['CND-01 starts_with', 'hello', v('starts_with', 'el'), false],
  ['CND-01 ends_with', 'hello', v('ends_with', 'lo'), true],
  ['CND-01 ends_with', 'hello', v('ends_with', 'xhello'), false],
  ['CND-01 ends_with letters, not bytes', 'naïveté', v('ends_with', 'eté'), true],
  ['CND-02 ends_with nothing', NOTHING, v('ends_with', 'lo'), false],
  ['CND-01 exists', '', exists, true],
  ['CND-01 exists false', false, exists, true],
  ['CND-02 exists null', null, exists, false],
  ['CND-02 exists nothing', NOTHING, exists, false],
  ['CND-02 absent null', null, absent, true],
  ['CND-02 absent nothing', NOTHING, absent, true],
  ['CND-02 absent', 0, absent, false],
  ['CND-05 before', '2026-01-01T00:00:00Z', v('before_date', '2026-01-02'), true],
  ['CND-05 before is strict', '2026-01-02T00:00:00Z', v('before_date', '2026-01-02'), false],
  ['CND-05 before, zones', '2026-01-01T23:30:00-01:00', v('before_date', '2026-01-02T00:00:00Z'), false],
  ['CND-05 after', '2026-01-03T00:00:00.001Z', v('after_date', '2026-01-03T00:00:00Z'), true],
  ['CND-05 no zone', '2026-01-01T00:00:00', v('before_date', '2027-01-01'), false],
  ['CND-05 a day only', '2026-01-01', v('before_date', '2027-01-01'), false],
  ['CND-05 no such day', '2026-02-30T00:00:00Z', v('before_date', '2027-01-01'), false],
  ['CND-05 leap day', '2028-02-29T00:00:00Z', v('after_date', '2027-01-01'), true],
  ['CND-05 no leap day', '2026-02-29T00:00:00Z', v('after_date', '2025-01-01'), false],
  ['CND-05 no such hour', '2026-02-01T24:00:00Z', v('before_date', '2027-01-01'), false],
  ['CND-05 number', 1_700_000_000, v('after_date', '2000-01-01'), false],
  ['CND-05 nothing', NOTHING, v('before_date', '2027-01-01'), false],
  ['CND-06 exactly N old', ago(48), d('within_last', '2 days'), true],
  ['CND-06 older', ago(48.1), d('within_last', '2 days'), false],
  ['CND-06 now', ago(0), d('within_last', '2 days'), true],
  ['CND-06 future', ago(-1), d('within_last', '2 days'), false],
  ['CND-06 next, exactly', ago(-48), d('within_next', '2 days'), true],
  ['CND-06 next, now', ago(0), d('within_next', '2 days'), true],
  ['CND-06 next, past', ago(0.1), d('within_next', '2 days'), false],
  ['CND-06 before last, exactly', ago(48), d('before_last', '2 days'), true],
  ['CND-06 before last', ago(47), d('before_last', '2 days'), false],
  ['CND-06 after next, exactly', ago(-48), d('after_next', '2 days'), true],
  ['CND-06 after next', ago(-47), d('after_next', '2 days'), false],
]

const names = new Map<string, string>()
const idOf = async (stored: Case[1]): Promise<string> => {
  const key = stored === NOTHING ? 'nothing' : JSON.stringify(stored)
  const known = names.get(key)
  if (known) return known
  const id = await addProfile(db, SPACE, key, stored === NOTHING ? {} : { t: stored })
  names.set(key, id)
  return id
}

describe('stored value × operator', () => {
  it.each(CASES)('%s: %j %j → %j', async (_check, stored, compare, expected) => {
    const id = await idOf(stored)
    const condition = { type: 'trait', path: 't', compare } as const
    expect((await matching(db, SPACE, condition, now)).includes(id)).toBe(expected)
    const negated = await matching(db, SPACE, { type: 'not', condition }, now)
    expect(negated.includes(id), 'CND-03: NOT is the other half').toBe(!expected)
    const traits: JsonObject = stored === NOTHING ? {} : { t: stored }
    expect(holds(condition, { person: { ...SOMEBODY, id, traits }, world: WORLD, now }), 'what gives the evidence').toBe(expected)
  })

  it('CND-26 case is Unicode’s, whatever the collation of the database', async () => {
    const admin = inject('postgres')
    const name = `test_collation_${process.pid}`
    await administrate(
      admin,
      `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'tr-TR' locale 'C'`,
    )
    const turkish = connect(admin.replace(/postgres$/, name), { secret: TEST_SECRET })
    try {
      await migrate(turkish.db)
      await makeSpace(turkish.db, SPACE)
      const id = await addProfile(turkish.db, SPACE, 'one', { t: 'ΟΔΟΣΑ TITLE' })
      for (const [compare, expected] of [
        [cased(v('starts_with', 'ΟΔΟΣ')), true],
        [cased(v('ends_with', 'title')), true],
        [cased(v('ends_with', 'tıtle')), false],
      ] as const) {
        const found = await matching(turkish.db, SPACE, { type: 'trait', path: 't', compare }, now)
        expect(found.includes(id), JSON.stringify(compare)).toBe(expected)
      }
    } finally {
      await turkish.close()
      await administrate(admin, `drop database ${name} with (force)`)
    }
  })
})

describe('paths', () => {
  const at = async (path: string, compare: Comparison): Promise<boolean> => {
    const id = await addProfile(db, SPACE, 'nested', {
      address: { city: 'Rome' },
      'a.b': 1,
      list: [{ n: 1 }, { n: 2, tags: ['x', 'y'] }, 'plain'],
      empty: [],
      quote: `it's "quoted"; drop table profile; --`,
    })
    return (await matching(db, SPACE, { type: 'trait', path, compare }, now)).includes(id)
  }
  it.each<[string, string, Comparison, boolean]>([
    ['walks', 'address.city', v('equals', 'Rome'), true],
    ['escaped dot', 'a\\.b', v('equals', 1), true],
    ['any run of backslashes', 'a\\\\\\.b', v('equals', 1), true],
    ['unescaped', 'a.b', exists, false],
    ['CND-20 any entry', 'list.$.n', v('equals', 2), true],
    ['CND-20 no entry', 'list.$.n', v('equals', 3), false],
    ['CND-20 one entry differs', 'list.$.n', v('not_equals', 1), true],
    ['CND-20 nested arrays', 'list.$.tags.$', v('equals', 'y'), true],
    ['CND-20 omits: one entry contradicts', 'list.$.tags.$', v('omits', 'y'), false],
    ['CND-20 omits: none contradicts', 'list.$.tags.$', v('omits', 'z'), true],
    ['CND-20 absent: none there', 'empty.$', absent, true],
    ['CND-20 absent: one is there', 'list.$.n', absent, false],
    ['CND-20 not an array', 'address.$', exists, false],
    ['CND-29 quotes', 'quote', v('equals', `it's "quoted"; drop table profile; --`), true],
  ])('%s: %s', async (_what, path, compare, expected) => {
    expect(await at(path, compare)).toBe(expected)
  })
})
