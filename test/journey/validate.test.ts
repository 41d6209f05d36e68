import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { must } from '../../src/base/must.ts'
import type { BranchCondition, ContextLeaf } from '../../src/journey/branch-condition.ts'
import { contextKeys } from '../../src/journey/context.ts'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { edgesOf } from '../../src/journey/edges.ts'
import { validate } from '../../src/journey/validate.ts'
import { FACTS, FIRST_ORDER, journeys, parsed, WIN_BACK } from './definitions.ts'

const problemsOf = (draft: JourneyDraft) => validate(parsed(draft), FACTS)

type Steps = JourneyDraft['steps']
const winBack = (change: Partial<JourneyDraft>): JourneyDraft => ({ ...WIN_BACK, ...change })
const withSteps = (steps: Steps): JourneyDraft => winBack({ steps: { ...WIN_BACK.steps, ...steps } })
const holding = (...branches: Extract<Steps[string], { type: 'hold' }>['branches']): JourneyDraft =>
  winBack({ start: 'hold', steps: { hold: { type: 'hold', branches, timeout: { after: '1 day', next: null } } } })
const equals = (value: string | number) => ({
  type: 'property' as const,
  path: 'kind',
  compare: { operator: 'equals' as const, value },
})
const above = (operator: 'greater_than' | 'at_most', value: number) => ({
  type: 'property' as const,
  path: 'total',
  compare: { operator, value },
})
const mail = { type: 'send' as const, channel: 'email' as const, template: 'miss_you', next: null }
const one = (step: Steps[string]): JourneyDraft => winBack({ start: 'a', steps: { a: step } })
const random = (...percents: number[]): JourneyDraft =>
  one({ type: 'random_split', branches: percents.map((percent, i) => ({ name: `b${i}`, percent, next: null })) })

const inContext = (event: string): ContextLeaf => ({
  type: 'journey_context',
  event,
  path: 'total',
  compare: { operator: 'exists' },
})
const splitBy = (condition: BranchCondition, next: string | null): Steps[string] => ({
  type: 'split',
  branches: [{ name: 'asked', condition, next }],
  otherwise: { next },
})
const asking = (event: string, entry: JourneyDraft['entry']): JourneyDraft => ({
  ...holding({ name: 'x', event: 'X', when: inContext(event), next: null }),
  entry,
})

