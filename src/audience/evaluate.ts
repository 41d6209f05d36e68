import { crashPoint } from '../base/crash-point.ts'
import { plus } from '../base/duration.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { Limits as SpaceLimits } from '../space/limit.ts'
import { attempt, Outdated } from './attempt.ts'
import { boundsOf, step } from './backfill.ts'
import { type Catalog, loadCatalog } from './catalog.ts'
import { compile } from './compile.ts'
import { type Computation, definedBy, dependentsOf, inStages, loadComputations, scopeOf } from './computation.ts'
import { compileValue } from './compute.ts'
import { applyValues, clearChanges, passValuesOn, tellValues, writeValues } from './computed-value.ts'
import { distribute } from './distribute.ts'
import { candidatesOf, type Due, dropDue, dueOf, forgetDone, markEverybody, TOO_MANY, takeDue } from './due.ts'
import { drifted, record } from './evaluation.ts'
import { lookTogether } from './find-together.ts'
import { gathered, withGathered } from './gather.ts'
import { inLanes } from './lanes.ts'
import { throughLinks } from './links.ts'
import { applyChanges, type Changes, differs, type Evaluation, passOn, tellChanges, writeChanges } from './membership.ts'
import { countMerged } from './merged.ts'
import { asksOfItsOwn } from './needed.ts'
import type { Sql } from './operator.ts'
import { inParts } from './parts.ts'
import { admitRuns, beginAttempt, finishRun, type Queued, type Run } from './run.ts'
import { isScan } from './scan.ts'
import { evaluateTogether } from './stage.ts'
import { countMembers, isCurrent, lock, recountMembers, setLive } from './state.ts'
import { setWakes, wakeEverybody } from './wake.ts'

/**
 * How long a statement of an evaluation may take, in milliseconds, before its computation fails and the others go on. From how many looks, by
 * how many computations, a tick copies what they look at: copying costs some 60 µs a profile, and a look some 20.
 */
export type Limits = {
  readonly incrementalMs: number
  readonly fullMs: number
  readonly copyFrom?: { readonly looks: number; readonly computations: number; readonly twoFrom?: number }
  /** A new or edited definition over more people is computed in steps of so many. */
  readonly peoplePerStep?: number
}
const COPY_FROM = { looks: 1, computations: 8, twoFrom: 20_000 }
// One statement over two million takes seconds, and a step that is lost costs no more; steps over fewer read the same events several times, and write what they find twice.
export const LIMITS: Limits = { incrementalMs: 15_000, fullMs: 900_000, copyFrom: COPY_FROM, peoplePerStep: 2_000_000 }

/** What an evaluation works with: read once for a space and handed on. */
export type Work = {
  readonly db: Db
  readonly spaceId: string
  readonly catalog: Catalog
  readonly computations: readonly Computation[]
  readonly now: Date
  readonly limits: Limits
  /** The batches of which the connection has copies, made after the computations were read; those of what changes meanwhile are added. */
  readonly copied?: Set<string>
}

/** What one evaluation did. `passedOn` is the batch in which what refers to the computation became due. */
export type Outcome =
  | { readonly kind: 'evaluated'; readonly computation: Computation; readonly changes: Changes; readonly passedOn?: string }
  | { readonly kind: 'busy' | 'outdated' | 'stepped'; readonly computation: Computation }
  | { readonly kind: 'failed'; readonly computation: Computation; readonly reason: string }

const later = (a: Date, b: Date): Date => new Date(Math.max(+a, +b))

const changed = ({ entered, exited }: Changes): number => entered + exited

export type Step = {
  readonly evaluation: Evaluation
  readonly candidates: Sql<{ profile_id: string }> | undefined
  /** What stands for the tables that a condition names, where that is copies. */
  readonly sources: Sql | undefined
  /** What is stored was computed with this definition. */
  readonly sameDefinition: boolean
  /** What the steps of a run found, in place of asking. */
  readonly found?: Sql<{ profile_id: string; value: unknown }> | undefined
}

