import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { ProfileChangeRow } from '../db/rows/profile.ts'
import type { Catalog } from './catalog.ts'
import { compile } from './compile.ts'
import { type Computation, dependentsOf, inStages, loadComputations, scopeOf } from './computation.ts'
import { compileValue } from './compute.ts'
import { applyValues, clearChanges, tellValues, writeValues } from './computed-value.ts'
import { throughLinks } from './links.ts'
import { applyChanges, type Evaluation, tellChanges, writeChanges } from './membership.ts'
import type { Sql } from './operator.ts'

/*
 * What a change of a few profiles would do, looked at in a transaction that is undone: by the statements of an evaluation, but without its locks
 * and counts, so that no evaluation passes an audience by because somebody tries something out. It may run beside one.
 */

export type Change = Pick<ProfileChangeRow, 'profile_id' | 'event_names' | 'trait_keys'> & { readonly fresh: boolean }

// No evaluation has such a number, so what is written here never has the key of what one writes at the same moment.
const NO_EVALUATION = -1

/** Whether a change is a reason to look at a computation: as `profile_change.take` has it, in code. */
export const concerns = ({ references, options }: Pick<Computation, 'references' | 'options'>, change: Change): boolean => {
  if (options.recompute) return false
  const { event_names: names, trait_keys: keys, fresh } = change
  if (keys.includes('*') || names.length + keys.length === 0) return true
  if (fresh && references.holdsForStrangers) return true
  return references.events.some(({ name }) => names.includes(name)) || references.traits.some((key) => keys.includes(key))
}

/** A computation that the change is about and that was not looked at, and why. */
export type Unasked = Pick<Computation, 'id' | 'key' | 'kind' | 'status'>
export type Looked = { readonly asked: number; readonly unasked: readonly Unasked[] }

type Work = { readonly spaceId: string; readonly catalog: Catalog; readonly now: Date; readonly profileIds: readonly string[] }

const candidatesOf = ({ profileIds }: Work): Sql<{ profile_id: string }> =>
  sql`select r.id as profile_id from unnest(${profileIds.toSorted()}::uuid[]) as r (id)`

const lookAtOne = async (tx: Db, work: Work, computation: Computation): Promise<boolean> => {
  const { spaceId, catalog, now } = work
  const evaluation: Evaluation = { spaceId, id: computation.id, number: NO_EVALUATION, at: now }
  const candidates = throughLinks(spaceId, computation, catalog, candidatesOf(work))
  const scope = scopeOf(computation, { spaceId, catalog, now, candidates })
  if (computation.kind === 'computed_trait') {
    const count = await writeValues(tx, evaluation, compileValue(computation.definition, scope), candidates)
    if (count === 0) return false
    await applyValues(tx, evaluation)
    if (computation.collection === 'users') await tellValues(tx, evaluation)
    await clearChanges(tx, evaluation)
    return true
  }
  const changes = await writeChanges(tx, evaluation, compile(computation.condition, scope), candidates)
  if (changes.entered + changes.exited === 0) return false
  await applyChanges(tx, evaluation, changes)
  if (computation.collection === 'users') await tellChanges(tx, evaluation, computation.key)
  return true
}

const isLive = ({ evaluatedVersion, version }: Computation): boolean => evaluatedVersion === version

/**
 * Looks at the profiles of these changes now: memberships, values and what is told of them are written as an evaluation would write them, in
 * dependency order. Those that are being computed anew are left out and named.
 */
export const lookAt = async (tx: Db, spaceId: string, changes: readonly Change[], now: Date): Promise<Looked> => {
  const { catalog, computations } = await loadComputations(tx, spaceId)
  const work: Work = { spaceId, catalog, now, profileIds: [...new Set(changes.map((each) => each.profile_id))] }
  const due = new Set(computations.filter((each) => changes.some((change) => concerns(each, change))).map(({ id }) => id))
  const unasked: Unasked[] = []
  for (const computation of inStages(computations).flat()) {
    if (!due.has(computation.id)) continue
    if (!isLive(computation)) unasked.push(computation)
    else if (await lookAtOne(tx, work, computation)) for (const id of dependentsOf(computation.id, computations)) due.add(id)
  }
  return { asked: due.size - unasked.length, unasked }
}

/** The changes of profiles that were written at an instant, in this transaction. */
export const changesAt = (tx: Db, spaceId: string, profileIds: readonly string[], at: Date): Promise<readonly Change[]> =>
  run(
    tx,
    query(
      'profile_change.of_call',
      sql<Change>`select c.profile_id, c.event_names, c.trait_keys, p.created_at >= c.changed_at as fresh
        from profile_change c join profile p on p.id = c.profile_id
        where c.space_id = ${spaceId} and p.space_id = ${spaceId} and c.profile_id = any(${profileIds}::uuid[]) and c.changed_at = ${at}::timestamptz`,
    ),
  )
