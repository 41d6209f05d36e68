import fc from 'fast-check'
import type { Comparison, Condition, EventSelection, Filter, Measure } from '../../../src/audience/condition.ts'

/* Random conditions over a small vocabulary, so that random histories meet them often. */

const DURATIONS = ['2 hours', '5 hours', '1 day', '2 days'] as const
const duration = fc.constantFrom(...DURATIONS)
const number = fc.integer({ min: 0, max: 3 })

const numeric: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({
    operator: fc.constantFrom('equals', 'not_equals', 'less_than', 'at_most', 'greater_than', 'at_least'),
    value: number,
  }),
  fc.record({ operator: fc.constantFrom('one_of', 'none_of'), values: fc.array(number, { minLength: 1, maxLength: 2 }) }),
) as fc.Arbitrary<Comparison>

const anyComparison: fc.Arbitrary<Comparison> = fc.oneof(
  numeric,
  fc.record({ operator: fc.constantFrom('exists', 'absent') }) as fc.Arbitrary<Comparison>,
  fc.record({
    operator: fc.constantFrom('omits', 'starts_with'),
    value: fc.constantFrom('1', 'a', ''),
  }) as fc.Arbitrary<Comparison>,
  fc.record({
    operator: fc.constant('contains'),
    values: fc.constantFrom<string[]>(['1'], ['a', '2']),
  }) as fc.Arbitrary<Comparison>,
)

const relative: fc.Arbitrary<Comparison> = fc.record({
  operator: fc.constantFrom('within_last', 'within_next', 'before_last', 'after_next'),
  duration,
}) as fc.Arbitrary<Comparison>

const filter: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('property'), path: fc.constant('n'), compare: numeric }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('property'), path: fc.constant('list.$'), compare: anyComparison }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('property'), path: fc.constant('at'), compare: relative }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('and', 'or'),
      filters: fc.array(fc.record({ type: fc.constant('property'), path: fc.constant('n'), compare: anyComparison }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
  },
) as fc.Arbitrary<Filter>

export const selection: fc.Arbitrary<EventSelection> = fc
  .record({
    name: fc.constantFrom('A', 'B'),
    where: fc.option(filter, { nil: undefined, freq: 2 }),
    window: fc.oneof(
      fc.constant({}),
      duration.map((within) => ({ within })),
      fc.tuple(duration, duration).map((between) => ({ between })),
    ),
  })
  .map(({ name, where, window }) => ({ name, ...(where ? { where } : {}), ...window }))

export const measure: fc.Arbitrary<Measure> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'count' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('sum', 'average', 'min', 'max'),
      property: fc.constant('n'),
    }) as fc.Arbitrary<Measure>,
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('first', 'last', 'unique', 'unique_count'),
      property: fc.constantFrom('n', 'n', 'at'),
    }) as fc.Arbitrary<Measure>,
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('most_frequent' as const),
      property: fc.constantFrom('n', 'n', 'at'),
      minimum: fc.integer({ min: 1, max: 2 }),
    }),
  },
)

const event: fc.Arbitrary<Condition> = fc.record({
  type: fc.constant('event'),
  event: selection,
  measure,
  compare: fc.oneof(
    { weight: 6, arbitrary: numeric },
    { weight: 2, arbitrary: anyComparison },
    { weight: 2, arbitrary: relative },
  ),
}) as fc.Arbitrary<Condition>

// A date that was measured, against the passing time.
const dated: fc.Arbitrary<Condition> = fc.record({
  type: fc.constant('event'),
  event: selection,
  measure: fc.record({ kind: fc.constantFrom('first', 'last'), property: fc.constant('at') }),
  compare: relative,
}) as fc.Arbitrary<Condition>

const trait: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ type: fc.constant('trait'), path: fc.constantFrom('x', 'y', 'counted', 'measured'), compare: anyComparison }),
  fc.record({ type: fc.constant('trait'), path: fc.constantFrom('when', 'when', 'counted', 'measured'), compare: relative }),
  fc.record({ type: fc.constant('trait'), path: fc.constantFrom('counted.$', 'measured.$'), compare: anyComparison }),
) as fc.Arbitrary<Condition>

/** A condition; `keys` are audiences that it may refer to, as an audience or as a trait. */
export const condition = (keys: readonly string[]): fc.Arbitrary<Condition> =>
  fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: event },
      { weight: 1, arbitrary: dated },
      { weight: 3, arbitrary: trait },
      ...(keys.length === 0
        ? []
        : [
            { weight: 2, arbitrary: fc.record({ type: fc.constant('audience' as const), audience: fc.constantFrom(...keys) }) },
            {
              weight: 1,
              arbitrary: fc.record({
                type: fc.constant('trait' as const),
                path: fc.constantFrom(...keys),
                compare: fc.constantFrom<Comparison>(
                  { operator: 'equals', value: true },
                  { operator: 'equals', value: false },
                  { operator: 'absent' },
                ),
              }),
            },
          ]),
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

/** What may happen in a space. Times are half hours around now, so that window edges are hit exactly, and often. */
export type Happening =
  | {
      readonly kind: 'event'
      readonly profile: number
      readonly name: string
      readonly age: number
      readonly n: unknown
      readonly at: number
    }
  | { readonly kind: 'trait'; readonly profile: number; readonly key: string; readonly value: unknown }
  | { readonly kind: 'merge'; readonly winner: number; readonly loser: number }
  | { readonly kind: 'identify'; readonly profile: number }
  | { readonly kind: 'tick'; readonly halfHours: number }
  | { readonly kind: 'full'; readonly audience: number }

const profile = fc.integer({ min: 0, max: 5 })
const scalar = fc.oneof(number, fc.constantFrom<unknown>('1', 'a', '', null, true, '02'))

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      profile,
      name: fc.constantFrom('A', 'B', 'C'),
      age: fc.integer({ min: -12, max: 100 }),
      n: scalar,
      at: fc.integer({ min: -60, max: 60 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('trait' as const), profile, key: fc.constantFrom('x', 'y'), value: scalar }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('trait' as const),
      profile,
      key: fc.constant('when'),
      value: fc.integer({ min: -60, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), winner: profile, loser: profile }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('identify' as const), profile }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('tick' as const), halfHours: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('full' as const), audience: fc.integer({ min: 0, max: 3 }) }) },
)
