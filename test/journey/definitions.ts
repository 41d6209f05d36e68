import * as fc from 'fast-check'
import { problemsOf } from '../../src/audience/validate.ts'
import { JourneyDefinition, type JourneyDraft } from '../../src/journey/definition.ts'
import type { Facts } from '../../src/journey/facts.ts'
import { DEFAULT_LIMITS } from '../../src/journey/limits.ts'

/** A space that has everything the definitions here name. */
export const FACTS: Facts = {
  limits: DEFAULT_LIMITS,
  templates: new Map([
    ['miss_you', { name: 'We miss you', channel: 'email' }],
    ['miss_you_sms', { name: 'We miss you, short', channel: 'sms' }],
    ['torn', { name: 'Torn', channel: 'email', broken: 'line 3: tag {{ is not closed' }],
  ]),
  audiences: new Map([['lapsing', 'Lapsing']]),
  computed: new Set(['total_spent']),
  groups: new Set(['Offers']),
  channels: new Set(['email', 'sms']),
  conditionProblems: (condition) =>
    problemsOf(condition, { audiences: new Map([['lapsing', 'aud_lapsing']]), computedTraits: new Map() }).map((each) => ({
      ...each,
      field: each.field.replace(/^condition\.?/, ''),
    })),
  filterProblems: () => [],
}

/** The win-back journey, as a person writes it. */
export const WIN_BACK: JourneyDraft = {
  entry: { type: 'audience', audience: 'lapsing', frequency: 'once', existing: true },
  exits: [{ event: 'Order Completed' }],
  start: 'mail',
  steps: {
    mail: { type: 'send', channel: 'email', template: 'miss_you', group: 'Offers', next: 'wait' },
    wait: { type: 'delay', for: '3 days', next: 'bought' },
    bought: {
      type: 'split',
      branches: [
        {
          name: 'Bought since',
          condition: {
            type: 'event',
            event: { name: 'Order Completed', within: '3 days' },
            measure: { kind: 'count' },
            compare: { operator: 'at_least', value: 1 },
          },
          next: null,
        },
      ],
      otherwise: { name: 'Not yet', next: 'text' },
    },
    text: { type: 'send', channel: 'sms', template: 'miss_you_sms', next: null },
  },
}

/** Entered by an order, kept apart by its id, holding for a second one. */
export const FIRST_ORDER: JourneyDraft = {
  entry: { type: 'event', event: 'Order Completed', frequency: 'every_time', identifier: 'order_id' },
  exits: [{ event: 'Order Cancelled', match_identifier: true }],
  start: 'hold',
  steps: {
    hold: {
      type: 'hold',
      branches: [
        { name: 'Reviewed', event: 'Product Reviewed', next: 'thank' },
        { name: 'Looked again', event: 'Product Viewed', loop: true, next: null },
      ],
      timeout: { after: '7 days', next: 'coin' },
    },
    coin: {
      type: 'random_split',
      branches: [
        { name: 'A', percent: 33.3, next: 'thank' },
        { name: 'B', percent: 33.3, next: 'mail' },
        { name: 'C', percent: 33.4, next: null },
      ],
    },
    thank: { type: 'set_trait', trait: 'thanked', value: true, next: 'mail' },
    mail: { type: 'send', channel: 'email', template: 'miss_you', next: 'end' },
    end: { type: 'exit', reason: 'thanked' },
  },
}

export const parsed = (draft: JourneyDraft): JourneyDefinition => JourneyDefinition.parse(draft)

const stepAt = (i: number, targets: fc.Arbitrary<string | null>): fc.Arbitrary<JourneyDraft['steps'][string]> =>
  fc.oneof(
    targets.map((next) => ({ type: 'delay' as const, for: '1 day', next })),
    targets.map((next) => ({ type: 'send' as const, channel: 'email' as const, template: 'miss_you', next })),
    targets.map((next) => ({ type: 'set_trait' as const, trait: 'seen', value: true, next })),
    fc.tuple(targets, targets).map(([a, b]) => ({
      type: 'split' as const,
      branches: [{ name: 'yes', condition: { type: 'audience' as const, audience: 'lapsing' }, next: a }],
      otherwise: { name: 'no', next: b },
    })),
    fc.tuple(targets, targets).map(([a, b]) => ({
      type: 'random_split' as const,
      branches: [
        { name: 'A', percent: 50, next: a },
        { name: 'B', percent: 50, next: b },
      ],
    })),
    fc.tuple(targets, targets).map(([a, b]) => ({
      type: 'hold' as const,
      branches: [{ name: `came ${i}`, event: 'Order Completed', next: a }],
      timeout: { after: '2 days', next: b },
    })),
  )

/** Valid journeys of up to 8 steps: step i leads to later ones, and the one before it leads to it at least once. */
export const journeys: fc.Arbitrary<JourneyDraft> = fc.integer({ min: 1, max: 8 }).chain((count) =>
  fc
    .tuple(
      ...Array.from({ length: count }, (_, i) => {
        const later = Array.from({ length: count - i - 1 }, (_x, k) => `s${i + 1 + k}`)
        return stepAt(i, fc.constantFrom(null, ...later)).map((step) => {
          const next = i + 1 < count ? `s${i + 1}` : null
          if (step.type === 'hold') return { ...step, timeout: { ...step.timeout, next } }
          if (step.type === 'split') return { ...step, otherwise: { name: 'no', next } }
          if (step.type === 'random_split')
            return { ...step, branches: step.branches.map((branch, k) => (k === 0 ? { ...branch, next } : branch)) }
          return { ...step, next }
        })
      }),
    )
    .map((steps) => ({
      entry: { type: 'audience' as const, audience: 'lapsing' },
      start: 's0',
      steps: Object.fromEntries(steps.map((step, i) => [`s${i}`, step])) as JourneyDraft['steps'],
    })),
)
