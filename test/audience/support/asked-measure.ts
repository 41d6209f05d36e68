import fc from 'fast-check'
import type { Comparison, Literal, Measure } from '../../../src/audience/condition.ts'
import type { Of } from './asked-comparison.ts'
import { number } from './nasty.ts'

/* Random measures, and comparisons that fit what they measure. */

export const isNumber = (measure: Measure): boolean =>
  !['first', 'last', 'most_frequent', 'unique'].includes(measure.kind) && !('as' in measure)

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

/** How a property is read, and a list of which each entry is a value. */
const hinted: fc.Arbitrary<Measure> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('min' as const, 'max' as const),
    property: fc.constantFrom('x', 'y', 'tags.$', 'items.$.sku'),
    as: fc.constantFrom('number' as const, 'string' as const),
  }),
  fc.record({
    kind: fc.constant('most_frequent' as const),
    property: fc.constantFrom('x', 'y', 'tags.$', 'tags.$', 'items.$.sku'),
    minimum: fc.constantFrom(1, 1, 2),
    as: fc.constantFrom('number' as const, 'string' as const, 'array' as const),
  }),
  fc.record({
    kind: fc.constantFrom(
      'sum' as const,
      'average' as const,
      'first' as const,
      'last' as const,
      'unique' as const,
      'unique_count' as const,
    ),
    property: fc.constantFrom('tags.$', 'items.$.sku', 'items.$.x'),
  }),
)

const ofEvents: fc.Arbitrary<Measure> = fc.oneof(
  { weight: 4, arbitrary: measure },
  { weight: 4, arbitrary: valued },
  { weight: 1, arbitrary: hinted },
)

/** Any measure, now and then of the context of the events. */
export const anyMeasure: fc.Arbitrary<Measure> = fc
  .tuple(ofEvents, fc.constantFrom(false, false, false, false, false, true))
  .map(([each, inContext]) => (inContext && each.kind !== 'count' ? { ...each, of: 'context' as const } : each))

const amount = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Literal>(0, 1, 2, 3, 5, 5.5, '1', '5.0', 0.3, 100) },
  number.map((each) => each + 0),
)
export const numeric = fc.oneof(
  fc.record({
    operator: fc.constantFrom('equals', 'not_equals', 'less_than', 'at_most', 'greater_than', 'at_least'),
    value: amount,
  }),
  fc.record({ operator: fc.constantFrom('one_of', 'none_of'), values: fc.array(amount, { minLength: 1, maxLength: 3 }) }),
  fc.record({ operator: fc.constantFrom('exists', 'absent') }),
) as fc.Arbitrary<Comparison>

export const TEXTUAL = new Set<string>(['contains', 'omits', 'starts_with', 'ends_with'])
const digits = fc.constantFrom('', '0', '.0', '.', '3', '5', '-', '00', '.5')
export const written = fc.oneof(
  fc.record({ operator: fc.constantFrom('omits', 'starts_with', 'ends_with'), value: digits }) as fc.Arbitrary<Of<'omits'>>,
  fc.record({ operator: fc.constant('contains' as const), values: fc.array(digits, { minLength: 1, maxLength: 2 }) }),
)
const parts = fc.constantFrom(
  ...['"5"', '["5"', ',"a', '"]', '["', '\\u', '\\\\', '5', 'a', '"a"', '"true"', '","', '""', '"', 'n'],
)
export const listed = fc.oneof(
  fc.record({ operator: fc.constantFrom('omits', 'starts_with', 'ends_with'), value: parts }) as fc.Arbitrary<Of<'omits'>>,
  fc.record({ operator: fc.constant('contains' as const), values: fc.array(parts, { minLength: 1, maxLength: 2 }) }),
)
