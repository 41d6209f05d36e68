import { expect, it } from 'vitest'
import { runSentence, transitionSentence } from '../../src/journey/answers.ts'
import type { BranchCondition } from '../../src/journey/branch-condition.ts'
import { branchSentence } from '../../src/journey/branch-sentence.ts'
import { journeySentences } from '../../src/journey/sentences.ts'
import { FIRST_ORDER, parsed, WIN_BACK } from './definitions.ts'

const names = { templates: new Map([['miss_you', 'We miss you']]), audiences: new Map([['lapsing', 'Lapsing']]) }

it('a journey reads from top to bottom, whatever the order in which it is stored', () => {
  const { steps, ...rest } = WIN_BACK
  const shuffled = { ...rest, steps: Object.fromEntries(Object.entries(steps).toReversed()) }
  for (const draft of [WIN_BACK, shuffled])
    expect(journeySentences(parsed(draft), names)).toEqual([
      'When somebody enters "Lapsing", only the first time, and those who are in it at publishing',
      'Leaves on Order Completed',
      'Email "We miss you"',
      'Wait 3 days',
      'Split: Bought since / Not yet',
      '  Bought since: did “Order Completed” within the last 3 days',
      'Text "miss_you_sms"',
    ])
  expect(journeySentences(parsed(FIRST_ORDER), names)).toEqual([
    'On Order Completed, every time, one run for each order_id',
    'Leaves on Order Cancelled, if it has the same identifier',
    'Hold until Product Reviewed or Product Viewed (waits anew), at most 7 days',
    '  Reviewed: “Product Reviewed” comes',
    '  Looked again: “Product Viewed” comes',
    'Set the trait thanked to true',
    'Random split: 33.3% A, 33.3% B, 33.4% C',
    'Email "We miss you"',
    'Exit: thanked',
  ])
})

it('each move says why', () => {
  const definition = parsed(FIRST_ORDER)
  const say = (
    step: string | null,
    branch: string | null,
    next_step: string | null,
    evidence: { event?: string; exit?: string } = {},
  ) => transitionSentence(definition, { step, branch, next_step, evidence }, names)
  const hold = 'Hold until Product Reviewed or Product Viewed (waits anew), at most 7 days'
  expect([
    say(null, null, 'hold'),
    say('hold', 'Looked again', 'hold', { event: 'Product Viewed' }),
    say('hold', 'Reviewed', 'thank', { event: 'Product Reviewed' }),
    say('hold', 'timeout', 'coin'),
    say('coin', 'A', 'thank'),
    say('mail', '', 'end'),
    say('hold', null, null, { exit: 'Order Cancelled', event: 'Order Cancelled' }),
    say('hold', null, null, { exit: 'archived' }),
  ]).toEqual([
    `Entered; next: ${hold}`,
    `${hold}: Looked again came, so it waits anew`,
    `${hold}: Product Reviewed came, so it goes the way "Reviewed"`,
    `${hold}: nothing came in time`,
    'Random split: 33.3% A, 33.3% B, 33.4% C: it goes the way "A"',
    'Email "We miss you": done',
    'Left because of Order Cancelled',
    'Stopped: the version was archived',
  ])
})

it('a run says where it is or why it ended', () => {
  const definition = parsed(WIN_BACK)
  const due = new Date('2026-01-04T00:00:00Z')
  const say = (status: 'active' | 'completed' | 'exited', step: string | null, due_at: Date | null, end_reason: string | null) =>
    runSentence(definition, { status, step, due_at, end_reason }, names)
  expect([
    say('active', 'wait', due, null),
    say('completed', null, null, null),
    say('exited', 'wait', null, 'Order Completed'),
    say('exited', 'wait', null, 'archived'),
  ]).toEqual([
    'Stands at: Wait 3 days, until 2026-01-04T00:00:00.000Z at the latest',
    'Went through to the end',
    'Left because of Order Completed',
    'Stopped: the version was archived',
  ])
})

it('what a branch asks of the run reads as it is meant', () => {
  const total: BranchCondition = {
    type: 'journey_context',
    event: 'Cart_Modified',
    path: 'total',
    compare: { operator: 'greater_than', value: 100 },
  }
  const lapsing: BranchCondition = { type: 'audience', audience: 'lapsing' }
  const or: BranchCondition = { type: 'or', conditions: [lapsing, { type: 'not', condition: total }] }
  expect(
    [
      total,
      { type: 'not', condition: lapsing } as const,
      or,
      { type: 'and', conditions: [total, or] } as const,
      { type: 'not', condition: or } as const,
    ].map((each) => branchSentence(each, names)),
  ).toEqual([
    "“total” of this run's “Cart_Modified” is greater than 100",
    'is not part of “Lapsing”',
    "is part of “Lapsing”, or not: “total” of this run's “Cart_Modified” is greater than 100",
    "“total” of this run's “Cart_Modified” is greater than 100, and (is part of “Lapsing”, or not: “total” of this run's “Cart_Modified” is greater than 100)",
    "not (is part of “Lapsing”, or not: “total” of this run's “Cart_Modified” is greater than 100)",
  ])
})