describe('F093 publish validation', () => {
  const broken: readonly [what: string, draft: JourneyDraft, field: string, message: RegExp][] = [
    ['no steps', winBack({ steps: {} }), 'steps', /at least one/],
    ['a start that is not there', winBack({ start: 'nowhere' }), 'start', /no step "nowhere"/],
    ['a next that is not there', withSteps({ text: { ...mail, next: 'gone' } }), 'steps.text.next', /no step "gone"/],
    [
      'a branch that leads nowhere',
      withSteps({
        bought: {
          type: 'random_split',
          branches: [
            { name: 'A', percent: 50, next: 'gone' },
            { name: 'B', percent: 50, next: 'text' },
          ],
        },
      }),
      'steps.bought.branches.0.next',
      /gone/,
    ],
    ['a step that nobody reaches', withSteps({ lost: mail }), 'steps.lost', /no way leads here/],
    ['F055 a way back to an ancestor', withSteps({ text: { ...mail, next: 'wait' } }), 'steps.text.next', /leads back to "wait"/],
    ['a step that leads to itself', one({ ...mail, next: 'a' }), 'steps.a.next', /leads back/],
    ['a delay of nothing', one({ type: 'delay', for: '0 seconds', next: null }), 'steps.a.for', /not between/],
    ['a delay of 183 days', one({ type: 'delay', for: '183 days', next: null }), 'steps.a.for', /182 days/],
    [
      'a hold of 27 weeks',
      one({ type: 'hold', branches: [{ name: 'x', event: 'X', next: null }], timeout: { after: '27 weeks', next: null } }),
      'steps.a.timeout.after',
      /182 days/,
    ],
    ['percentages of 99', random(50, 49), 'steps.a.branches', /99 together/],
    ['percentages of 100.1', random(50, 50.1), 'steps.a.branches', /100.1 together/],
    [
      'F048 the same event twice',
      holding({ name: 'x', event: 'X', next: null }, { name: 'y', event: 'X', next: null }),
      'steps.hold.branches.1.event',
      /"x" and "y"/,
    ],
    [
      'F048 the same event, one with a filter',
      holding({ name: 'x', event: 'X', where: equals('a'), next: null }, { name: 'y', event: 'X', next: null }),
      'steps.hold.branches.1.event',
      /could satisfy/,
    ],
    [
      'F048 filters that overlap',
      holding(
        { name: 'x', event: 'X', where: above('greater_than', 1), next: null },
        { name: 'y', event: 'X', where: above('at_most', 5), next: null },
      ),
      'steps.hold.branches.1.event',
      /could satisfy/,
    ],
    [
      'F048 a number and its text are one value',
      holding({ name: 'x', event: 'X', where: equals(5), next: null }, { name: 'y', event: 'X', where: equals('5'), next: null }),
      'steps.hold.branches.1.event',
      /could satisfy/,
    ],
    [
      'a branch name twice',
      holding({ name: 'x', event: 'X', next: null }, { name: 'x', event: 'Y', next: null }),
      'steps.hold.branches.1.name',
      /"x" is taken/,
    ],
    [
      'a hold branch called timeout',
      holding({ name: 'timeout', event: 'X', next: null }),
      'steps.hold.branches.0.name',
      /timeout/,
    ],
    [
      'a step name twice',
      withSteps({ text: { ...mail, name: 'Hi' }, wait: { type: 'delay', name: 'Hi', for: '1 day', next: 'bought' } }),
      'steps.text.name',
      /"Hi" is taken/,
    ],
    [
      'a question about an event that nothing waits for',
      asking('Cart', WIN_BACK.entry),
      'steps.hold.branches.0.when.event',
      /never holds an event "Cart"/,
    ],
    [
      'F041 a question about an event of another way',
      {
        ...FIRST_ORDER,
        steps: { ...FIRST_ORDER.steps, coin: splitBy(inContext('Product Reviewed'), 'thank') },
      },
      'steps.coin.branches.0.condition.event',
      /no way that leads here passes "Product Reviewed"/,
    ],
    [
      'a condition on the context with text that cannot be stored',
      {
        ...FIRST_ORDER,
        steps: {
          ...FIRST_ORDER.steps,
          coin: splitBy({ ...inContext('Order Completed'), compare: { operator: 'equals', value: 'a\u0000' } }, 'thank'),
        },
      },
      'steps.coin.branches.0.condition.compare.value',
      /cannot be stored/,
    ],
    [
      'F049 questions about the context that overlap',
      holding(
        { name: 'x', event: 'X', when: { ...inContext('Looked'), compare: { operator: 'greater_than', value: 1 } }, next: null },
        { name: 'y', event: 'X', when: { ...inContext('Looked'), compare: { operator: 'at_most', value: 5 } }, next: null },
        { name: 'l', event: 'Looked', loop: true, next: null },
      ),
      'steps.hold.branches.1.event',
      /could satisfy/,
    ],
    [
      'entering every time without identifier',
      winBack({ entry: { type: 'event', event: 'X' } }),
      'entry.identifier',
      /identifier/,
    ],
    [
      'an identifier where one enters once',
      winBack({ entry: { type: 'event', event: 'X', frequency: 'once', identifier: 'id' } }),
      'entry.identifier',
      /enters once/,
    ],
    [
      'an entry audience that is not there',
      winBack({ entry: { type: 'audience', audience: 'gone' } }),
      'entry.audience',
      /no audience "gone"/,
    ],
    [
      'an audience filter that is not there',
      winBack({ entry: { type: 'event', event: 'X', frequency: 'once', audience: 'gone' } }),
      'entry.audience',
      /gone/,
    ],
    [
      'matching an identifier that is not there',
      winBack({ exits: [{ event: 'X', match_identifier: true }] }),
      'exits.0.match_identifier',
      /no identifier/,
    ],
    ['a template that is not there', one({ ...mail, template: 'gone' }), 'steps.a.template', /no template "gone"/],
    ['a template of another channel', one({ ...mail, template: 'miss_you_sms' }), 'steps.a.template', /written for sms/],
    ['F070 a template that does not parse', one({ ...mail, template: 'torn' }), 'steps.a.template', /line 3/],
    ['a group that is not there', one({ ...mail, group: 'Gone' }), 'steps.a.group', /Gone/],
    [
      'a group on a text',
      one({ ...mail, channel: 'sms', template: 'miss_you_sms', group: 'Offers' }),
      'steps.a.group',
      /only email/,
    ],
    ['a channel that nobody carries', one({ ...mail, channel: 'push' }), 'steps.a.channel', /nobody carries push/],
    [
      'a condition that does not compile',
      one({
        type: 'split',
        branches: [{ name: 'x', condition: { type: 'audience', audience: 'gone' }, next: null }],
        otherwise: { next: null },
      }),
      'steps.a.branches.0.condition.audience',
      /no audience "gone"/,
    ],
    [
      'a branch called like the rest',
      one({
        type: 'split',
        branches: [{ name: 'Everyone else', condition: { type: 'audience', audience: 'lapsing' }, next: null }],
        otherwise: { next: null },
      }),
      'steps.a.otherwise.name',
      /taken/,
    ],
    [
      'writing an audience',
      one({ type: 'set_trait', trait: 'lapsing', value: true, next: null }),
      'steps.a.trait',
      /an audience/,
    ],
    [
      'writing into a computed trait',
      one({ type: 'set_trait', trait: 'total_spent.x', value: 1, next: null }),
      'steps.a.trait',
      /computed trait/,
    ],
  ]
  it.each(broken)('finds %s', (_what, draft, field, message) => {
    const problems = problemsOf(draft)
    const found = must(
      problems.find((problem) => problem.field === field),
      `a problem at ${field} in ${JSON.stringify(problems)}`,
    )
    expect(found.message).toMatch(message)
  })
  it('says what to do about each', () => {
    for (const [what, draft] of broken.filter(([name]) => !name.startsWith('a condition')))
      for (const problem of problemsOf(draft)) expect(problem.remedy ?? '', `${what}: ${problem.field}`).toMatch(/\.$/)
  })
  it('lists all problems at once', () => {
    const draft = winBack({
      entry: { type: 'audience', audience: 'gone' },
      start: 'nowhere',
      exits: [{ event: 'X', match_identifier: true }],
    })
    expect(problemsOf(draft).map(({ field }) => field)).toEqual(['entry.audience', 'exits.0.match_identifier', 'start'])
  })
  it('finds more steps than the space allows, and the space may allow more (F183)', () => {
    const many = Object.fromEntries(
      Array.from({ length: 101 }, (_, i) => [`s${i}`, { ...mail, next: i < 100 ? `s${i + 1}` : null }]),
    )
    const draft = winBack({ start: 's0', steps: many })
    expect(problemsOf(draft).map(({ field }) => field)).toEqual(['steps'])
    expect(validate(parsed(draft), { ...FACTS, limits: { ...FACTS.limits, steps: 200 } })).toEqual([])
  })
})

