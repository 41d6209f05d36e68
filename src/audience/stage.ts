import { crashPoint } from '../base/crash-point.ts'
import { Unavailable } from '../base/errors.ts'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import { type Computation, dependentsOf } from './computation.ts'
import { candidatesOf, type Due, markAllChanged, TOO_MANY } from './due.ts'
import type { Outcome, Work } from './evaluate.ts'
import { gathered } from './gather.ts'
import { type Changes, changed } from './membership.ts'
import { asksOfItsOwn } from './needed.ts'
import {
  type Asked,
  type Audience,
  applyFound,
  findChanges,
  lockAll,
  MOST_TOGETHER,
  type PassedOn,
  passFoundOn,
  recordFound,
  takeAllDue,
  tellFound,
} from './together.ts'
import { setWakes } from './wake.ts'

type Looking = { readonly audience: Audience; readonly mine: Due }
type Found = Asked & { readonly changes: Changes }

const NOTHING: Changes = { entered: 0, exited: 0 }

/** Audiences of people that look at a few of them, and ask nothing but what was copied. */
const lookingIn = ({ copied }: Work, stage: readonly Computation[], due: ReadonlyMap<string, Due>): readonly Looking[] =>
  stage.flatMap((audience) => {
    const mine = due.get(audience.id)
    if (audience.kind !== 'audience' || audience.collection !== 'users' || audience.evaluatedVersion !== audience.version)
      return []
    if (!copied || !mine || mine.everybody || mine.count > TOO_MANY || !mine.batches.every((batch) => copied.has(batch)))
      return []
    return asksOfItsOwn(audience) ? [{ audience, mine }] : []
  })

type Locked = { readonly asked: readonly Asked[]; readonly busy: readonly Audience[]; readonly outdated: readonly Audience[] }

// Somebody who was evaluated since the copies were made is left to be looked at by itself, where it is asked of the tables.
const lockAndTake = async (tx: Db, { spaceId, now, limits }: Work, looking: readonly Looking[]): Promise<Locked> => {
  const at = new Date(Math.max(+now, ...looking.map(({ mine }) => +mine.movedAt)))
  const audiences = looking.map(({ audience }) => audience)
  const rows = await lockAll(tx, spaceId, audiences, at, limits.incrementalMs)
  const locked = new Set(rows.map(({ id }) => id))
  const current = rows.filter(
    (row) => row.evaluatedVersion === row.audience.version && row.number === row.audience.evaluation + 1,
  )
  const ids = new Set(current.map(({ id }) => id))
  const pairs = looking.flatMap(({ audience: { id }, mine }) => (ids.has(id) ? mine.batches.map((batch) => ({ id, batch })) : []))
  const taken = Map.groupBy(pairs.length === 0 ? [] : await takeAllDue(tx, spaceId, pairs), ({ id }) => id)
  return {
    asked: current.flatMap(({ id, audience, number, at }) => {
      const batches = taken.get(id)?.map(({ batch }) => batch)
      return batches ? [{ audience, number, at, batches }] : []
    }),
    busy: audiences.filter(({ id }) => !locked.has(id)),
    outdated: rows.filter((row) => row.evaluatedVersion !== row.audience.version).map(({ audience }) => audience),
  }
}

const tellDependents = async (tx: Db, { spaceId, computations }: Work, found: readonly Found[]): Promise<readonly PassedOn[]> => {
  const passed = found.flatMap(({ audience: { id }, number, changes }) => {
    const dependents = changed(changes) === 0 ? [] : dependentsOf(id, computations)
    return dependents.length === 0 ? [] : [{ id, batch: `${id} ${number}`, profiles: changed(changes), dependents }]
  })
  for (const { batch, profiles, dependents } of passed)
    if (profiles > TOO_MANY) await markAllChanged(tx, spaceId, dependents, batch)
  const few = passed.filter(({ profiles }) => profiles <= TOO_MANY)
  await passFoundOn(tx, spaceId, few)
  return few
}

const write = async (tx: Db, work: Work, found: readonly Found[]): Promise<readonly PassedOn[]> => {
  const moved = found.filter(({ changes }) => changed(changes) > 0)
  if (moved.length === 0) return []
  await applyFound(tx, work.spaceId)
  crashPoint('audience.applied')
  await tellFound(
    tx,
    work.spaceId,
    moved.map(({ audience }) => audience),
  )
  await recordFound(
    tx,
    work.spaceId,
    moved.map((each) => ({ ...each, recordId: idFrom(each.audience.id, String(each.number)) })),
  )
  return tellDependents(tx, work, moved)
}

const evaluateThese = (work: Work, looking: readonly Looking[]): Promise<readonly Outcome[]> =>
  transact(work.db, async (tx) => {
    const { asked, busy, outdated } = await lockAndTake(tx, work, looking)
    for (const { audience, at, batches } of asked) {
      if (!audience.references.timely || audience.options.recompute) continue
      const looked = {
        candidates: candidatesOf(work.spaceId, batches),
        sources: gathered(work.spaceId, true),
        now: at,
        sameDefinition: true,
      }
      await setWakes(tx, work, audience, looked)
    }
    const changes = asked.length === 0 ? new Map<string, Changes>() : await findChanges(tx, work, asked)
    const found = asked.map((each) => ({ ...each, changes: changes.get(each.audience.id) ?? NOTHING }))
    const passed = new Map((await write(tx, work, found)).map(({ id, batch }) => [id, batch]))
    crashPoint('audience.evaluated')
    return [
      ...busy.map((computation): Outcome => ({ kind: 'busy', computation })),
      ...outdated.map((computation): Outcome => ({ kind: 'outdated', computation })),
      ...found.map(({ audience, changes }): Outcome => {
        const passedOn = passed.get(audience.id)
        return { kind: 'evaluated', computation: audience, changes, ...(passedOn === undefined ? {} : { passedOn }) }
      }),
    ]
  })

const parts = <T>(items: readonly T[], most: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, part) => items.slice(part * most, (part + 1) * most))

/**
 * Evaluates the audiences of a stage that may be asked together, in one transaction under all their locks; answers what came of each. Of one
 * that fails nothing is known then: all of them are undone, and whoever calls evaluates each by itself.
 */
export const evaluateTogether = async (
  work: Work,
  stage: readonly Computation[],
  due: ReadonlyMap<string, Due>,
): Promise<readonly Outcome[]> => {
  const looking = lookingIn(work, stage, due)
  const outcomes: Outcome[] = []
  for (const some of parts(looking, MOST_TOGETHER)) {
    try {
      if (some.length > 1) outcomes.push(...(await evaluateThese(work, some)))
    } catch (error) {
      if (error instanceof Unavailable) throw error
      const reason = error instanceof Error ? error.message : String(error)
      process.emitWarning(`${some.length} audiences are evaluated one by one, for asked together they fail: ${reason}`)
    }
  }
  return outcomes
}
