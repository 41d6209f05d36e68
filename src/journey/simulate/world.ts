import type { Leg, World } from '../../../workflows/walk.ts'
import { milliseconds } from '../../base/duration.ts'
import { draw } from '../../base/hash.ts'
import type { JsonObject } from '../../base/json.ts'
import { must, unreachable } from '../../base/must.ts'
import type { BranchCondition } from '../branch-condition.ts'
import { contextKey } from '../context.ts'
import type { JourneyDefinition, Step, StepOf } from '../definition.ts'
import { TIMEOUT } from '../edges.ts'
import { drawEdges, drawText } from '../steps/random-split.ts'
import { type Happened, nextOf } from './occurrences.ts'
import type { Tally } from './tally.ts'

/** A run that might have been. `at` is its own clock: the instant (ms) that it has reached. */
export type VirtualRun = {
  readonly id: string
  readonly profile: string
  readonly identifier: string | null
  readonly enteredAt: number
  /** The first event after entry that an exit rule answers to. */
  readonly leavesAt: number
  at: number
  /** Traits that its own steps have written so far. */
  wrote?: JsonObject
  /** The events that it has met, as far as a branch asks for them. */
  context?: JsonObject
  /** Where it ended or stands at the end of the simulated time. */
  ended?: { readonly how: 'completed' | 'exited' | 'here'; readonly step: string; readonly at: number }
}

/** Whether a condition holds for each of some profiles, each at an instant of its own: asked of the one compiler, never decided here. */
export type Ask = (condition: BranchCondition, moments: readonly Moment[]) => Promise<readonly boolean[]>

/** A profile at an instant (ms), with traits that it would have by then beside those it has, and the context of its run. */
export type Moment = {
  readonly profile: string
  readonly at: number
  readonly wrote?: JsonObject | undefined
  readonly context?: JsonObject | undefined
}

export type Setting = {
  readonly spaceId: string
  readonly journeyId: string
  readonly definition: JourneyDefinition
  /** Where the simulated time ends, in ms. */
  readonly to: number
  /** What happened, by hold step and branch: the key is `<step>.<branch index>`. */
  readonly holds: ReadonlyMap<string, Happened>
  readonly ask: Ask
  readonly tally: Tally
}

type Group = readonly VirtualRun[]
type Result = Promise<readonly Leg<Group>[]>

const MOST_LOOPS = 100

/** Ends runs at a step. */
const end = (tally: Tally, step: string, how: 'completed' | 'exited' | 'here', run: VirtualRun, at: number): void => {
  run.ended = { how, step, at }
  if (how === 'here') tally.here(step)
  else if (how === 'exited') tally.left(step)
}

const onward = (setting: Setting, step: string, branch: string, runs: Group, next: string | null): readonly Leg<Group>[] => {
  if (runs.length === 0) return []
  setting.tally.passed(step, branch, runs.length)
  if (next !== null) return [{ cohort: runs, step: next }]
  for (const run of runs) end(setting.tally, step, 'completed', run, run.at)
  return []
}

/** Moves a run's clock to `then`, unless an exit rule or the end of the simulated time comes before. An exit at the same instant wins. */
const lives = (setting: Setting, step: string, run: VirtualRun, then: number): boolean => {
  if (run.leavesAt <= then && run.leavesAt <= setting.to) end(setting.tally, step, 'exited', run, run.leavesAt)
  else if (then > setting.to) end(setting.tally, step, 'here', run, setting.to)
  else {
    run.at = then
    return true
  }
  return false
}

const delay = (setting: Setting, id: string, step: StepOf<'delay'>, runs: Group): readonly Leg<Group>[] => {
  const long = milliseconds(step.for)
  return onward(
    setting,
    id,
    '',
    runs.filter((run) => lives(setting, id, run, run.at + long)),
    step.next,
  )
}

type Way = { readonly branch: number; readonly at: number; readonly properties?: JsonObject | undefined }
type Waiting = { readonly run: VirtualRun; readonly loops: number; readonly open: readonly boolean[] }

const firstWay = (setting: Setting, id: string, step: StepOf<'hold'>, { run, loops, open }: Waiting): Way => {
  let first: Way = { branch: -1, at: run.at + milliseconds(step.timeout.after) }
  for (const [i, branch] of step.branches.entries()) {
    if (!open[i] || (branch.loop && loops >= MOST_LOOPS)) continue
    const happened = must(setting.holds.get(`${id}.${i}`), `what happened for branch ${i} of ${id}`)
    const { at, properties } = nextOf(happened, run.profile, run.at, run.identifier)
    // An event at the instant of the timeout has happened before the timer is looked at.
    if (at < first.at || (at === first.at && first.branch === -1)) first = { branch: i, at, properties }
  }
  return first
}

