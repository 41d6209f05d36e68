import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { preparedQuery, query, run, runOne, transact } from '../db/query.ts'
import type { ComputationRunRow } from '../db/rows/audience.ts'
import { unawaited } from '../db/unawaited.ts'
import type { Collection } from '../profile/identifier.ts'
import { DEFAULT_LIMITS, type Limits } from '../space/limit.ts'
import { takeClock } from './clock.ts'
import { modeOf } from './mode.ts'

/*
 * A run is a full computation: of what is new, of what was edited, or of what is live and is checked (asked for, daily, failed before). It waits in
 * a lane until there is a place, for a space computes only so many at once (spec/audiences §15.3), is tried five times at the same step, and
 * says how far it is. `computation_due` says that everybody must be looked at; this says when, and how it goes.
 */

export type Cause = ComputationRunRow['cause']
type Lane = ComputationRunRow['lane']

/** How often a step is tried before its run waits to be asked for (spec/audiences §15.4). */
export const MOST_ATTEMPTS = 5

const laneOf = ({ definition, collection, cause }: Pick<Queued, 'definition' | 'collection' | 'cause'>): Lane => {
  if (modeOf(definition, collection === 'accounts' ? 'ACCOUNTS' : 'USERS').type === 'BATCH') return 'batch'
  return cause === 'new' ? 'new' : cause === 'edit' ? 'edits' : 'checks'
}

export type Queued = {
  readonly computationId: string
  readonly definition: unknown
  /** Whom it is about: what is about accounts is batch (spec/audiences §15.1). */
  readonly collection: Collection
  readonly version: number
  readonly cause: Cause
  readonly by: string
  /** Ids of what it refers to: those of them that wait too go first. */
  readonly refersTo?: readonly string[]
}

/**
 * Queues runs. One that waits or is at work with the same version goes on, tried from the first attempt; one of another version begins anew, and
 * stays what it is where it was never computed.
 */
export const queueRuns = async (tx: Db, spaceId: string, queued: readonly Queued[], now: Date): Promise<void> => {
  if (queued.length === 0) return
  const rows = queued.toSorted((a, b) => (a.computationId < b.computationId ? -1 : 1))
  await run(
    tx,
    query(
      'computation_run.queue',
      sql`insert into computation_run as r (space_id, computation_id, id, cause, lane, version, asked_by, queued_at, due_at)
        select ${spaceId}, n.computation_id, n.id, n.cause, n.lane, n.version, n.asked_by, ${now}::timestamptz, ${now}::timestamptz
        from unnest(${rows.map((each) => each.computationId)}::text[],
          ${rows.map((each) => idFrom('run', spaceId, each.computationId, String(each.version), now.toISOString()))}::uuid[],
          ${rows.map((each) => each.cause)}::text[], ${rows.map(laneOf)}::text[],
          ${rows.map((each) => each.version)}::integer[], ${rows.map((each) => each.by)}::text[]) as n (computation_id, id, cause, lane, version, asked_by)
        on conflict (space_id, computation_id) do update set
          id = case when r.finished_at is null and r.version = excluded.version then r.id else excluded.id end,
          cause = case when r.finished_at is null and (r.version = excluded.version or r.cause = 'new') then r.cause else excluded.cause end,
          lane = case when r.finished_at is null and (r.version = excluded.version or r.cause = 'new') then r.lane else excluded.lane end,
          asked_by = case when r.finished_at is null and r.version = excluded.version then r.asked_by else excluded.asked_by end,
          queued_at = case when r.finished_at is null and r.version = excluded.version then r.queued_at else excluded.queued_at end,
          started_at = case when r.finished_at is null and r.version = excluded.version then r.started_at end,
          at = case when r.finished_at is null and r.version = excluded.version then r.at end,
          steps = case when r.finished_at is null and r.version = excluded.version then r.steps else 1 end,
          done = case when r.finished_at is null and r.version = excluded.version then r.done else 0 end,
          version = excluded.version, due_at = excluded.due_at, finished_at = null, attempts = 0, drift = null`,
    ),
  )
}

/** A run that waits or is at work. */
export type Run = Pick<ComputationRunRow, 'id' | 'cause' | 'lane' | 'version' | 'steps' | 'done' | 'at'> & {
  readonly computationId: string
  readonly startedAt: Date | null
  readonly dueAt: Date | null
}

const unfinished = (tx: Db, spaceId: string): Promise<readonly Run[]> =>
  run(
    tx,
    query(
      'computation_run.unfinished',
      sql<Run>`select computation_id as "computationId", id, cause, lane, version, steps, done, at, started_at as "startedAt", due_at as "dueAt",
          ${unawaited()}
        from computation_run where space_id = ${spaceId} and finished_at is null order by queued_at, computation_id`,
    ),
  )

const placesOf = (limits: Limits): Readonly<Record<Lane, number>> => {
  const atOnce = {
    new: limits.new_at_once,
    edits: limits.edits_at_once,
    batch: limits.batch_at_once,
    checks: limits.edits_at_once,
  }
  return Object.fromEntries(Object.entries(atOnce).map(([lane, most]) => [lane, most ?? Number.POSITIVE_INFINITY])) as Record<
    Lane,
    number
  >
}