describe('what is publishable', () => {
  const valid: readonly [what: string, draft: JourneyDraft][] = [
    ['the win-back journey', WIN_BACK],
    ['the first-order journey', FIRST_ORDER],
    ['one step', one(mail)],
    ['thirds', random(33.33, 33.33, 33.34)],
    ['tenths', random(10, 20, 30.1, 39.9)],
    [
      'a path join',
      withSteps({
        text: { type: 'send', channel: 'sms', template: 'miss_you_sms', next: null },
        bought: {
          type: 'random_split',
          branches: [
            { name: 'A', percent: 50, next: 'text' },
            { name: 'B', percent: 50, next: 'text' },
          ],
        },
      }),
    ],
    [
      'the same event with values that exclude each other',
      holding(
        { name: 'x', event: 'X', where: equals('a'), next: null },
        { name: 'y', event: 'X', where: equals('b'), next: null },
      ),
    ],
    [
      'the same event with ranges that meet',
      holding(
        { name: 'x', event: 'X', where: above('greater_than', 5), next: null },
        { name: 'y', event: 'X', where: above('at_most', 5), next: null },
      ),
    ],
    [
      'a filter and its opposite',
      holding(
        { name: 'x', event: 'X', where: equals('a'), next: null },
        { name: 'y', event: 'X', where: { type: 'not', filter: equals('a') }, next: null },
      ),
    ],
    ['a wait of one second', one({ type: 'delay', for: '1 second', next: null })],
    ['a wait of 182 days', one({ type: 'delay', for: '182 days', next: null })],
  ]
  it.each(valid)('%s', (_what, draft) => expect(problemsOf(draft)).toEqual([]))

  it('random valid journeys have no problem, and breaking any one target is found', () => {
    fc.assert(
      fc.property(journeys, fc.nat(), (draft, pick) => {
        const definition = parsed(draft)
        expect(validate(definition, FACTS)).toEqual([])
        const targets = Object.entries(definition.steps).flatMap(([id, step]) =>
          edgesOf(step).map(({ field }) => ({ id, field })),
        )
        const { id, field } = must(targets[pick % targets.length], 'a target')
        const torn = structuredClone(definition)
        const path = field.split('.')
        let here: Record<string, unknown> = torn.steps[id] as unknown as Record<string, unknown>
        for (const key of path.slice(0, -1)) here = here[key] as Record<string, unknown>
        here[must(path.at(-1), 'a field')] = 'not_there'
        expect(validate(torn, FACTS).map((problem) => problem.field)).toContain(`steps.${id}.${field}`)
      }),
      { numRuns: 200 },
    )
  })
})

