import * as z from 'zod'
import { Duration } from '../base/duration.ts'
import { instantOf } from './literal.ts'

/*
 * The condition language: a readonly union, checked by zod at the door, stored as it is, and compiled by `compile.ts` to one query.
 * This file knows shapes only; what an operator means is in `operators/`, what a measure means in `measures/`.
 */

const Literal = z.union([z.string(), z.number(), z.boolean()])
export type Literal = z.infer<typeof Literal>

/** A dotted path into a JSON value. */
export const Path = z.string().min(1).max(500)

/**
 * A right side that is read from the data instead of written down (spec/audiences §11.7): a property or the context of the same event, a
 * property of the event around it in a funnel, or a trait of the profile.
 */
export const Reference = z.strictObject({
  reference: z.enum(['property', 'context', 'parent', 'trait']),
  path: z.string().max(500),
})
export type Reference = z.infer<typeof Reference>

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/
const TIME_MEANT = 'write a day that exists, as in 2026-01-31 or 2026-01-31T00:00:00Z'

/** A time as the text form writes it without quotes: the same instant is equal to it, however it is written (spec/audiences §11.2). */
export const Time = z.strictObject({
  time: z
    .string()
    .regex(TIME, TIME_MEANT)
    .refine((text) => instantOf(text) !== undefined, TIME_MEANT),
})
export type Time = z.infer<typeof Time>

type AnyRight = Literal | Reference | Time
/** Whether a right side is read from the data. */
export const isReference = (right: AnyRight): right is Reference => typeof right === 'object' && 'reference' in right
/** Whether a right side is a time rather than a text. */
export const isTime = (right: AnyRight): right is Time => typeof right === 'object' && 'time' in right
/** Whether a right side is a text, a number or a truth value that was written down. */
export const isLiteral = (right: AnyRight): right is Literal => typeof right !== 'object'

/** Letters are compared without their case (CND-26, our own). */
const ignoreCase = z.literal(true).optional()

const Right = z.union([Literal, Reference])
const Words = z.union([z.string(), Reference])
const value = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), value: Right })
const equality = <Name extends string>(operator: Name) =>
  z.strictObject({ operator: z.literal(operator), value: z.union([Literal, Reference, Time]), ignoreCase })
const text = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), value: Words, ignoreCase })
const values = <Name extends string>(operator: Name) =>
  z.strictObject({
    operator: z.literal(operator),
    values: z
      .array(z.union([Literal, Time]))
      .min(1)
      .max(1_000),
    ignoreCase,
  })
const bare = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator) })
const span = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), duration: Duration })
const Instant = z.iso
  .datetime({ offset: true, message: 'write an instant with its zone, for example 2026-01-31T00:00:00Z' })
  .or(z.iso.date())
const instant = <Name extends string>(operator: Name) => z.strictObject({ operator: z.literal(operator), value: Instant })

/** One comparison of a stored value with a literal or another stored value (spec/audiences §11.3, §11.7): the operator and what it needs. */
export const Comparison = z.discriminatedUnion('operator', [
  equality('equals'),
  equality('not_equals'),
  value('less_than'),
  value('at_most'),
  value('greater_than'),
  value('at_least'),
  values('one_of'),
  values('none_of'),
  z.strictObject({ operator: z.literal('contains'), values: z.array(Words).min(1).max(1_000), ignoreCase }),
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

/**
 * What must be true of one event: its properties, its context, traits of its profile, and/or/not to any depth. `event` is a child of a funnel:
 * events of the same profile after this one, measured and compared ("and then did not" is count = 0; spec/audiences §11.6). `any_element`:
 * one entry of the array at `path` satisfies the whole filter, whose `property` paths begin in that entry ('' is the entry itself; §11.8).
 */
export type Filter =
  | { readonly type: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly type: 'not'; readonly filter: Filter }
  | { readonly type: 'property' | 'context'; readonly path: string; readonly compare: Comparison }
  | { readonly type: 'trait'; readonly path: string; readonly compare: Comparison }
  | { readonly type: 'event'; readonly event: EventSelection; readonly measure: Measure; readonly compare: Comparison }
  | { readonly type: 'any_element'; readonly path: string; readonly filter: Filter }

export const Filter: z.ZodType<Filter> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.enum(['and', 'or']), filters: z.array(Filter).min(1) }),
      z.strictObject({ type: z.literal('not'), filter: Filter }),
      z.strictObject({ type: z.enum(['property', 'context', 'trait']), path: z.string().max(500), compare: Comparison }),
      z.strictObject({ type: z.literal('event'), event: EventSelection, measure: Measure, compare: Comparison }),
      z.strictObject({ type: z.literal('any_element'), path: z.string().max(500), filter: Filter }),
    ]),
  )
  .meta({ id: 'Filter' })

