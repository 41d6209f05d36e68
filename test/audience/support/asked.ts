import fc from 'fast-check'
import type {
  Comparison,
  ComputedTraitDefinition,
  Condition,
  EventSelection,
  Filter,
  Literal,
  Measure,
} from '../../../src/audience/condition.ts'
import { dateNear, KEYS, NAMES, number, SPANS, text, WORLD } from './nasty.ts'

/* Random conditions over the whole language, that meet the people of `nasty.ts`. */

const duration = fc.constantFrom(...Object.keys(SPANS))
const wellFormed = (each: string): boolean => each.isWellFormed() && !each.includes('\0')

const literal = (now: Date): fc.Arbitrary<Literal> =>
  fc.oneof(
    { weight: 4, arbitrary: number.map((each) => (Object.is(each, -0) ? 0 : each)) },
    { weight: 5, arbitrary: text },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 2, arbitrary: dateNear(now) },
  )

const instant = (now: Date): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...Object.values(SPANS)).chain((span) =>
      fc.constantFrom(
        ...[span, -span].flatMap((each) => {
          const at = new Date(now.getTime() + each).toISOString()
          return [at, at.slice(0, 10), at.replace('Z', '+00:00'), at.replace('Z', '999Z')]
        }),
      ),
    ),
    fc.constantFrom('2026-06-01', '2026-06-01T05:45:00+05:45', '0001-01-01', '9999-12-31'),
  )

type Of<Name extends Comparison['operator']> = Extract<Comparison, { operator: Name }>

/** Any comparison of a stored value. */
export const comparison = (now: Date): fc.Arbitrary<Comparison> => {
  const one = literal(now)
  const some = fc.array(one, { minLength: 1, maxLength: 3 })
  const words = text.filter(wellFormed)
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        operator: fc.constantFrom('equals', 'not_equals', 'less_than', 'at_most', 'greater_than', 'at_least'),
        value: one,
      }) as fc.Arbitrary<Of<'equals'>>,
    },
    {
      weight: 2,
      arbitrary: fc.record({ operator: fc.constantFrom('one_of', 'none_of'), values: some }) as fc.Arbitrary<Of<'one_of'>>,
    },
    {
      weight: 1,
      arbitrary: fc.record({
        operator: fc.constant('contains' as const),
        values: fc.array(words, { minLength: 1, maxLength: 2 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ operator: fc.constantFrom('omits', 'starts_with', 'ends_with'), value: words }) as fc.Arbitrary<
        Of<'omits'>
      >,
    },
    { weight: 2, arbitrary: fc.record({ operator: fc.constantFrom('exists', 'absent') }) as fc.Arbitrary<Of<'exists'>> },
    {
      weight: 1,
      arbitrary: fc.record({ operator: fc.constantFrom('before_date', 'after_date'), value: instant(now) }) as fc.Arbitrary<
        Of<'before_date'>
      >,
    },
    { weight: 3, arbitrary: relative },
    {
      weight: 2,
      arbitrary: fc.record({
        operator: fc.constantFrom('less_than', 'at_most', 'greater_than', 'at_least'),
        value: dateNear(now),
      }) as fc.Arbitrary<Of<'at_most'>>,
    },
  )
}

const relative = fc.record({
  operator: fc.constantFrom('within_last', 'within_next', 'before_last', 'after_next'),
  duration,
}) as fc.Arbitrary<Of<'within_last'>>

const PATHS = [
  ...Object.values(KEYS),
  ...[
    'x.x',
    'address.city',
    'a.b',
    'a\\\\.b',
    'a\\\\\\.b',
    'tags.$',
    'items.$',
    'items.$.sku',
    'items.$.x',
    'items.$.tags.$',
    'items.$.tags',
  ],
  ...[
    'items.0',
    'items.0.sku',
    'items.sku',
    '$.x',
    'x.$',
    'x.',
    'x..x',
    '.x',
    'address.$',
    'tags.0',
    'tags.-1',
    'constructor.name',
    'x.length',
  ],
]

const isDated = (compare: Comparison): boolean =>
  'duration' in compare ||
  compare.operator.endsWith('_date') ||
  ('value' in compare && typeof compare.value === 'string' && /^\d{4}-/.test(compare.value))

/** A path; where dates are asked for, mostly one that holds dates. */
const path = (compare: Comparison): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('x', 'y', 'x', 'tags.$', 'items.$.sku', 'items.$.x') },
    { weight: 2, arbitrary: fc.constantFrom(...PATHS) },
    { weight: isDated(compare) ? 8 : 1, arbitrary: fc.constant('when') },
  )

const leafOf = <Type extends string>(type: Type, now: Date, more: readonly string[] = []) =>
  comparison(now).chain((compare) =>
    fc.record({
      type: fc.constant(type),
      path:
        more.length === 0
          ? path(compare)
          : fc.oneof({ weight: 5, arbitrary: path(compare) }, { weight: 2, arbitrary: fc.constantFrom(...more) }),
      compare: fc.constant(compare),
    }),
  )