describe('spec §3.4.3 what a step may ask of the context', () => {
  it('is the entry event and what was met on some way that leads there; a loop counts in its own hold', () => {
    expect(Object.fromEntries([...contextKeys(parsed(FIRST_ORDER))].map(([step, keys]) => [step, [...keys]]))).toEqual({
      hold: ['Order Completed', 'Product Viewed'],
      coin: ['Order Completed', 'Product Viewed'],
      thank: ['Order Completed', 'Product Reviewed', 'Product Viewed'],
      mail: ['Order Completed', 'Product Reviewed', 'Product Viewed'],
      end: ['Order Completed', 'Product Reviewed', 'Product Viewed'],
    })
  })
  it('an event that is used twice has the name of its branch with it', () => {
    const aliased = {
      ...FIRST_ORDER,
      steps: {
        ...FIRST_ORDER.steps,
        hold: {
          type: 'hold' as const,
          branches: [{ name: 'Bought again', event: 'Order Completed', next: 'mail' }],
          timeout: { after: '1 day' as const, next: 'coin' },
        },
        mail: splitBy(
          { type: 'and', conditions: [inContext('Order Completed'), inContext('Order Completed - Bought again')] },
          null,
        ),
        thank: { type: 'exit' as const },
        coin: splitBy(inContext('Order Completed'), 'thank'),
        end: { type: 'exit' as const },
      },
    }
    expect(problemsOf(aliased).map(({ field }) => field)).toEqual(['steps.end'])
  })
  it('F049 branches of one event that ask for contexts which exclude each other are two ways', () => {
    const draft = holding(
      { name: 'x', event: 'X', when: { ...inContext('Looked'), compare: { operator: 'greater_than', value: 5 } }, next: null },
      { name: 'y', event: 'X', when: { ...inContext('Looked'), compare: { operator: 'at_most', value: 5 } }, next: null },
      { name: 'l', event: 'Looked', loop: true, next: null },
    )
    expect(problemsOf(draft).filter(({ field }) => field.startsWith('steps.hold'))).toEqual([])
  })
})