/**
 * Which events: by name, by what is in them, by their age. `within: '30 days'`; `between: ['30 days', '90 days']` is 30 < age ≤ 90. A child
 * of a funnel may be bound to the event before it: `withinParent` is at most so long after it, `betweenParent` a < delay ≤ b, and `settled`
 * lets only those events before it count for which that time is over. `expiresAfter` is the session of a computed trait: the events
 * since the last pause that was longer.
 */
export type EventSelection = {
  readonly name: string
  readonly where?: Filter | undefined
  readonly within?: Duration | undefined
  readonly between?: readonly [Duration, Duration] | undefined
  readonly excludeSources?: readonly string[] | undefined
  readonly withinParent?: Duration | undefined
  readonly betweenParent?: readonly [Duration, Duration] | undefined
  readonly settled?: true | undefined
  readonly expiresAfter?: Duration | undefined
}

export const EventSelection: z.ZodType<EventSelection> = z.lazy(() =>
  z.strictObject({
    name: z.string().min(1).max(500),
    where: Filter.optional(),
    within: Duration.optional(),
    between: z.tuple([Duration, Duration]).optional(),
    excludeSources: z.array(z.string().min(1).max(500)).min(1).max(100).optional(),
    withinParent: Duration.optional(),
    betweenParent: z.tuple([Duration, Duration]).optional(),
    settled: z.literal(true).optional(),
    expiresAfter: Duration.optional(),
  }),
)

// The path leads into the event's context; of accounts it may be a trait of the user who did the event (spec/audiences §7.1).
const inContext = z.literal('context').optional()
const whose = z.enum(['context', 'user']).optional()
const of = <Kind extends string>(kind: Kind) => z.strictObject({ kind: z.literal(kind), property: Path })

/**
 * What is measured over the selected events (spec/audiences §7.1): how many there are, or what a property of theirs (`of`: or something in their
 * context, or of accounts a trait of the user) comes to. `minimum` is
 * how often a value must be there to be the most frequent one. `as` is how a property is read: the least and greatest as numbers unless told
 * (`string`: by code point); the most frequent value as text, `array`: a list that a path with `$` leads to is one value.
 */
export const Measure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('count') }),
  of('sum').extend({ of: inContext }),
  of('average').extend({ of: inContext }),
  of('min').extend({ of: inContext, as: z.enum(['number', 'string']).optional() }),
  of('max').extend({ of: inContext, as: z.enum(['number', 'string']).optional() }),
  of('first').extend({ of: whose }),
  of('last').extend({ of: whose }),
  of('most_frequent').extend({
    minimum: z.int().min(1).max(1_000_000).default(2),
    of: whose,
    as: z.enum(['string', 'number', 'array']).optional(),
  }),
  of('unique').extend({ of: inContext }),
  of('unique_count').extend({ of: inContext }),
])
export type Measure = z.infer<typeof Measure>

/** One question about a profile. */
export type Leaf =
  | { readonly type: 'trait'; readonly path: string; readonly compare: Comparison }
  | { readonly type: 'event'; readonly event: EventSelection; readonly measure: Measure; readonly compare: Comparison }
  | { readonly type: 'audience'; readonly audience: string }
  | { readonly type: 'any_element'; readonly path: string; readonly filter: Filter }

export type Condition =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly type: 'not' | 'any' | 'all'; readonly condition: Condition }
  | Leaf

/** The questions that a condition is made of, by type. */
export const LEAVES = [
  z.strictObject({ type: z.literal('trait'), path: Path, compare: Comparison }),
  z.strictObject({ type: z.literal('event'), event: EventSelection, measure: Measure, compare: Comparison }),
  z.strictObject({ type: z.literal('audience'), audience: z.string().min(1) }),
  z.strictObject({ type: z.literal('any_element'), path: Path, filter: Filter }),
] as const

/**
 * The tree that defines an audience. A dot in a path walks into objects, a backslash before it makes it a plain dot.
 * `{type:'audience', audience: key}` is membership of another audience; "not part of" is `not` around it. `any_element` is about an array in
 * a trait, as in a filter. `any` and `all` are for audiences of accounts: one, or every, linked user satisfies the condition (spec/audiences §12).
 */
export const Condition: z.ZodType<Condition> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.enum(['and', 'or']), conditions: z.array(Condition).min(1) }),
      z.strictObject({ type: z.enum(['not', 'any', 'all']), condition: Condition }),
      ...LEAVES,
    ]),
  )
  .meta({ id: 'Condition' })

/** A computed trait: a measure over selected events, with no comparison. */
export const ComputedTraitDefinition = z.strictObject({ event: EventSelection, measure: Measure })
export type ComputedTraitDefinition = z.infer<typeof ComputedTraitDefinition>