const filter = (now: Date): fc.Arbitrary<Filter> =>
  fc.letrec<{ node: Filter }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2 },
      { weight: 6, arbitrary: leafOf('property' as const, now) },
      { weight: 1, arbitrary: leafOf('context' as const, now) },
      {
        weight: 2,
        arbitrary: fc.record({
          type: fc.constantFrom('and' as const, 'or' as const),
          filters: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('not' as const), filter: tie('node') }) },
    ),
  })).node

const window = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: duration.map((within) => ({ within })) },
  { weight: 2, arbitrary: fc.tuple(duration, duration).map((between) => ({ between })) },
)

const selection = (now: Date): fc.Arbitrary<EventSelection> =>
  fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom('A', 'B') }, fc.constantFrom(...NAMES)),
      fc.option(filter(now), { nil: undefined, freq: 2 }),
      window,
    )
    .map(([name, where, more]) => ({ name, ...(where ? { where } : {}), ...more }))

const isNumber = ({ kind }: Measure): boolean => !['first', 'last', 'most_frequent', 'unique'].includes(kind)

const measure: fc.Arbitrary<Measure> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'count' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('sum' as const, 'average' as const, 'min' as const, 'max' as const),
      property: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('x', 'y') },
        fc.constantFrom('address.city', 'a\\.b', 'price$', 'missing'),
      ),
    }),
  },
)

const VALUES = ['first', 'last', 'unique', 'unique_count'] as const
const valued: fc.Arbitrary<Measure> = fc
  .record({
    property: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('x', 'x', 'y', 'when') },
      fc.constantFrom('address.city', 'a\\.b', 'tags', 'items', 'missing'),
    ),
    kind: fc.constantFrom(...VALUES, 'most_frequent' as const),
    minimum: fc.constantFrom(1, 1, 2, 3),
  })
  .map(({ kind, property, minimum }) => (kind === 'most_frequent' ? { kind, property, minimum } : { kind, property }))

const anyMeasure: fc.Arbitrary<Measure> = fc.oneof(measure, valued)

const amount = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Literal>(0, 1, 2, 3, 5, 5.5, '1', '5.0', 0.3, 100) },
  number.map((each) => each + 0),
)
const numeric = fc.oneof(
  fc.record({
    operator: fc.constantFrom('equals', 'not_equals', 'less_than', 'at_most', 'greater_than', 'at_least'),
    value: amount,
  }),
  fc.record({ operator: fc.constantFrom('one_of', 'none_of'), values: fc.array(amount, { minLength: 1, maxLength: 3 }) }),
  fc.record({ operator: fc.constantFrom('exists', 'absent') }),
) as fc.Arbitrary<Comparison>

const TEXTUAL = new Set<string>(['contains', 'omits', 'starts_with', 'ends_with'])
const digits = fc.constantFrom('', '0', '.0', '.', '3', '5', '-', '00', '.5')
const written = fc.oneof(
  fc.record({ operator: fc.constantFrom('omits', 'starts_with', 'ends_with'), value: digits }) as fc.Arbitrary<Of<'omits'>>,
  fc.record({ operator: fc.constant('contains' as const), values: fc.array(digits, { minLength: 1, maxLength: 2 }) }),
)
const parts = fc.constantFrom('"5"', '["5"', ',"a', '"]', '["', '\\u', '\\\\', '5', 'a')
const listed = fc.oneof(
  fc.record({ operator: fc.constantFrom('omits', 'starts_with', 'ends_with'), value: parts }) as fc.Arbitrary<Of<'omits'>>,
  fc.record({ operator: fc.constant('contains' as const), values: fc.array(parts, { minLength: 1, maxLength: 2 }) }),
)
const event = (now: Date): fc.Arbitrary<Condition> =>
  anyMeasure.chain((measured) =>
    fc.record({
      type: fc.constant('event' as const),
      event: selection(now),
      measure: fc.constant(measured),
      compare: fc.oneof(
        { weight: isNumber(measured) ? 6 : 1, arbitrary: numeric },
        { weight: measured.kind === 'average' ? 0 : 1, arbitrary: written },
        { weight: measured.kind === 'unique' ? 4 : 0, arbitrary: listed },
        {
          // A date is refused when it is saved, and the digits of an average that does not end are nobody's promise.
          weight: isNumber(measured) ? 1 : 6,
          arbitrary: comparison(now).filter(
            ({ operator }) =>
              (!isNumber(measured) || !operator.endsWith('_date')) && (measured.kind !== 'average' || !TEXTUAL.has(operator)),
          ),
        },
      ),
    }),
  )

/** A condition of any shape. */
export const condition = (now: Date): fc.Arbitrary<Condition> => {
  const computed = [...WORLD.audiences, ...WORLD.computedTraits, 'vip.x', 'spent.$', 'spent.x']
  return fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      { weight: 5, arbitrary: leafOf('trait' as const, now, computed) },
      { weight: 5, arbitrary: event(now) },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant('audience' as const), audience: fc.constantFrom(...WORLD.audiences) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          type: fc.constantFrom('and' as const, 'or' as const),
          conditions: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('not' as const), condition: tie('node') }) },
    ),
  })).node
}

/** A computed trait of any shape. */
export const computedTrait = (now: Date): fc.Arbitrary<ComputedTraitDefinition> =>
  fc.record({ event: selection(now), measure: anyMeasure })
