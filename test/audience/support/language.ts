import fc from 'fast-check'
import type {
  Comparison,
  ComputedTraitDefinition,
  Condition,
  EventSelection,
  Filter,
  Literal,
  Measure,
  Reference,
  Time,
} from '../../../src/audience/condition.ts'

/* Everything that the condition language can say, whether it makes sense or not: what is written must be read as it was meant. */

const text = fc.oneof(
  fc.constantFrom('', 'gold', "it's", 'C:\\', "\\'", "''", 'a.b', '🙂', 'ignore_case', 'parent', '2026-01-31', 'true', '5', '\n'),
  fc.string({ maxLength: 8 }),
)
const name = fc
  .oneof(fc.constantFrom('A', 'Order Completed', "it's", 'a\\.b', '$', 'items.$.sku', 'x.'), text)
  .filter((each) => each !== '')
const literal: fc.Arbitrary<Literal> = fc.oneof(
  text,
  fc.boolean(),
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
)
const duration = fc
  .tuple(fc.integer({ min: 0, max: 999_999 }), fc.constantFrom('second', 'minute', 'hour', 'day', 'week'), fc.boolean())
  .map(([amount, unit, plural]) => `${amount} ${unit}${plural ? 's' : ''}`)
const span = fc.tuple(duration, duration)

const reference: fc.Arbitrary<Reference> = fc.oneof(
  fc.record({ reference: fc.constantFrom('trait' as const, 'context' as const), path: name }),
  fc.record({ reference: fc.constantFrom('property' as const, 'parent' as const), path: fc.oneof(name, fc.constant('')) }),
)
const right = fc.oneof({ weight: 2, arbitrary: literal }, { weight: 1, arbitrary: reference })
const time: fc.Arbitrary<Time> = fc.record({
  time: fc.constantFrom(
    '2026-01-31',
    '2026-01-31T10:00',
    '2026-01-31T10:00:00Z',
    '2026-01-31T10:00:00.5+0200',
    '2028-02-29T00:00:00-05',
  ),
})
const exact = fc.oneof({ weight: 5, arbitrary: literal }, { weight: 1, arbitrary: time })
const words = fc.oneof({ weight: 2, arbitrary: text }, { weight: 1, arbitrary: reference })
const spelling = fc.constantFrom({}, {}, { ignoreCase: true as const })

const spelled = (needs: fc.Arbitrary<object>): fc.Arbitrary<Comparison> =>
  fc.tuple(needs, spelling).map(([compare, how]) => ({ ...compare, ...how }) as Comparison)
const operator = <Name extends Comparison['operator']>(...names: readonly Name[]) => fc.constantFrom(...names)

const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  spelled(
    fc.record({
      operator: operator('equals', 'not_equals'),
      value: fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: time }),
    }),
  ),
  spelled(fc.record({ operator: operator('one_of', 'none_of'), values: fc.array(exact, { minLength: 1, maxLength: 3 }) })),
  spelled(fc.record({ operator: operator('contains'), values: fc.array(words, { minLength: 1, maxLength: 3 }) })),
  spelled(fc.record({ operator: operator('omits', 'starts_with', 'ends_with'), value: words })),
  fc.record({ operator: operator('less_than', 'at_most', 'greater_than', 'at_least'), value: right }) as fc.Arbitrary<Comparison>,
  fc.record({ operator: operator('exists', 'absent') }) as fc.Arbitrary<Comparison>,
  fc.record({
    operator: operator('before_date', 'after_date'),
    value: fc.constantFrom('2026-01-31', '2026-01-31T10:00:00Z', '2026-01-31T10:00:00.5+02:00'),
  }) as fc.Arbitrary<Comparison>,
  fc.record({
    operator: operator('within_last', 'within_next', 'before_last', 'after_next'),
    duration,
  }) as fc.Arbitrary<Comparison>,
)

const hinted = <Hint extends string>(kinds: readonly ('min' | 'max')[], hints: readonly (Hint | undefined)[]) =>
  fc
    .record({ kind: fc.constantFrom(...kinds), property: name, as: fc.constantFrom(...hints) })
    .map(({ as, ...rest }) => ({ ...rest, ...(as === undefined ? {} : { as }) }))

const counted = fc.constant({ kind: 'count' as const })
const propertied: fc.Arbitrary<Measure> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('sum', 'average', 'first', 'last', 'unique', 'unique_count'),
    property: name,
  }) as fc.Arbitrary<Measure>,
  hinted<'number' | 'string'>(['min', 'max'], [undefined, 'number', 'string']),
  fc
    .record({
      property: name,
      minimum: fc.integer({ min: 1, max: 999_999 }),
      as: fc.constantFrom(undefined, 'string' as const, 'number' as const, 'array' as const),
    })
    .map(({ as, ...rest }) => ({ kind: 'most_frequent' as const, ...rest, ...(as === undefined ? {} : { as }) })),
)

const measure: fc.Arbitrary<Measure> = fc.oneof(
  { weight: 1, arbitrary: counted },
  { weight: 4, arbitrary: propertied },
  { weight: 1, arbitrary: propertied.map((each) => ({ ...each, of: 'context' as const }) as Measure) },
)

const joined = <Node>(node: fc.Arbitrary<Node>) => fc.array(node, { minLength: 1, maxLength: 3 })

type Nodes = { readonly filter: Filter; readonly selection: EventSelection; readonly condition: Condition }

const nodes = fc.letrec<Nodes>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ type: fc.constant('property' as const), path: fc.oneof(name, fc.constant('')), compare: comparison }),
    fc.record({ type: fc.constantFrom('context' as const), path: name, compare: comparison }),
    fc.record({ type: fc.constant('trait' as const), path: name, compare: comparison }),
    fc.record({ type: fc.constant('event' as const), event: tie('selection'), measure, compare: comparison }),
    fc.record({ type: fc.constant('any_element' as const), path: fc.oneof(name, fc.constant('')), filter: tie('filter') }),
    fc.record({ type: fc.constantFrom('and' as const, 'or' as const), filters: joined(tie('filter')) }),
    fc.record({ type: fc.constant('not' as const), filter: tie('filter') }),
  ),
  selection: fc.record(
    {
      name,
      where: tie('filter'),
      within: duration,
      between: span,
      excludeSources: fc.array(name, { minLength: 1, maxLength: 3 }),
      withinParent: duration,
      betweenParent: span,
      settled: fc.constant(true as const),
      expiresAfter: duration,
    },
    { requiredKeys: ['name'] },
  ),
  condition: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ type: fc.constant('trait' as const), path: name, compare: comparison }),
    fc.record({ type: fc.constant('audience' as const), audience: fc.constantFrom('vip', 'lapsed') }),
    fc.record({ type: fc.constant('event' as const), event: tie('selection'), measure, compare: comparison }),
    fc.record({ type: fc.constant('any_element' as const), path: name, filter: tie('filter') }),
    fc.record({ type: fc.constantFrom('and' as const, 'or' as const), conditions: joined(tie('condition')) }),
    fc.record({ type: fc.constantFrom('not' as const, 'any' as const, 'all' as const), condition: tie('condition') }),
  ),
}))

/** Any condition. */
export const anyCondition: fc.Arbitrary<Condition> = nodes.condition
/** Any computed trait. */
export const anyTrait: fc.Arbitrary<ComputedTraitDefinition> = fc.record({ event: nodes.selection, measure })
