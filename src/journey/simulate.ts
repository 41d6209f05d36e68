import { walk } from '../../workflows/walk.ts'
import { Invalid } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import { type BranchCondition, contextLeavesOf } from './branch-condition.ts'
import { contextKey } from './context.ts'
import type { JourneyDefinition } from './definition.ts'
import { eventsOf } from './interest.ts'
import { entriesOf, type Source, type Time } from './simulate/entries.ts'
import { type Occurrence, occurrencesOf } from './simulate/history.ts'
import { loadLibrary, type SpaceLibrary } from './simulate/library.ts'
import { type Happened, nextOf } from './simulate/occurrences.ts'
import { datedProblems, plainBranch, sightOf } from './simulate/plain.ts'
import { askShadow, inShadow } from './simulate/shadow.ts'
import { type Messages, makeTally, type StepCount } from './simulate/tally.ts'
import { type Setting, type VirtualRun, virtualWorld } from './simulate/world.ts'

export type Simulated = {
  /** Runs that would have been started, and of how many people. */
  readonly entered: number
  readonly profiles: number
  readonly completed: number
  readonly exited: number
  /** Runs that are still on their way at the end of the time. */
  readonly going: number
  readonly steps: readonly StepCount[]
  /** Messages that would have been handed to delivery, before the subscription gate. */
  readonly messages: Messages
  readonly runs: readonly VirtualRun[]
}

type Rule = JourneyDefinition['exits'][number] & { readonly happened: Happened }

const conditionsOf = (definition: JourneyDefinition): readonly BranchCondition[] => [
  ...(definition.entry.audience === undefined ? [] : [{ type: 'audience' as const, audience: definition.entry.audience }]),
  ...Object.values(definition.steps).flatMap((step) => {
    if (step.type === 'split') return step.branches.map((each) => each.condition)
    return step.type === 'hold' ? step.branches.flatMap((each) => each.when ?? []) : []
  }),
]

const plainConditions = (definition: JourneyDefinition, library: SpaceLibrary): readonly BranchCondition[] => {
  const conditions = conditionsOf(definition).map((condition) => plainBranch(condition, library))
  const problems = conditions.flatMap((condition) => datedProblems('definition', condition))
  if (problems.length > 0) throw new Invalid('not_simulated', problems)
  return conditions
}

const rulesOf = (tx: Db, definition: JourneyDefinition, identifier: string | undefined, to: Date): Promise<readonly Rule[]> =>
  Promise.all(definition.exits.map(async (rule) => ({ ...rule, happened: await occurrencesOf(tx, rule, { identifier }, to) })))

const holdsOf = async (tx: Db, definition: JourneyDefinition, identifier: string | undefined, asked: Keys, to: Date) => {
  const holds = new Map<string, Happened>()
  for (const [id, step] of Object.entries(definition.steps)) {
    if (step.type !== 'hold') continue
    for (const [i, branch] of step.branches.entries()) {
      const wanted = { identifier, properties: asked.has(contextKey(definition, branch)) }
      holds.set(`${id}.${i}`, await occurrencesOf(tx, branch, wanted, to))
    }
  }
  return holds
}

const start = (
  entry: JourneyDefinition['entry'],
  rules: readonly Rule[],
  { profile, at, identifier, properties }: Occurrence,
): VirtualRun => ({
  id: `${profile} ${at}`,
  profile,
  identifier,
  enteredAt: at,
  leavesAt: rules.reduce(
    (first, rule) => Math.min(first, nextOf(rule.happened, profile, at, rule.match_identifier ? identifier : null).at),
    Number.POSITIVE_INFINITY,
  ),
  at,
  ...(entry.type === 'event' && properties ? { context: { [entry.event]: properties } } : {}),
})

/**
 * Walks everybody, a round at a time: in each round nobody has two runs, and whoever wants to enter while the run before is not finished
 * does not (spec/journeys §3.2.3). `once` is one round.
 */
const walkRounds = async (
  setting: Setting,
  entries: readonly Occurrence[],
  rules: readonly Rule[],
): Promise<readonly VirtualRun[]> => {
  const { entry, start: first } = setting.definition
  const waiting = [
    ...Map.groupBy(entries, ({ profile, identifier }) =>
      entry.frequency === 'once' ? profile : `${profile} ${identifier ?? ''}`,
    ).values(),
  ]
  const world = virtualWorld(setting)
  const runs: VirtualRun[] = []
  let round = waiting.map((each) => ({ each, next: 0 }))
  while (round.length > 0) {
    const going = round.map(({ each, next }) => ({ each, next, run: start(entry, rules, each[next] as Occurrence) }))
    runs.push(...going.map(({ run }) => run))
    await walk(world, { cohort: going.map(({ run }) => run), step: first })
    round = going.flatMap(({ each, next, run }) => {
      if (entry.frequency === 'once' || run.ended === undefined || run.ended.how === 'here') return []
      const ended = run.ended.at
      const later = each.findIndex((occurrence, i) => i > next && occurrence.at > ended)
      return later < 0 ? [] : [{ each, next: later }]
    })
  }
  return runs
}

const namesOf = (definition: JourneyDefinition, conditions: readonly BranchCondition[]): readonly string[] =>
  [...new Set([...eventsOf(definition, true), ...sightOf(conditions).names])].toSorted()

/** The keys of the context that some branch asks for: only their events' properties are carried along. */
type Keys = ReadonlySet<string>
const askedKeys = (definition: JourneyDefinition): Keys =>
  new Set(conditionsOf(definition).flatMap((condition) => contextLeavesOf(condition).map(({ event }) => event)))

const follow = async (source: Source, journeyId: string, definition: JourneyDefinition): Promise<Simulated> => {
  const { tx, spaceId, ask, time } = source
  const asked = askedKeys(definition)
  const entries = await entriesOf(source, definition, definition.entry.type === 'event' && asked.has(definition.entry.event))
  const identifier = definition.entry.type === 'event' ? definition.entry.identifier : undefined
  const tally = makeTally(definition)
  const holds = await holdsOf(tx, definition, identifier, asked, time.to)
  const setting: Setting = { spaceId, journeyId, definition, to: time.to.getTime(), holds, ask, tally }
  const runs = await walkRounds(setting, entries, await rulesOf(tx, definition, identifier, time.to))
  const ended = (how: 'completed' | 'exited' | 'here') => runs.filter((run) => run.ended?.how === how).length
  return {
    entered: runs.length,
    profiles: new Set(runs.map((run) => run.profile)).size,
    completed: ended('completed'),
    exited: ended('exited'),
    going: ended('here'),
    steps: tally.steps(),
    messages: tally.messages(),
    runs,
  }
}

/**
 * What a journey would have done between two instants, from the events that are there: who would have entered, where they would stand, what
 * would have been sent. Steps are taken by production's `walk`; conditions are asked of the one compiled query at each run's own instant,
 * exact to the millisecond. Nothing is written. Limits: traits and identifiers are as they are today, memberships follow from their
 * definitions at once, and an event that comes at the very instant of a run's arrival was before it.
 * @throws Invalid for conditions that compare stored dates with now.
 */
export const simulate = (
  db: Db,
  spaceId: string,
  journeyId: string,
  definition: JourneyDefinition,
  time: Time,
): Promise<Simulated> =>
  transact(db, async (tx) => {
    const library = await loadLibrary(tx, spaceId)
    const names = namesOf(definition, plainConditions(definition, library))
    return inShadow(tx, spaceId, names, time.to, () =>
      follow({ tx, spaceId, library, ask: askShadow(tx, spaceId, library), time }, journeyId, definition),
    )
  })