/** Membership and its changes, for those who are looked at. */
const evaluateAudience = async (
  tx: Db,
  work: Work,
  computation: Extract<Computation, { kind: 'audience' }>,
  { evaluation, candidates, sources, sameDefinition, found }: Step,
): Promise<Changes> => {
  const scope = scopeOf(computation, { ...work, now: evaluation.at, candidates })
  const matching = found ?? compile(computation.condition, scope)
  if (!candidates && !found && sameDefinition && isScan(computation.condition) && !(await differs(tx, evaluation, matching)))
    return { entered: 0, exited: 0 }
  const changes = await writeChanges(tx, evaluation, matching, candidates, sources)
  if (changed(changes) === 0) return changes
  await applyChanges(tx, evaluation, changes)
  crashPoint('audience.applied')
  // Journeys are walked by people.
  if (computation.collection === 'users') await tellChanges(tx, evaluation, computation.key)
  await countMembers(tx, work.spaceId, computation.id, changes.entered - changes.exited)
  if (candidates) await record(tx, evaluation, 'incremental', changes, null)
  return changes
}

/** Values of a computed trait; `entered` counts those whose value changed. */
const evaluateTrait = async (
  tx: Db,
  work: Work,
  computation: Extract<Computation, { kind: 'computed_trait' }>,
  { evaluation, candidates, sources, found }: Step,
): Promise<Changes> => {
  const scope = scopeOf(computation, { ...work, now: evaluation.at, candidates })
  const count = await writeValues(tx, evaluation, found ?? compileValue(computation.definition, scope), candidates, sources)
  if (count === 0) return { entered: 0, exited: 0 }
  await applyValues(tx, evaluation)
  if (computation.collection === 'users') await tellValues(tx, evaluation)
  return { entered: count, exited: 0 }
}

const evaluateStep = async (tx: Db, work: Work, computation: Computation, step: Step): Promise<Changes> => {
  if (computation.references.timely && !step.found && !computation.options.recompute)
    await setWakes(tx, work, computation, { ...step, now: step.evaluation.at, everybody: step.candidates === undefined })
  return computation.kind === 'audience'
    ? evaluateAudience(tx, work, computation, step)
    : evaluateTrait(tx, work, computation, step)
}

// Past some size it is cheaper to look at everybody than at each who changed.
const tellDependents = async (
  tx: Db,
  { computations }: Work,
  computation: Computation,
  evaluation: Evaluation,
  changes: Changes,
): Promise<string | undefined> => {
  const { spaceId, id, number } = evaluation
  const dependents = changed(changes) === 0 ? [] : dependentsOf(id, computations)
  if (dependents.length === 0) return undefined
  const batch = `${id} ${number}`
  if (changed(changes) > TOO_MANY) await markEverybody(tx, spaceId, dependents, batch)
  else if (computation.kind === 'audience') await passOn(tx, evaluation, dependents, batch)
  else await passValuesOn(tx, evaluation, dependents, batch)
  return changed(changes) > TOO_MANY ? undefined : batch
}

/** Copies that are older than somebody's look at a computation are not believed. */
const sourcesOf = (
  { copied, spaceId }: Work,
  computation: Computation,
  batches: readonly string[],
  { number }: { number: number },
): Sql | undefined =>
  copied && number === computation.evaluation + 1 && asksOfItsOwn(computation)
    ? gathered(
        spaceId,
        batches.every((batch) => copied.has(batch)),
      )
    : undefined

