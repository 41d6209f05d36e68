import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Invalid } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { compileFql, compileFqlValue } from '../../src/fql/compile.ts'
import { COMPARISONS, type Expression, FUNCTIONS, type FunctionName } from '../../src/fql/expression.ts'
import { globOf } from '../../src/fql/glob.ts'
import { parseFql, parseFqlValue } from '../../src/fql/parse.ts'
import { printFql } from '../../src/fql/print.ts'

const CLICK: JsonObject = {
  event: 'Button Clicked',
  type: 'track',
  userId: 'ada',
  context: { library: { name: 'analytics.js', version: '1.0' } },
  properties: {
    features: ['discounts', 'dark-mode'],
    price: 12.5,
    paid: true,
    off: false,
    nothing: null,
    tea: 'ア',
    'product 1': { price: '19.99', '$x.y': 1 },
    name: 'test string',
  },
}
const ask = (text: string, call: JsonObject = CLICK): string => compileFql(parseFql(text))(call).kind
const value = (text: string): unknown => compileFqlValue(parseFqlValue(text))(CLICK)

it.each([
  ["event = 'Button Clicked'", 'true'],
  ["event = 'Screen Tapped'", 'false'],
  ["context.path.path = '/login'", 'false'],
  ["type = 'identify' or type = 'track'", 'true'],
  ["event = 'Button Clicked' and type = 'track'", 'true'],
  ["match( context.library.version, '1.*' )", 'true'],
  ["match( context.library.version, '2.*' )", 'false'],
  ["type = 'track' and ( event = 'Click' or match( event, 'Button *' ) )", 'true'],
  ["!contains( context.library.name, 'js' )", 'false'],
  ["'dark-mode' in properties.features", 'true'],
  ["'blink' in properties.features", 'false'],
  ["!( type in ['track', 'identify'] )", 'false'],
  ["( type = 'track' or type = 'identify' ) and ( properties.off or match( traits.email, '*@company.com' ) )", 'false'],
])('ING-19 the documentation’s example %s is %s', (text, answer) => expect(ask(text)).toBe(answer))

it.each([
  ['abcd', 'a*d', true],
  ['', '*', true],
  ['abc', 'ab', false],
  ['abcd', 'a??d', true],
  ['abcd', '*d', true],
  ['ab*d', 'ab\\*d', true],
  ['abxd', 'ab\\*d', false],
  ['abCd', 'ab[cC]d', true],
  ['abcd', 'ab[a-z]d', true],
  ['abcd', 'ab[A-Z]d', false],
  ['a-c', 'a[b-]c', true],
  ['a]', 'a\\]', true],
  ['a[', 'a[', true],
  ['😀', '?', true],
  ['abcabd', '*ab?', true],
  ['', '', true],
  ['a', '', false],
])('ING-19 the glob %j against %j is %s', (text, pattern, fits) => {
  expect(globOf(pattern)(text)).toBe(fits)
  expect(ask(`match('${text}', '${pattern}')`)).toBe(String(fits))
})

it.each([
  ["contains(nothing, 'a')", 'false'],
  ['length(nothing) = 0', 'true'],
  ['lowercase(nothing) = null', 'true'],
  ["typeof(nothing) = 'null'", 'true'],
  ["match(nothing, '*')", 'false'],
  ['length(userId) > 0', 'true'],
  ['nothing > 1', 'false'],
  ['nothing in nothing', 'false'],
  ['null in [1, null]', 'true'],
  ['nothing or properties.paid', 'true'],
  ['nothing and properties.paid', 'false'],
  ['nothing', 'false'],
])('ING-19 what is not there is answered sensibly: %s is %s', (text, answer) => expect(ask(text)).toBe(answer))

it.each([
  ["properties.price = '12.5'", 'false'],
  ["properties.price != '12.5'", 'true'],
  ["string(properties.price) = '12.5'", 'true'],
  ['number(properties.product\\ 1.price) = 19.99', 'true'],
  ['properties.product\\ 1.\\$x\\.y = 1', 'true'],
  ["properties.features = ['discounts', 'dark-mode']", 'true'],
  ["['dark-mode', 'discounts'] = properties.features", 'false'],
  ['properties.price >= 12.5 and properties.price <= 12.5 and !(properties.price < 12.5)', 'true'],
  ['1 < 2 or 1 > 2 and 1 > 2', 'true'],
  ["typeof(properties.paid) = 'bool' and typeof(1) = 'number' and typeof([]) = 'list' and typeof('') = 'string'", 'true'],
  ["\"it's\" = 'it\\'s'", 'true'],
  ["bool('false') or bool(0) or bool('') or bool([]) or bool(nothing)", 'false'],
  ["bool('yes') and bool(2) and bool([0])", 'true'],
  ['userId.length = 3', 'false'],
  ['context.constructor = null and toString = null', 'true'],
])('ING-19 types are not mixed, and paths are escaped: %s is %s', (text, answer) => expect(ask(text)).toBe(answer))

