import fc from 'fast-check'
import type {
  Comparison,
  ComputedTraitDefinition,
  Condition,
  EventSelection,
  Filter,
  Measure,
  Reference,
} from '../../../src/audience/condition.ts'

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

const ORDERED = ['equals', 'not_equals', 'less_than', 'at_most', 'greater_than', 'at_least'] as const
const TEXTUAL = ['omits', 'starts_with', 'ends_with'] as const

/** A comparison with one of these on the right side. */
const referring = (references: readonly Reference[]): fc.Arbitrary<Comparison> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ operator: fc.constantFrom(...ORDERED), value: fc.constantFrom(...references) }) },
    { weight: 1, arbitrary: fc.record({ operator: fc.constantFrom(...TEXTUAL), value: fc.constantFrom(...references) }) },
    { weight: 1, arbitrary: fc.record({ operator: fc.constant('contains'), values: fc.tuple(fc.constantFrom(...references)) }) },
  ) as fc.Arbitrary<Comparison>

const traitReferences = (keys: readonly string[]): readonly Reference[] =>
  keys.map((path) => ({ reference: 'trait' as const, path }))

/** What may be asked where: traits by these keys, of an event in another, of an event and not of an array's entry. */
type Around = { readonly traits: readonly string[]; readonly parent: boolean; readonly event: boolean }

const referencesAt = ({ traits, parent, event }: Around): readonly Reference[] => [
  ...traitReferences(traits),
  ...(event ? [{ reference: 'property' as const, path: 'm' }] : [{ reference: 'property' as const, path: '' }]),
  ...(parent ? [{ reference: 'parent' as const, path: 'n' }] : []),
]

const element = (around: Around): fc.Arbitrary<Filter> =>
  fc.record({
    type: fc.constant('any_element' as const),
    path: fc.constant(around.event ? 'list' : ''),
    filter: fc.record({
      type: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(
        fc.record({
          type: fc.constant('property' as const),
          path: fc.constant(''),
          compare: fc.oneof(
            { weight: 2, arbitrary: anyComparison },
            { weight: 1, arbitrary: referring(referencesAt({ ...around, event: false })) },
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  })

const child = (around: Around, depth: number): fc.Arbitrary<Filter> =>
  fc
    .record({
      name: fc.constantFrom('A', 'B', 'C'),
      where: fc.option(filterAt({ ...around, parent: true }, depth - 1), { nil: undefined, freq: 1 }),
      window: fc.oneof(
        { weight: 2, arbitrary: fc.constant({}) },
        { weight: 2, arbitrary: duration.map((withinParent) => ({ withinParent })) },
        { weight: 2, arbitrary: duration.map((withinParent) => ({ withinParent, settled: true as const })) },
        { weight: 1, arbitrary: fc.tuple(duration, duration).map((betweenParent) => ({ betweenParent })) },
        { weight: 1, arbitrary: duration.map((within) => ({ within })) },
      ),
      measure: fc.oneof({ weight: 3, arbitrary: fc.constant({ kind: 'count' as const }) }, { weight: 1, arbitrary: measure }),
      compare: fc.oneof(
        { weight: 5, arbitrary: numeric },
        { weight: 1, arbitrary: anyComparison },
        { weight: 1, arbitrary: relative },
        { weight: 1, arbitrary: referring(referencesAt(around)) },
      ),
    })
    .map(({ name, where, window, measure: measured, compare }) => ({
      type: 'event' as const,
      event: { name, ...(where ? { where } : {}), ...window },
      measure: measured,
      compare,
    }))

const filterAt = (around: Around, depth: number): fc.Arbitrary<Filter> => {
  const property = (path: string, compare: fc.Arbitrary<Comparison>): fc.Arbitrary<Filter> =>
    fc.record({ type: fc.constant('property' as const), path: fc.constant(path), compare })
  const leaf = fc.oneof(
    { weight: 3, arbitrary: property('n', numeric) },
    { weight: 1, arbitrary: property('list.$', anyComparison) },
    { weight: 1, arbitrary: property('at', relative) },
    { weight: 2, arbitrary: property('n', referring(referencesAt(around))) },
    { weight: 1, arbitrary: element(around) },
    ...(around.traits.length === 0
      ? []
      : [
          {
            weight: 1,
            arbitrary: fc.record({
              type: fc.constant('trait' as const),
              path: fc.constantFrom(...around.traits),
              compare: fc.oneof(anyComparison, relative),
            }),
          },
        ]),
    ...(depth > 0 ? [{ weight: 3, arbitrary: child(around, depth) }] : []),
  ) as fc.Arbitrary<Filter>
  return fc.oneof(
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: leaf.map((filter) => ({ type: 'not' as const, filter })) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom('and' as const, 'or' as const),
        filters: fc.array(leaf, { minLength: 1, maxLength: 2 }),
      }),
    },
  )
}

/** Which events; what they must hold may ask for the traits of these keys. */
export const selection = (traits: readonly string[]): fc.Arbitrary<EventSelection> =>
  fc
    .record({
      name: fc.constantFrom('A', 'B'),
      where: fc.option(filterAt({ traits, parent: false, event: true }, 2), { nil: undefined, freq: 2 }),
      window: fc.oneof(
        fc.constant({}),
        duration.map((within) => ({ within })),
        fc.tuple(duration, duration).map((between) => ({ between })),
      ),
      excludeSources: fc.option(fc.constant(['other'] as const), { nil: undefined, freq: 5 }),
    })
    .map(({ name, where, window, excludeSources }) => ({
      name,
      ...(where ? { where } : {}),
      ...window,
      ...(excludeSources ? { excludeSources } : {}),
    }))

/** The events of a computed trait: as any, and now and then a session of them. */
export const traitSelection = (traits: readonly string[]): fc.Arbitrary<EventSelection> =>
  fc.tuple(selection(traits), fc.option(duration, { nil: undefined, freq: 2 })).map(([event, expiresAfter]) => {
    const { within: _, between: __, ...timeless } = event
    return expiresAfter === undefined ? event : { ...timeless, expiresAfter }
  })

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
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('min' as const, 'max' as const),
      property: fc.constantFrom('n', 'at'),
      as: fc.constant('string' as const),
    }),
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
      property: fc.constantFrom('n', 'n', 'at', 'list.$'),
      minimum: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('most_frequent' as const),
      property: fc.constant('list.$'),
      minimum: fc.integer({ min: 1, max: 2 }),
      as: fc.constant('array' as const),
    }),
  },
)