/** Looks at the candidates of a computation, under its lock, in one transaction. */
const evaluateCandidates = (work: Work, computation: Computation, mine: Due): Promise<Outcome> =>
  transact(work.db, async (tx) => {
    const { spaceId, limits } = work
    const at = later(mine.movedAt, work.now)
    const locked = await lock(tx, { spaceId, computation }, at, limits.incrementalMs)
    if (!locked) return { kind: 'busy', computation }
    if (locked.evaluatedVersion !== computation.version) return { kind: 'outdated', computation }
    const evaluation = { spaceId, id: computation.id, number: locked.number, at: locked.at }
    const batches = await takeDue(tx, spaceId, computation.id, mine.batches)
    const candidates = throughLinks(spaceId, computation, work.catalog, candidatesOf(spaceId, batches))
    const sources = sourcesOf(work, computation, batches, locked)
    const changes = await evaluateStep(tx, work, computation, { evaluation, candidates, sources, sameDefinition: true })
    const passedOn = await tellDependents(tx, work, computation, evaluation, changes)
    if (computation.kind === 'computed_trait' && changed(changes) > 0) await clearChanges(tx, evaluation)
    crashPoint('audience.evaluated')
    return { kind: 'evaluated', computation, changes, ...(passedOn === undefined ? {} : { passedOn }) }
  })

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
    const wasBehind = await dropDue(tx, spaceId, computation.id)
    // Looked at after what is due was dropped: an edit that is not seen here marks the computation after us.
    if (!(await isCurrent(tx, { spaceId, computation }))) throw new Outdated()
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
    if (computation.kind === 'audience') {
      await record(tx, evaluation, 'full', changes, drift)
      if (sameDefinition) await recountMembers(tx, spaceId, computation.id)
    } else if (changed(changes) > 0) await clearChanges(tx, evaluation)
    await setLive(tx, { spaceId, computation }, computation.version)
    await finishRun(tx, spaceId, computation.id, work.now, drift)
    const { recompute } = computation.options
    if (recompute) await wakeEverybody(tx, spaceId, computation.id, plus(locked.at, recompute.every))
    crashPoint('audience.evaluated')
    return { kind: 'evaluated', computation, changes, ...(passedOn === undefined ? {} : { passedOn }) }
  })

const prepare = async (db: Db, spaceId: string, now: Date, limits: Limits): Promise<Work> => {
  const catalog = await loadCatalog(db, spaceId)
  return { db, spaceId, catalog, computations: await loadComputations(db, spaceId, catalog), now, limits }
}

/** What was made due by an evaluation of this tick, for what comes after it. */
const withBatch = (due: Due | undefined, id: string, batches: readonly string[], movedAt: Date): Due => ({
  computationId: id,
  batches: [...(due?.batches ?? []), ...batches].slice(0, 100),
  everybody: due?.everybody ?? false,
  count: due?.count ?? 0,
  movedAt: due?.movedAt ?? movedAt,
})

// Side by side in one stage. A look at few candidates is mostly round trips and planning, so two lanes fill one connection's gaps.
const LANES = 2

// What refers to a computation looks, in this tick, at those for whom it changed.
const handOn = ({ computations }: Work, outcome: Outcome, due: Map<string, Due>): void => {
  if (outcome.kind !== 'evaluated' || outcome.passedOn === undefined) return
  const { id } = outcome.computation
  const movedAt = due.get(id)?.movedAt ?? new Date(0)
  for (const dependent of dependentsOf(id, computations))
    due.set(dependent, withBatch(due.get(dependent), dependent, [outcome.passedOn], movedAt))
}

const evaluateOne = async (work: Work, computation: Computation, due: Map<string, Due>): Promise<Outcome | undefined> => {
  const mine = due.get(computation.id)
  if (!mine || mine.everybody || computation.evaluatedVersion !== computation.version) return undefined
  if (mine.count > TOO_MANY) {
    await markEverybody(work.db, work.spaceId, [computation.id], 'many')
    return undefined
  }
  const outcome = await attempt(work, computation, () => evaluateCandidates(work, computation, mine))
  handOn(work, outcome, due)
  return outcome
}

/** The audiences that can be asked together first; each outcome by id. What they pass on is in the copies. */
const askTogether = async (work: Work, stage: readonly Computation[], due: Map<string, Due>): Promise<readonly Outcome[]> => {
  if (!work.copied) return []
  const outcomes = await evaluateTogether(work, stage, due)
  for (const outcome of outcomes) {
    if (outcome.kind === 'evaluated' && outcome.passedOn !== undefined) work.copied.add(outcome.passedOn)
    handOn(work, outcome, due)
  }
  return outcomes
}