// What a branch asks of the run changes while it waits only by the run's own loops: it is asked on arrival and after each of them.
const openTo = async (setting: Setting, step: StepOf<'hold'>, runs: Group): Promise<readonly (readonly boolean[])[]> => {
  const answers: (readonly boolean[] | undefined)[] = []
  // One after the other: they are asked of the same stand-ins.
  for (const { when } of step.branches) answers.push(when && (await setting.ask(when, runs)))
  return runs.map((_run, n) => answers.map((answer) => answer?.[n] ?? true))
}

/** Follows a run to the next thing that happens to it in a hold; answers the branch's index, -1 for the timeout, undefined when it did not get there. */
const nextWay = (setting: Setting, id: string, step: StepOf<'hold'>, waiting: Waiting): number | undefined => {
  const { run } = waiting
  const way = firstWay(setting, id, step, waiting)
  if (!lives(setting, id, run, way.at)) return undefined
  const branch = step.branches[way.branch]
  if (branch && way.properties) run.context = { ...run.context, [contextKey(setting.definition, branch)]: way.properties }
  return way.branch
}

const hold = async (setting: Setting, id: string, step: StepOf<'hold'>, runs: Group): Result => {
  const through = new Map<number, VirtualRun[]>([-1, ...step.branches.keys()].map((way) => [way, []]))
  let waiting = runs
  for (let loops = 0; waiting.length > 0; loops++) {
    const open = await openTo(setting, step, waiting)
    const again: VirtualRun[] = []
    for (const [n, run] of waiting.entries()) {
      const way = nextWay(setting, id, step, { run, loops, open: open[n] ?? [] })
      if (way === undefined) continue
      const branch = step.branches[way]
      if (branch?.loop) {
        setting.tally.looped(id, branch.name)
        again.push(run)
      } else through.get(way)?.push(run)
    }
    waiting = again
  }
  return [
    ...step.branches.flatMap((branch, i) => onward(setting, id, branch.name, through.get(i) ?? [], branch.next)),
    ...onward(setting, id, TIMEOUT, through.get(-1) ?? [], step.timeout.next),
  ]
}

const split = async (setting: Setting, id: string, step: StepOf<'split'>, runs: Group): Result => {
  const legs: Leg<Group>[] = []
  let left = runs
  for (const branch of step.branches) {
    const answers = await setting.ask(branch.condition, left)
    legs.push(
      ...onward(
        setting,
        id,
        branch.name,
        left.filter((_run, i) => answers[i]),
        branch.next,
      ),
    )
    left = left.filter((_run, i) => !answers[i])
  }
  return [...legs, ...onward(setting, id, step.otherwise.name, left, step.otherwise.next)]
}

const randomSplit = (setting: Setting, id: string, step: StepOf<'random_split'>, runs: Group): readonly Leg<Group>[] => {
  const edges = drawEdges(step)
  const chosen = Map.groupBy(runs, (run) => {
    const drawn = draw(drawText(setting.spaceId, setting.journeyId, id, step.sticky ? run.profile : run.id))
    return edges.findIndex((edge) => drawn < edge)
  })
  return step.branches.flatMap((branch, i) => onward(setting, id, branch.name, chosen.get(i) ?? [], branch.next))
}

const take = async (setting: Setting, id: string, step: Step, runs: Group): Result => {
  switch (step.type) {
    case 'delay':
      return delay(setting, id, step, runs)
    case 'hold':
      return hold(setting, id, step, runs)
    case 'split':
      return split(setting, id, step, runs)
    case 'random_split':
      return randomSplit(setting, id, step, runs)
    case 'send':
      setting.tally.sent(step.channel, runs.length)
      return onward(setting, id, '', runs, step.next)
    case 'set_trait':
      for (const run of runs) run.wrote = { ...run.wrote, [step.trait]: step.value }
      return onward(setting, id, '', runs, step.next)
    case 'exit':
      setting.tally.passed(id, '', runs.length)
      for (const run of runs) run.ended = { how: 'exited', step: id, at: run.at }
      return []
    default:
      return unreachable(step)
  }
}

/**
 * A world in which everything has happened already: each run carries its own clock through a known history, so that nothing waits and runs
 * that stand at one step are one group whatever their instants. What production's steps do to rows, these do to that group; the order in
 * which steps are done is production's own `walk`.
 */
export const virtualWorld = (setting: Setting): World<Group> => ({
  advance: (runs, id) => take(setting, id, must(setting.definition.steps[id], `step ${id}`), runs),
  until: async () => {},
})