/**
 * Gives the free places to those that wait longest, what is referred to first, and answers all runs that have one. `marked` are the computations that must be computed in
 * full: those without a run get one. Whoever admits has the space's clock, so that it is alone.
 */
export const admitRuns = (
  db: Db,
  spaceId: string,
  marked: readonly Queued[],
  now: Date,
  limits: Limits = DEFAULT_LIMITS,
): Promise<ReadonlyMap<string, Run>> =>
  transact(db, async (tx) => {
    await takeClock(tx, spaceId)
    const before = await unfinished(tx, spaceId)
    const known = new Set(before.map((each) => each.computationId))
    const without = marked.filter((each) => !known.has(each.computationId))
    await queueRuns(tx, spaceId, without, now)
    const all = without.length === 0 ? before : await unfinished(tx, spaceId)
    const runs = all.filter(({ dueAt }) => dueAt !== null && dueAt <= now)
    const free = { ...placesOf(limits) }
    for (const each of runs) if (each.startedAt) free[each.lane] -= 1
    const waiting = new Set(runs.map((each) => each.computationId))
    const refersTo = new Map(marked.map((each) => [each.computationId, each.refersTo]))
    const isReady = (id: string): boolean => !(refersTo.get(id) ?? []).some((other) => waiting.has(other))
    const admitted = runs.filter((each) => each.startedAt || (isReady(each.computationId) && free[each.lane]-- > 0))
    const started = admitted.flatMap((each) => (each.startedAt ? [] : each.computationId)).toSorted()
    if (started.length > 0) {
      await run(
        tx,
        query(
          'computation_run.start',
          sql`update computation_run set started_at = ${now}::timestamptz
            where space_id = ${spaceId} and started_at is null and finished_at is null and computation_id = any(${started}::text[])`,
        ),
      )
    }
    return new Map(admitted.map((each) => [each.computationId, each]))
  })

/**
 * Counts an attempt at the next step, beside the transaction that makes it, so that it is counted though the worker dies. @throws Error when it
 * was tried as often as it may be: each time something ended the worker.
 */
export const beginAttempt = async (db: Db, spaceId: string, computationId: string): Promise<void> => {
  const row = await runOne(
    db,
    preparedQuery(
      'computation_run.attempt',
      sql<{ attempts: number; done: number; steps: number }>`update computation_run set attempts = attempts + 1
        where space_id = ${spaceId} and computation_id = ${computationId} and finished_at is null returning attempts, done, steps, ${unawaited()}`,
    ),
  )
  if (!row || row.attempts <= MOST_ATTEMPTS) return
  throw new Error(
    `Step ${row.done + 1} of ${row.steps} was begun ${MOST_ATTEMPTS} times, and each time the worker ended before it.`,
  )
}

/** A step is done: the next one has all its attempts. */
export const countStep = async (tx: Db, spaceId: string, computationId: string): Promise<void> => {
  await run(
    tx,
    query(
      'computation_run.count_step',
      sql`update computation_run set done = done + 1, attempts = 0
        where space_id = ${spaceId} and computation_id = ${computationId} and finished_at is null`,
    ),
  )
}

/**
 * The run is done. `drift` is what it found that nothing explains; null where it was no check. Where all of it changed nothing, its commit does not
 * wait for the disk: what a crash takes back is found once more.
 */
export const finishRun = async (
  tx: Db,
  spaceId: string,
  computationId: string,
  now: Date,
  { drift, changed }: { readonly drift: number | null; readonly changed: number },
): Promise<void> => {
  await run(
    tx,
    preparedQuery(
      'computation_run.finish',
      sql`update computation_run set finished_at = ${now}::timestamptz, done = steps, attempts = 0, drift = ${drift}::bigint
        where space_id = ${spaceId} and computation_id = ${computationId} returning ${unawaited(changed === 0)}`,
    ),
  )
}

/** Gives the place back after a failed attempt, and answers whether that was the last one: then it waits to be asked for. */
export const postponeRun = async (
  db: Db,
  spaceId: string,
  computationId: string,
  until: Date,
): Promise<{ readonly gaveUp: boolean }> => {
  const row = await runOne(
    db,
    query(
      'computation_run.postpone',
      sql<{ dueAt: Date | null }>`update computation_run set started_at = null,
          due_at = case when attempts < ${MOST_ATTEMPTS}::integer then ${until}::timestamptz end
        where space_id = ${spaceId} and computation_id = ${computationId} and finished_at is null returning due_at as "dueAt"`,
    ),
  )
  return { gaveUp: row?.dueAt === null }
}

/** Those that were given up are tried again: the daily run. */
export const reviveRuns = async (db: Db, spaceId: string, now: Date): Promise<void> => {
  await run(
    db,
    query(
      'computation_run.revive',
      sql`update computation_run set due_at = ${now}::timestamptz, attempts = 0
        where space_id = ${spaceId} and finished_at is null and due_at is null`,
    ),
  )
}

/** It is not computed any more: what it found so far goes. */
export const dropRun = async (tx: Db, spaceId: string, computationId: string): Promise<void> => {
  for (const table of ['computation_run', 'computation_step', 'computation_found'] as const) {
    await run(
      tx,
      query(
        `${table}.drop`,
        sql`delete from ${sql.table(table)} where space_id = ${spaceId} and computation_id = ${computationId}`,
      ),
    )
  }
}