const evaluateStages = async (work: Work, due: Map<string, Due>): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const stage of inStages(work.computations)) {
    outcomes.push(...(await askTogether(work, stage, due)))
    const asked = new Set(outcomes.map(({ computation }) => computation.id))
    const rest = stage.filter(({ id }) => !asked.has(id))
    await inLanes(rest, work.copied ? 1 : LANES, async (computation) => {
      const outcome = await evaluateOne(work, computation, due)
      if (outcome) outcomes.push(outcome)
    })
  }
  return outcomes
}

const isLook = ({ everybody, count }: Due): boolean => !everybody && count > 0 && count <= TOO_MANY

// On a connection of its own, which has the copies.
const evaluateOnCopies = (work: Work, due: Map<string, Due>): Promise<readonly Outcome[]> => {
  const looks = [...due.values()].filter(isLook)
  const copied = new Set(looks.flatMap((each) => each.batches))
  return withGathered(work.db, { ...work, due: looks }, (db) => evaluateStages({ ...work, db, copied }, due))
}

const evaluateWhatIsDue = async (work: Work, due: Map<string, Due>): Promise<readonly Outcome[]> => {
  const looks = [...due.values()].filter(isLook)
  const count = looks.reduce((sum, each) => sum + each.count, 0)
  const from = work.limits.copyFrom ?? COPY_FROM
  if (looks.length < from.computations || count < from.looks) return evaluateStages(work, due)
  const parts = count < (from.twoFrom ?? COPY_FROM.twoFrom) ? [due] : inParts(work.computations, due, LANES)
  const outcomes = await Promise.all(parts.map((part) => evaluateOnCopies(work, new Map(part))))
  return outcomes.flat()
}

/**
 * One incremental tick of a space: distributes what happened, then looks at whoever is due, in dependency order, each computation in a
 * transaction of its own. What must be computed in full waits for `evaluateFullyDue`, and so does what failed.
 */
export const evaluateSpace = async (
  db: Db,
  spaceId: string,
  now: Date,
  limits: Limits = LIMITS,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly more: boolean }> => {
  await countMerged(db, spaceId, (tx, id, by) => countMembers(tx, spaceId, id, by))
  const { more, catalog, computations } = await distribute(db, spaceId, now)
  const work: Work = { db, spaceId, catalog, computations, now, limits }
  const due = new Map((await dueOf(db, spaceId)).map((each) => [each.computationId, each]))
  const outcomes = await evaluateWhatIsDue(work, due)
  if (due.size > 0) await forgetDone(db, spaceId)
  return { outcomes, more }
}

const HANDS = { evaluateStep, tellDependents, outdated: () => new Outdated() }

const queuedOf = (computation: Computation): Queued => ({
  computationId: computation.id,
  definition: definedBy(computation),
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
  const work = await prepare(db, spaceId, now, limits)
  const due = new Map((await dueOf(db, spaceId)).flatMap((each) => (each.everybody ? [[each.computationId, each]] : [])))
  const marked = work.computations.filter((each) => due.has(each.id))
  let bounds: Promise<readonly string[]> | undefined
  const boundsOnce = () => {
    bounds ??= limits.peoplePerStep === undefined ? Promise.resolve([]) : boundsOf(db, spaceId, limits.peoplePerStep)
    return bounds
  }
  const ended = new Map<string, Outcome>()
  for (;;) {
    const admitted = await admitRuns(db, spaceId, marked.filter((each) => !ended.has(each.id)).map(queuedOf), now, most)
    const next = marked.filter((each) => admitted.has(each.id) && !ended.has(each.id))
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
  if (ended.size > 0) await forgetDone(db, spaceId)
  return [...ended.values()]
}
