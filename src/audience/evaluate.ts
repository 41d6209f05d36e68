import { crashPoint } from '../base/crash-point.ts'
import { later } from '../base/later.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import { attempt } from './attempt.ts'
import type { Catalog } from './catalog.ts'
import { compile } from './compile.ts'
import { type Computation, dependentsOf, inStages, loadComputations, scopeOf } from './computation.ts'
import { compileValue } from './compute.ts'
import { applyValues, clearChanges, passValuesOn, tellValues, writeValues } from './computed-value.ts'
import { distribute } from './distribute.ts'
import { candidatesOf, type Due, dueOf, forgetDone, markAllChanged, markEverybody, TOO_MANY, takeDue } from './due.ts'
import { record } from './evaluation.ts'
import { gathered, withGathered } from './gather.ts'
import { inLanes } from './lanes.ts'
import { throughLinks } from './links.ts'
import {
  applyChanges,
  type Changes,
  changed,
  compareMembers,
  type Evaluation,
  passOn,
  tellChanges,
  writeChanges,
} from './membership.ts'
import { countMerged } from './merged.ts'
import { asksOfItsOwn } from './needed.ts'
import type { Sql } from './operator.ts'
import { inParts } from './parts.ts'
import { isScan } from './scan.ts'
import { evaluateTogether } from './stage.ts'
import { countMembers, lock } from './state.ts'
import { setWakes } from './wake.ts'

/**
 * How long a statement of an evaluation may take, in milliseconds, before its computation fails and the others go on. From how many looks, by
 * how many computations, a tick copies what they look at: copying costs some 60 µs a profile, and a look some 20.
 */
export type Limits = {
  readonly incrementalMs: number
  readonly fullMs: number
  readonly copyFrom?: { readonly looks: number; readonly computations: number; readonly twoFrom?: number }
  /** How many changes are distributed at once. */
  readonly changes?: number
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
  | {
      readonly kind: 'evaluated'
      readonly computation: Computation
      readonly changes: Changes
      readonly passedOn?: string
      readonly wasBehind?: boolean
    }
  | { readonly kind: 'busy' | 'outdated' | 'stepped'; readonly computation: Computation }
  | { readonly kind: 'failed'; readonly computation: Computation; readonly reason: string }

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
  if (!candidates && !found && sameDefinition && isScan(computation.condition)) {
    const { differing, members } = await compareMembers(tx, evaluation, matching)
    if (differing === 0) return { entered: 0, exited: 0, members }
  }
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

export const evaluateStep = async (tx: Db, work: Work, computation: Computation, step: Step): Promise<Changes> => {
  if (computation.references.timely && !step.found && !computation.options.recompute)
    await setWakes(tx, work, computation, { ...step, now: step.evaluation.at, everybody: step.candidates === undefined })
  return computation.kind === 'audience'
    ? evaluateAudience(tx, work, computation, step)
    : evaluateTrait(tx, work, computation, step)
}

// Past some size it is cheaper to look at everybody than at each who changed.
export const tellDependents = async (
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
  if (changed(changes) > TOO_MANY) await markAllChanged(tx, spaceId, dependents, batch)
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

export const prepare = async (db: Db, spaceId: string, now: Date, limits: Limits): Promise<Work> => ({
  ...{ db, spaceId, now, limits },
  ...(await loadComputations(db, spaceId)),
})

/** What was made due by an evaluation of this tick, for what comes after it. */
const withBatch = (due: Due | undefined, id: string, batches: readonly string[], movedAt: Date): Due => ({
  computationId: id,
  batches: [...(due?.batches ?? []), ...batches].slice(0, 100),
  everybody: due?.everybody ?? false,
  count: due?.count ?? 0,
  movedAt: due?.movedAt ?? movedAt,
})

// Side by side in one stage. A look at few candidates is mostly round trips and planning, so two lanes fill one connection's gaps.
export const LANES = 2

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

/** What is distributed while what was distributed before is evaluated; other spaces wait for so many rounds at most. */
const ROUNDS = 4

const evaluateDistributed = async (work: Work): Promise<readonly Outcome[]> => {
  const due = new Map((await dueOf(work.db, work.spaceId)).map((each) => [each.computationId, each]))
  const outcomes = await evaluateWhatIsDue(work, due)
  if (due.size > 0) await forgetDone(work.db, work.spaceId)
  return outcomes
}

/**
 * One incremental tick of a space: distributes what happened, then looks at whoever is due, in dependency order, each computation in a
 * transaction of its own. Where more happened than is distributed at once, that is done beside the looking, as another worker would: one
 * processor in six would have nothing to do else (100,000 changes, 2 cores). What must be computed in full waits for `evaluateFullyDue`, and so
 * does what failed.
 */
export const evaluateSpace = async (
  db: Db,
  spaceId: string,
  now: Date,
  limits: Limits = LIMITS,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly more: boolean }> => {
  await countMerged(db, spaceId, (tx, id, by) => countMembers(tx, spaceId, id, by))
  const outcomes: Outcome[] = []
  const distributeMore = () => distribute(db, spaceId, now, limits.changes)
  let distributed = await distributeMore()
  for (let round = 1; ; round++) {
    const { more, catalog, computations } = distributed
    // Those of a round that was distributed beside the looking are older than it, and so would the copies be.
    const work = round === 1 ? { db, spaceId, catalog, computations, now, limits } : await prepare(db, spaceId, now, limits)
    const [evaluated, next] = await Promise.all([
      evaluateDistributed(work),
      more && round < ROUNDS ? distributeMore() : undefined,
    ])
    outcomes.push(...evaluated)
    if (!next) return { outcomes, more }
    distributed = next
  }
}
