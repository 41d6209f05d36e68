import { crashPoint } from '../base/crash-point.ts'
import { plus } from '../base/duration.ts'
import { later } from '../base/later.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { both, transact } from '../db/query.ts'
import type { Limits as SpaceLimits } from '../space/limit.ts'
import { attempt, Outdated } from './attempt.ts'
import { boundsOf, step } from './backfill.ts'
import { type Computation, definedBy } from './computation.ts'
import { clearChanges } from './computed-value.ts'
import { type Due, dueOf, forgetDone, takeEverybody } from './due.ts'
import { evaluateStep, LANES, LIMITS, type Limits, type Outcome, prepare, tellDependents, type Work } from './evaluate.ts'
import { drifted, record } from './evaluation.ts'
import { lookTogether } from './find-together.ts'
import { inLanes } from './lanes.ts'
import { type Changes, changed, type Evaluation } from './membership.ts'
import { admitRuns, beginAttempt, finishRun, type Queued, type Run } from './run.ts'
import { lock, setLive, setLiveAndCount } from './state.ts'
import { wakeEverybody } from './wake.ts'

// Of values there is no history to ask what explains them: each that differs on an exact one is drift.
const driftOf = async (tx: Db, { kind }: Computation, evaluation: Evaluation, changes: Changes): Promise<number> =>
  kind === 'audience' ? drifted(tx, evaluation, changes) : changed(changes)

/**
 * Looks at everybody, under the computation's lock. What is due goes first: whatever made it so is older than the statements that follow,
 * so they see it. What becomes due meanwhile stays for the next tick, which passes by while the lock is held.
 */
const evaluateEverybody = (work: Work, computation: Computation, due: Due): Promise<Outcome> =>
  transact(work.db, async (tx) => {
    const { spaceId, limits } = work
    const at = later(due.movedAt, work.now)
    const locked = await lock(tx, { spaceId, computation }, at, limits.fullMs)
    if (!locked) return { kind: 'busy', computation }
    await beginAttempt(work.db, spaceId, computation.id)
    const { wasBehind, version } = await takeEverybody(tx, spaceId, computation)
    if (version !== computation.version) throw new Outdated()
    const evaluation = { spaceId, id: computation.id, number: locked.number, at: locked.at }
    const sameDefinition = locked.evaluatedVersion === computation.version
    const changes = await evaluateStep(tx, work, computation, {
      evaluation,
      candidates: undefined,
      sources: undefined,
      sameDefinition,
    })
    const passedOn = await tellDependents(tx, work, computation, evaluation, changes)
    const exact = sameDefinition && !wasBehind && !computation.options.recompute
    const drift = exact ? await driftOf(tx, computation, evaluation, changes) : null
    if (computation.kind === 'audience') await record(tx, evaluation, 'full', changes, drift)
    else if (changed(changes) > 0) await clearChanges(tx, evaluation)
    if (computation.kind === 'audience' && sameDefinition) await setLiveAndCount(tx, spaceId, computation, changes.members)
    else await setLive(tx, { spaceId, computation }, computation.version)
    await finishRun(tx, spaceId, computation.id, work.now, { drift, changed: changed(changes) })
    const { recompute } = computation.options
    if (recompute) await wakeEverybody(tx, spaceId, computation.id, plus(locked.at, recompute.every))
    crashPoint('audience.evaluated')
    return { kind: 'evaluated', computation, changes, wasBehind, ...(passedOn === undefined ? {} : { passedOn }) }
  })

const HANDS = { evaluateStep, tellDependents, outdated: () => new Outdated() }

const queuedOf = (computation: Computation): Queued => ({
  computationId: computation.id,
  definition: definedBy(computation),
  collection: computation.collection,
  version: computation.version,
  cause: computation.status === 'Preparing' ? 'new' : computation.evaluatedVersion === computation.version ? 'check' : 'edit',
  by: 'Usher',
  refersTo: computation.references.computations,
})

/** Makes the next step of a run: the only one, unless what is new or edited is about more people than one step looks at. */
const advance = async (
  work: Work,
  computation: Computation,
  run: Run,
  due: Due,
  bounds: () => Promise<readonly string[]>,
): Promise<Outcome> => {
  // What is computed anew now and then is not told what time moves, which steps of different instants would need.
  const whole = computation.evaluatedVersion === computation.version || computation.options.recompute !== undefined
  if (whole) return evaluateEverybody(work, computation, due)
  if (run.at === null && (await bounds()).length === 0) return evaluateEverybody(work, computation, due)
  return step(work, computation, run, run.at === null ? await bounds() : [], HANDS)
}

// Whether batches may be nobody's any more: not where nothing but the mark was due.
const mayHaveTaken = (outcome: Outcome): boolean => outcome.kind !== 'evaluated' || outcome.wasBehind !== false

/**
 * Computes in full what is marked so in a space and has a place, in dependency order, each a step at a time, so that a large one does not keep the
 * others waiting. Whoever ends gives its place to the next.
 */
export const evaluateSpaceFully = async (
  db: Db,
  spaceId: string,
  now: Date,
  limits: Limits = LIMITS,
  most?: SpaceLimits,
): Promise<readonly Outcome[]> => {
  const [work, all] = await both(
    db,
    () => prepare(db, spaceId, now, limits),
    () => dueOf(db, spaceId),
  )
  const due = new Map(all.flatMap((each) => (each.everybody ? [[each.computationId, each]] : [])))
  const marked = work.computations.filter((each) => due.has(each.id))
  let bounds: Promise<readonly string[]> | undefined
  const boundsOnce = () => {
    bounds ??= limits.peoplePerStep === undefined ? Promise.resolve([]) : boundsOf(db, spaceId, limits.peoplePerStep)
    return bounds
  }
  const ended = new Map<string, Outcome>()
  for (;;) {
    const waiting = marked.filter((each) => !ended.has(each.id))
    if (waiting.length === 0) break
    const admitted = await admitRuns(db, spaceId, waiting.map(queuedOf), now, most)
    const next = waiting.filter((each) => admitted.has(each.id))
    if (next.length === 0) break
    const together = next.map((computation) => ({ computation, run: must(admitted.get(computation.id), 'its run') }))
    if (await lookTogether(work, together, boundsOnce)) continue
    await inLanes(next, LANES, async (computation) => {
      const run = must(admitted.get(computation.id), 'the run of what was admitted')
      const mine = must(due.get(computation.id), 'what is due of what was marked')
      const outcome = await attempt(work, computation, () => advance(work, computation, run, mine, boundsOnce))
      if (outcome.kind !== 'stepped') ended.set(computation.id, outcome)
    })
  }
  if ([...ended.values()].some(mayHaveTaken)) await forgetDone(db, spaceId)
  return [...ended.values()]
}
