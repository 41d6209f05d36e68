import * as z from 'zod'
import { Filter } from '../audience/condition.ts'
import { Duration } from '../base/duration.ts'
import { BranchCondition, ContextCondition } from './branch-condition.ts'

/*
 * A journey as data: how one enters, what throws one out, and steps that name what comes next. `next: null` is the end.
 * This file knows shapes only; what a step does is in `steps/`, what makes a definition publishable in `validate.ts`.
 */

const StepId = z.string().regex(/^[a-z0-9_]{1,73}$/, 'a step id is 1 to 73 of a-z, 0-9 and _')
const Next = StepId.nullable()
const Name = z.string().min(1).max(73)
const named = { name: Name.optional() }

const Delay = z.strictObject({ type: z.literal('delay'), ...named, for: Duration, next: Next })

/** Waits for the first of several events; `loop` keeps the run here and starts the time anew (spec/journeys §3.4.2). */
const Hold = z.strictObject({
  type: z.literal('hold'),
  ...named,
  branches: z
    .array(
      z.strictObject({
        name: Name,
        event: z.string().min(1),
        where: Filter.optional(),
        /** What must be true of the run itself when the event comes: a question about its context. */
        when: ContextCondition.optional(),
        loop: z.boolean().optional(),
        next: Next,
      }),
    )
    .min(1)
    .max(9),
  timeout: z.strictObject({ after: Duration, next: Next }),
})

/** First branch whose condition holds, top to bottom, decided once on arrival; else `otherwise`. True/false is a split with one branch. */
const Split = z.strictObject({
  type: z.literal('split'),
  ...named,
  branches: z
    .array(z.strictObject({ name: Name, condition: BranchCondition, next: Next }))
    .min(1)
    .max(9),
  otherwise: z.strictObject({ name: Name.default('Everyone else'), next: Next }),
})

const RandomSplit = z.strictObject({
  type: z.literal('random_split'),
  ...named,
  /** The same profile takes the same branch each time it comes here (spec/journeys §3.4.4, "assign same branch"). */
  sticky: z.boolean().default(false),
  branches: z
    .array(z.strictObject({ name: Name, percent: z.number().min(0).max(100), next: Next }))
    .min(2)
    .max(5),
})

const Send = z.strictObject({
  type: z.literal('send'),
  ...named,
  channel: z.enum(['email', 'sms', 'push']),
  /** Key of the template. */
  template: z.string().min(1),
  purpose: z.enum(['marketing', 'transactional']).default('marketing'),
  /** Name of a subscription group that must be subscribed too; email only. */
  group: z.string().optional(),
  next: Next,
})

const SetTrait = z.strictObject({
  type: z.literal('set_trait'),
  ...named,
  trait: z.string().min(1).max(500),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  next: Next,
})

const Exit = z.strictObject({ type: z.literal('exit'), ...named, reason: z.string().max(200).optional() })

export const Step = z.discriminatedUnion('type', [Delay, Hold, Split, RandomSplit, Send, SetTrait, Exit], {
  error: 'a step has a "type": delay, hold, split, random_split, send, set_trait or exit',
})
export type Step = z.infer<typeof Step>
export type StepType = Step['type']
export type StepOf<Type extends StepType> = Extract<Step, { type: Type }>

const AudienceEntry = z.strictObject({
  type: z.literal('audience'),
  /** Key of the audience whose entering starts a run. */
  audience: z.string().min(1),
  frequency: z.enum(['once', 'every_time']).default('once'),
  /** Also those who are members when the journey is published. */
  existing: z.boolean().default(false),
})
const EventEntry = z.strictObject({
  type: z.literal('event'),
  event: z.string().min(1),
  where: Filter.optional(),
  /** Key of an audience that one must be in at that moment. */
  audience: z.string().optional(),
  frequency: z.enum(['once', 'every_time']).default('every_time'),
  /** Property of the entry event that tells runs of one profile apart; required with `every_time` (spec/journeys §3.1). */
  identifier: z.string().max(500).optional(),
})
export const Entry = z.discriminatedUnion('type', [AudienceEntry, EventEntry], {
  error: 'an entry has a "type": audience or event',
})
export type Entry = z.infer<typeof Entry>

export const ExitRule = z.strictObject({
  name: Name.optional(),
  event: z.string().min(1),
  where: Filter.optional(),
  /** Only the run whose identifier equals the event's. */
  match_identifier: z.boolean().default(false),
})
export type ExitRule = z.infer<typeof ExitRule>

export const JourneyDefinition = z
  .strictObject({
    entry: Entry,
    exits: z.array(ExitRule).max(10).default([]),
    start: StepId,
    steps: z.record(StepId, Step),
  })
  .meta({ id: 'JourneyDefinition' })
export type JourneyDefinition = z.infer<typeof JourneyDefinition>
/** As a person writes it: what has a default may be left out. */
export type JourneyDraft = z.input<typeof JourneyDefinition>
