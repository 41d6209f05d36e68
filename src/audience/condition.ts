import * as z from 'zod'
import { Duration } from '../base/duration.ts'

/*
 * The condition language: a readonly union, checked by zod at the door, stored as it is, and compiled by `compile.ts` to one query.
 * This file knows shapes only; what an operator means is in `operators/`, what a measure means in `measures/`.
 */

const Literal = z.union([z.string(), z.number(), z.boolean()])
export type Literal = z.infer<typeof Literal>

/** A dotted path into a JSON value. */
export const Path = z.string().min(1).max(500)
const value = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), value: Literal })
const text = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), value: z.string() })
const values = <Name extends string>(operator: Name) =>
  z.strictObject({ operator: z.literal(operator), values: z.array(Literal).min(1).max(1_000) })
const bare = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator) })
const span = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), duration: Duration })
const Instant = z.iso
  .datetime({ offset: true, message: 'write an instant with its zone, for example 2026-01-31T00:00:00Z' })
  .or(z.iso.date())
const instant = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), value: Instant })

/** One comparison of a stored value with a literal (spec/audiences §11.3): the operator and what it needs. */
export const Comparison = z.discriminatedUnion('operator', [
  value('equals'),
  value('not_equals'),
  value('less_than'),
  value('at_most'),
  value('greater_than'),
  value('at_least'),
  values('one_of'),
  values('none_of'),
  z.strictObject({ operator: z.literal('contains'), values: z.array(z.string()).min(1).max(1_000) }),
  text('omits'),
  text('starts_with'),
  text('ends_with'),
  bare('exists'),
  bare('absent'),
  instant('before_date'),
  instant('after_date'),
  span('within_last'),
  span('within_next'),
  span('before_last'),
  span('after_next'),
])
export type Comparison = z.infer<typeof Comparison>
export type Operator = Comparison['operator']

/** What must be true of one event: its properties and context, and/or/not to any depth. */
export type Filter =
  | { readonly type: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly type: 'not'; readonly filter: Filter }
  | { readonly type: 'property' | 'context'; readonly path: string; readonly compare: Comparison }

export const Filter: z.ZodType<Filter> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.enum(['and', 'or']), filters: z.array(Filter).min(1) }),
    z.strictObject({ type: z.literal('not'), filter: Filter }),
    z.strictObject({ type: z.enum(['property', 'context']), path: Path, compare: Comparison }),
  ]),
)

/** Which events: by name, by what is in them, by their age. `within: '30 days'`; `between: ['30 days', '90 days']` is 30 < age ≤ 90. */
export const EventSelection = z.strictObject({
  name: z.string().min(1).max(500),
  where: Filter.optional(),
  within: Duration.optional(),
  between: z.tuple([Duration, Duration]).optional(),
})
export type EventSelection = z.infer<typeof EventSelection>

const of = <Kind extends string>(kind: Kind) => z.strictObject({ kind: z.literal(kind), property: Path })

/**
 * What is measured over the selected events (spec/audiences §7.1): how many there are, or what a property of theirs comes to. `minimum` is
 * how often a value must be there to be the most frequent one.
 */
export const Measure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('count') }),
  of('sum'),
  of('average'),
  of('min'),
  of('max'),
  of('first'),
  of('last'),
  of('most_frequent').extend({ minimum: z.int().min(1).max(1_000_000).default(2) }),
  of('unique'),
  of('unique_count'),
])
export type Measure = z.infer<typeof Measure>

/** One question about a profile. */
export type Leaf =
  | { readonly type: 'trait'; readonly path: string; readonly compare: Comparison }
  | { readonly type: 'event'; readonly event: EventSelection; readonly measure: Measure; readonly compare: Comparison }
  | { readonly type: 'audience'; readonly audience: string }

export type Condition =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly type: 'not'; readonly condition: Condition }
  | Leaf

/** The questions that a condition is made of, by type. */
export const LEAVES = [
  z.strictObject({ type: z.literal('trait'), path: Path, compare: Comparison }),
  z.strictObject({ type: z.literal('event'), event: EventSelection, measure: Measure, compare: Comparison }),
  z.strictObject({ type: z.literal('audience'), audience: z.string().min(1) }),
] as const

/**
 * The tree that defines an audience. A dot in a path walks into objects, a backslash before it makes it a plain dot.
 * `{type:'audience', audience: key}` is membership of another audience; "not part of" is `not` around it.
 */
export const Condition: z.ZodType<Condition> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.enum(['and', 'or']), conditions: z.array(Condition).min(1) }),
      z.strictObject({ type: z.literal('not'), condition: Condition }),
      ...LEAVES,
    ]),
  )
  .meta({ id: 'Condition' })

/** A computed trait: a measure over selected events, with no comparison. */
export const ComputedTraitDefinition = z.strictObject({ event: EventSelection, measure: Measure })
export type ComputedTraitDefinition = z.infer<typeof ComputedTraitDefinition>