it.each([
  ['length(properties.tea)', 3],
  ['length(properties.features)', 2],
  ["lowercase('ÀB')", 'àb'],
  ["uppercase('àb')", 'ÀB'],
  ['snakecase(properties.name)', 'test_string'],
  ['kebabcase(properties.name)', 'test-string'],
  ['titlecase(properties.name)', 'Test String'],
  ['properties.product\\ 1', { price: '19.99', '$x.y': 1 }],
  ['string([1, true])', '[1,true]'],
  ["number('no')", undefined],
  ['lowercase(properties.price)', undefined],
])('ING-19 the value of %s', (text, answer) => expect(value(text)).toEqual(answer))

it.each([
  "'a' > 1",
  'properties.name < 3',
  'properties.name',
  'properties.price and true',
  '!nothing',
  '1 in 2',
  "contains(1, 'a')",
  'length(context) > 1',
  'bool(context)',
])('ING-20 what cannot be asked of this call fails, and is neither true nor false: %s', (text) =>
  expect(ask(text)).toBe('failed'),
)

it.each([
  ['userId = oops"', 'character 14 ("userId = oops»"")'],
  ['', 'character 1 ("»"): ends too early'],
  ["event = 'a", 'character 9'],
  ["event == 'a'", 'character 8'],
  ["event = 'a' AND type = 'b'", 'character 13'],
  ['a = 1 = 2', 'character 7'],
  ['size(a) = 1', 'there is no function "size"'],
  ['contains(a)', 'contains takes 2, not 1'],
  ['(a = 1', '")" is missing'],
  ['a = 1)', 'character 6'],
  ['and a', '"and" has nothing on its left'],
  ["'a'", 'neither true nor false'],
  ['length(a)', 'neither true nor false'],
  ['[1]', 'neither true nor false'],
  ['a = 1e999', 'too large'],
  [`${'('.repeat(100)}a${')'.repeat(100)}`, 'deeper than 60'],
  [`${'!'.repeat(3_000)}a`, 'deeper than 60'],
  [`a = '${'x'.repeat(5_200)}'`, 'longer than 5 KB'],
])('ING-20 wrong FQL %# is refused with its place', (text, message) => {
  expect(() => parseFql(text)).toThrow(Invalid)
  expect(() => parseFql(text)).toThrow(message)
})

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.record({
    kind: fc.constant('literal' as const),
    value: fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0 || 0),
      fc.boolean(),
      fc.constant(null),
    ),
  }),
  fc.record({
    kind: fc.constant('field' as const),
    path: fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('and', 'true', 'in', '-1', 'userId', 'a.b')), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
)
const names = Object.keys(FUNCTIONS) as FunctionName[]
const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.record({ kind: fc.constant('list' as const), items: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
    fc.record({ kind: fc.constantFrom('both' as const, 'either' as const), left: tie('tree'), right: tie('tree') }),
    fc.record({
      kind: fc.constant('compare' as const),
      by: fc.constantFrom(...COMPARISONS),
      left: tie('tree'),
      right: tie('tree'),
    }),
    fc.constantFrom(...names).chain((name) =>
      fc.record({
        kind: fc.constant('call' as const),
        name: fc.constant(name),
        values: fc.array(tie('tree'), { minLength: FUNCTIONS[name], maxLength: FUNCTIONS[name] }),
      }),
    ),
  ),
}))

it(`ING-19 what is printed is parsed as what it was (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(tree, (expression) => {
      const text = printFql(expression)
      if (Buffer.byteLength(text) <= 5 * 1024) expect(parseFqlValue(text)).toEqual(expression)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

it(`ING-20 no expression and no call makes it crash: it answers, or says that it cannot (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(tree, fc.object(), (expression, call) => {
      expect(['true', 'false', 'failed']).toContain(compileFql(expression)(call as JsonObject).kind)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

const scrap = fc.constantFrom(
  'event',
  '=',
  "'a'",
  '(',
  ')',
  'and',
  'or',
  '!',
  '[',
  ']',
  ',',
  'in',
  'match',
  '\\',
  '"',
  '.',
  '1e9',
  '-',
  ' ',
  '>=',
  'é',
)
it(`ING-20 any text is parsed or refused as the caller’s mistake (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(scrap, { maxLength: 30 }).map((parts) => parts.join(' ')),
      ),
      (text) => {
        try {
          expect(parseFqlValue(printFql(parseFqlValue(text)))).toEqual(parseFqlValue(text))
        } catch (error) {
          expect(error).toBeInstanceOf(Invalid)
        }
      },
    ),
    { seed: SEED, numRuns: 3_000 },
  )
})

it(`ING-19 a glob is what the same pattern is as a regular expression (SEED=${SEED})`, () => {
  const sign = fc.constantFrom('a', 'b', 'A', '-', '*')
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          sign.map((s) => (s === '*' ? '\\*' : s)),
          fc.constantFrom('*', '?', '[ab]', '[a-b]'),
        ),
        { maxLength: 8 },
      ),
      fc.array(sign, { maxLength: 10 }),
      (pieces, text) => {
        const source = pieces.map((piece) => (piece === '*' ? '[^]*' : piece === '?' ? '[^]' : piece)).join('')
        expect(globOf(pieces.join(''))(text.join(''))).toBe(new RegExp(`^${source}$`).test(text.join('')))
      },
    ),
    { seed: SEED, numRuns: 2_000 },
  )
})