const READ = ['x', 'y', 'when', 'counted', 'measured'] as const

const event = (keys: readonly string[]): fc.Arbitrary<Condition> =>
  fc.record({
    type: fc.constant('event'),
    event: selection([...READ, ...keys]),
    measure,
    compare: fc.oneof(
      { weight: 6, arbitrary: numeric },
      { weight: 1, arbitrary: referring(traitReferences([...READ, ...keys])) },
      { weight: 2, arbitrary: anyComparison },
      { weight: 2, arbitrary: relative },
    ),
  }) as fc.Arbitrary<Condition>

// A date that was measured, against the passing time.
const dated: fc.Arbitrary<Condition> = fc.record({
  type: fc.constant('event'),
  event: selection(READ),
  measure: fc.record({ kind: fc.constantFrom('first', 'last'), property: fc.constant('at') }),
  compare: relative,
}) as fc.Arbitrary<Condition>

const trait: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ type: fc.constant('trait'), path: fc.constantFrom('x', 'y', 'counted', 'measured'), compare: anyComparison }),
  fc.record({ type: fc.constant('trait'), path: fc.constantFrom('when', 'when', 'counted', 'measured'), compare: relative }),
  fc.record({ type: fc.constant('trait'), path: fc.constantFrom('counted.$', 'measured.$'), compare: anyComparison }),
  fc.record({ type: fc.constant('trait'), path: fc.constantFrom(...READ), compare: referring(traitReferences(READ)) }),
  fc
    .tuple(element({ traits: READ, parent: false, event: false }), fc.constantFrom('list', 'counted', 'measured'))
    .map(([filter, path]) => ({ ...filter, path })),
) as fc.Arbitrary<Condition>

/** A condition; `keys` are audiences that it may refer to, as an audience or as a trait. */
export const condition = (keys: readonly string[]): fc.Arbitrary<Condition> =>
  fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: event(keys) },
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

/** Which audiences each of four may refer to, so that no circle closes. */
export const REFERRED: readonly (readonly string[])[] = [[], ['first'], ['first', 'second'], ['third']]

/** What may happen in a space. Times are half hours around now, so that window edges are hit exactly, and often. */
export type Happening =
  | {
      readonly kind: 'event'
      readonly profile: number
      readonly name: string
      readonly age: number
      readonly n: unknown
      readonly m: unknown
      readonly at: number
      readonly source: string
    }
  | { readonly kind: 'trait'; readonly profile: number; readonly key: string; readonly value: unknown }
  | { readonly kind: 'merge'; readonly winner: number; readonly loser: number }
  | { readonly kind: 'identify'; readonly profile: number }
  | { readonly kind: 'tick'; readonly halfHours: number }
  /** They are deleted with all that is known of them. */
  | { readonly kind: 'forget'; readonly profile: number }
  | { readonly kind: 'full'; readonly slot: number }
  /** Another definition; deleted where there is one, and another made where there is none. */
  | { readonly kind: 'edit' | 'remake'; readonly slot: number; readonly definition: Condition | ComputedTraitDefinition }
  /** Enabled and disabled by turns. */
  | { readonly kind: 'toggle'; readonly slot: number }

const profile = fc.integer({ min: 0, max: 5 })
const scalar = fc.oneof(number, fc.constantFrom<unknown>('1', 'a', '', null, true, '02'))

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      profile,
      name: fc.constantFrom('A', 'B', 'C'),
      age: fc.integer({ min: -12, max: 100 }),
      n: scalar,
      m: scalar,
      source: fc.constantFrom('src', 'src', 'other'),
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
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trait' as const),
      profile,
      key: fc.constant('list'),
      value: fc.oneof(fc.array(scalar, { maxLength: 3 }), scalar),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), winner: profile, loser: profile }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('identify' as const), profile }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), profile: fc.constantFrom(2, 5) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('tick' as const), halfHours: fc.integer({ min: 0, max: 20 }) }) },
)

/** What happens where these are the definitions that each slot may get. */
export const happening = (definitions: readonly fc.Arbitrary<Condition | ComputedTraitDefinition>[]): fc.Arbitrary<Happening> => {
  const slot = fc.integer({ min: 0, max: definitions.length - 1 })
  const changed = definitions.map((definition, index) =>
    fc.record({
      kind: fc.constantFrom('edit' as const, 'edit' as const, 'remake' as const),
      slot: fc.constant(index),
      definition,
    }),
  )
  return fc.oneof(
    { weight: 20, arbitrary: happenings },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('full' as const, 'toggle' as const), slot }) },
    { weight: 3, arbitrary: fc.oneof(...changed) },
  )
}
