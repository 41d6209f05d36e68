import fc from 'fast-check'
import {
  type Comparison,
  type ComputedTraitDefinition,
  type Condition,
  type EventSelection,
  type Filter,
  isTime,
} from '../../../src/audience/condition.ts'
import { type Around, comparison, duration } from './asked-comparison.ts'
import { anyMeasure, isNumber, listed, numeric, TEXTUAL, written } from './asked-measure.ts'
import { KEYS, NAMES, WORLD } from './nasty.ts'

/* Random conditions over the whole language, that meet the people of `nasty.ts`. */

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
  ('value' in compare && typeof compare.value === 'string' && /^\d{4}-/.test(compare.value)) ||
  ('value' in compare && typeof compare.value === 'object' && isTime(compare.value)) ||
  ('values' in compare && compare.values.some(isTime))

/** A path; where dates are asked for, mostly one that holds dates. */
const path = (compare: Comparison): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('x', 'y', 'x', 'tags.$', 'items.$.sku', 'items.$.x') },
    { weight: 2, arbitrary: fc.constantFrom(...PATHS) },
    { weight: isDated(compare) ? 8 : 1, arbitrary: fc.constant('when') },
  )

const leafOf = <Type extends string>(type: Type, now: Date, around: Around, more: readonly string[] = []) =>
  comparison(now, around).chain((compare) =>
    fc.record({
      type: fc.constant(type),
      path:
        more.length === 0
          ? path(compare)
          : fc.oneof({ weight: 5, arbitrary: path(compare) }, { weight: 2, arbitrary: fc.constantFrom(...more) }),
      compare: fc.constant(compare),
    }),
  )

// Arrays whose entries are objects, or what they may be.
const LISTS = ['items', 'items', 'items', 'tags', 'x', 'items.$.tags', 'address', 'missing']

/** What is asked of one entry of an array: its paths begin there. */
const ofEntry = (now: Date, around: Around): fc.Arbitrary<Filter> => {
  const leaf = comparison(now, around).chain((compare) =>
    fc.record({
      type: fc.constant('property' as const),
      path: fc.constantFrom('sku', 'x', 'x', 'tags.$', 'tags', ''),
      compare: fc.constant(compare),
    }),
  )
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom('and' as const, 'or' as const),
        filters: fc.array(leaf, { minLength: 2, maxLength: 2 }),
      }),
    },
    { weight: 1, arbitrary: leaf.map((each) => ({ type: 'not' as const, filter: each })) },
  )
}

const anyElement = (now: Date, around: Around) =>
  fc.record({ type: fc.constant('any_element' as const), path: fc.constantFrom(...LISTS), filter: ofEntry(now, around) })

/** A child of a funnel; `depth` children may still be in it. */
const child = (now: Date, depth: number): fc.Arbitrary<Filter> =>
  measured(
    now,
    fc.tuple(selection(now, 'child', depth), bound).map(([event, more]) => ({ ...event, ...more })),
    'child',
  )

const bound = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: duration.map((withinParent) => ({ withinParent })) },
  { weight: 1, arbitrary: fc.tuple(duration, duration).map((betweenParent) => ({ betweenParent })) },
  { weight: 2, arbitrary: duration.map((withinParent) => ({ withinParent, settled: true as const })) },
)

const filter = (now: Date, around: Around, depth: number): fc.Arbitrary<Filter> =>
  fc.letrec<{ node: Filter }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2 },
      { weight: 6, arbitrary: leafOf('property' as const, now, around) },
      { weight: 1, arbitrary: leafOf('context' as const, now, around) },
      { weight: 1, arbitrary: leafOf('trait' as const, now, around, [...WORLD.audiences, ...WORLD.computedTraits]) },
      { weight: 1, arbitrary: anyElement(now, around) },
      ...(depth > 0 ? [{ weight: 3, arbitrary: child(now, depth - 1) }] : []),
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

const sources = fc.constantFrom({}, {}, {}, {}, { excludeSources: ['other'] }, { excludeSources: ['src', 'none'] })

const selection = (now: Date, around: Around, depth: number): fc.Arbitrary<EventSelection> =>
  fc
    .tuple(
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom('A', 'B') }, fc.constantFrom(...NAMES)),
      fc.option(filter(now, around, depth), { nil: undefined, freq: 2 }),
      around === 'child' ? fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, window) : window,
      sources,
    )
    .map(([name, where, more, excluded]) => ({ name, ...(where ? { where } : {}), ...more, ...excluded }))

/** How many funnels are in one another, at most. */
const DEEPEST = 2

type Measured = Extract<Condition, { type: 'event' }>

/** Events that are measured, and the measure compared. */
const measured = (now: Date, events: fc.Arbitrary<EventSelection>, around: Around): fc.Arbitrary<Measured> =>
  anyMeasure.chain((each) =>
    fc.record({
      type: fc.constant('event' as const),
      event: events,
      measure: fc.constant(each),
      compare: fc.oneof(
        { weight: isNumber(each) ? 6 : 1, arbitrary: numeric },
        { weight: each.kind === 'average' ? 0 : 1, arbitrary: written },
        { weight: each.kind === 'unique' ? 4 : 0, arbitrary: listed },
        {
          // A date is refused when it is saved, and the digits of an average that does not end are nobody's promise.
          weight: isNumber(each) ? 1 : 6,
          arbitrary: comparison(now, around).filter(
            ({ operator }) =>
              (!isNumber(each) || !operator.endsWith('_date')) && (each.kind !== 'average' || !TEXTUAL.has(operator)),
          ),
        },
      ),
    }),
  )

const event = (now: Date): fc.Arbitrary<Condition> => measured(now, selection(now, 'event', DEEPEST), 'profile')

/** A condition of any shape. */
export const condition = (now: Date): fc.Arbitrary<Condition> => {
  const computed = [...WORLD.audiences, ...WORLD.computedTraits, 'vip.x', 'spent.$', 'spent.x']
  return fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      { weight: 5, arbitrary: leafOf('trait' as const, now, 'profile', computed) },
      { weight: 1, arbitrary: anyElement(now, 'profile') },
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
  fc.record({
    event: fc
      .tuple(selection(now, 'event', DEEPEST), sessions)
      .map(([{ within, between, ...event }, session]) =>
        session === undefined
          ? { ...event, ...(within ? { within } : {}), ...(between ? { between } : {}) }
          : { ...event, expiresAfter: session },
      ),
    measure: anyMeasure,
  })

const sessions = fc.constantFrom(undefined, undefined, undefined, '30 minutes', '1 hour', '1 day', '3 days')
