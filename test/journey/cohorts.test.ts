import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JourneyDraft } from '../../src/journey/definition.ts'
import { freshDatabase } from '../support/database.ts'
import { makeStage, person, type Stage } from './stage.ts'

/*
 * G10: walking a cohort of N is walking N cohorts of one. Random journeys, people and events run twice in one space (random splits draw by
 * its id): everybody told in one tick, and everybody in a tick of their own. Transitions, final states, contexts and messages must be the same. The seed is printed.
 */
const { db } = await freshDatabase()
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

type Steps = JourneyDraft['steps']
const NAMES = ['s0', 's1', 's2', 's3', 's4'] as const

// A step leads only to later ones: journeys have no circles but loops.
const stepAt = (i: number): fc.Arbitrary<Steps[string]> => {
  const next = fc.constantFrom<(string | null)[]>(null, ...NAMES.slice(i + 1))
  const duration = fc.constantFrom('10 minutes', '1 hour', '3 hours')
  const even = { type: 'trait', path: 'even', compare: { operator: 'equals', value: true } } as const
  const few = { type: 'trait', path: 'n', compare: { operator: 'less_than', value: 4 } } as const
  return fc.oneof(
    fc.record({ type: fc.constant('delay' as const), for: duration, next }),
    fc.record({
      type: fc.constant('hold' as const),
      branches: fc.tuple(
        fc.record({ name: fc.constant(`a${i}`), event: fc.constant('A'), next, loop: fc.boolean() }),
        fc.record({ name: fc.constant(`b${i}`), event: fc.constant('B'), next }),
      ),
      timeout: fc.record({ after: duration, next }),
    }),
    fc.record({
      type: fc.constant('split' as const),
      branches: fc.tuple(
        fc.record({ name: fc.constant('few'), condition: fc.constant(few), next }),
        fc.record({ name: fc.constant('even'), condition: fc.constant(even), next }),
      ),
      otherwise: fc.record({ name: fc.constant('rest'), next }),
    }),
    fc.record({
      type: fc.constant('random_split' as const),
      sticky: fc.constant(true),
      branches: fc.tuple(
        fc.record({ name: fc.constant('A'), percent: fc.constant(40), next }),
        fc.record({ name: fc.constant('B'), percent: fc.constant(60), next }),
      ),
    }),
    fc.record({ type: fc.constant('send' as const), channel: fc.constant('email' as const), template: fc.constant('x'), next }),
    fc.record({ type: fc.constant('set_trait' as const), trait: fc.constant(`t${i}`), value: fc.constant(i), next }),
    fc.constant({ type: 'exit' as const }),
  )
}

const PEOPLE = 7
const MINUTES = 300
const journey: fc.Arbitrary<JourneyDraft> = fc.tuple(stepAt(0), stepAt(1), stepAt(2), stepAt(3), stepAt(4)).map((steps) => ({
  entry: { type: 'event', event: 'Enter', frequency: 'once' },
  exits: [{ event: 'X' }],
  start: 's0',
  steps: Object.fromEntries(steps.map((step, i) => [`s${i}`, step])),
}))
// By minute, and at most one a person and minute: both spaces then hear the same order.
const events = fc.uniqueArray(
  fc.record({
    who: fc.integer({ min: 1, max: PEOPLE }),
    minute: fc.integer({ min: 1, max: MINUTES }),
    event: fc.constantFrom('A', 'B', 'X', 'Enter'),
  }),
  { maxLength: 30, selector: ({ who, minute }) => `${who} ${minute}` },
)

const minute = (n: number): Date => new Date(Date.UTC(2026, 2, 1, 9, n))

/** What remains of a history when it does not matter who walked with whom. */
const storyOf = async (stage: Stage) => ({
  runs: (await stage.runs()).map(({ profile_id, step, status, end_reason, context, loops, due_at, ended_at }) => ({
    profile_id,
    step,
    status,
    end_reason,
    context,
    loops,
    due_at,
    ended_at,
  })),
  transitions: await stage.transitions(),
  messages: (await stage.messages()).map(({ who, step, variables }) => [
    who,
    step,
    (variables['journey'] as { context: object }).context,
  ]),
})

type Event = { readonly who: number; readonly minute: number; readonly event: string }

const live = async (stage: Stage, draft: JourneyDraft, told: readonly Event[], together: boolean): Promise<void> => {
  await stage.profiles(PEOPLE)
  await stage.publish('jny_1', draft)
  const entries = Array.from({ length: PEOPLE }, (_, i) => ({ who: i + 1, minute: 0, event: 'Enter' }))
  const byMinute = Map.groupBy([...entries, ...told], (each) => each.minute)
  for (const [at, group] of [...byMinute].toSorted(([a], [b]) => a - b)) {
    await stage.settle(minute(at))
    const items = group.map((each) => ({ who: person(each.who), event: each.event, properties: { at }, at: minute(at) }))
    for (const tick of together ? [items] : items.map((item) => [item])) await stage.hear(tick, minute(at))
    await stage.settle(minute(at))
  }
  await stage.settle(minute(MINUTES * 6))
}

describe(`seed ${SEED}`, () => {
  it('G10 a cohort of N ends as N cohorts of one', { timeout: 120_000 }, async () => {
    let round = 0
    const property = fc.asyncProperty(journey, events, async (draft, told) => {
      round++
      const stories = []
      for (const together of [true, false]) {
        const stage = makeStage(db, `spa_${round}`)
        await live(stage, draft, told, together)
        stories.push(await storyOf(stage))
        await stage.clear()
      }
      expect(stories[1]).toEqual(stories[0])
      expect(stories[0]?.runs.length).toBe(PEOPLE)
    })
    await fc.assert(property, { seed: SEED, numRuns: 12 })
  })
})
