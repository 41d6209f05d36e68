import { sql } from 'kysely'
import { Refused } from '../base/errors.ts'
import type { Sql } from './operator.ts'
import type { Cause } from './run.ts'

/** How far a full computation is: absent where none waits or is at work. */
export type Progress = {
  readonly cause: Cause
  readonly phase: 'waiting' | 'computing' | 'switching'
  readonly percent: number
  /** Since when it is in this phase, or waits. */
  readonly since: string
  readonly askedBy: string
  readonly steps: number
  readonly done: number
  readonly attempt: number
  /** The place in the queue, and how many are at work before it: while it waits. */
  readonly place?: number
  readonly ahead?: number
}

/** What is read of a definition's run, beside the definition `d`. */
export type RunColumns = {
  readonly run: {
    readonly cause: Cause
    readonly queuedAt: string
    readonly startedAt: string | null
    readonly askedBy: string
    readonly steps: number
    readonly done: number
    readonly attempts: number
    readonly place: number
    readonly ahead: number
  } | null
}

/** The run of `d.id` that waits or is at work, as JSON; null where there is none. */
export const runColumn = (
  spaceId: string,
): Sql => sql`(select jsonb_build_object('cause', r.cause, 'queuedAt', r.queued_at, 'startedAt', r.started_at,
    'askedBy', r.asked_by, 'steps', r.steps, 'done', r.done, 'attempts', r.attempts,
    'place', (select count(*) from computation_run q where q.space_id = ${spaceId} and q.lane = r.lane and q.finished_at is null
      and q.started_at is null and q.due_at is not null and (q.queued_at, q.computation_id) <= (r.queued_at, r.computation_id)),
    'ahead', (select count(*) from computation_run q where q.space_id = ${spaceId} and q.lane = r.lane and q.finished_at is null and q.started_at is not null))
  from computation_run r where r.space_id = ${spaceId} and r.computation_id = d.id and r.finished_at is null)`

/** Whether a definition is computed at all: switched on, and not waiting for a destination, of which there are none yet (spec/audiences §10.5). */
export const isComputed = (alias: 'a' | 't' | 'd'): Sql<boolean> =>
  sql`${sql.ref(`${alias}.enabled`)} and coalesce((${sql.ref(`${alias}.options`)} ->> 'computeWithoutDestinations')::boolean, true)`

/**
 * The status of definition `d` with state `s` (spec/audiences §10.5): what it is stored as once it was computed or failed; before that, and for
 * an edit that is not in yet, what its run does.
 */
export const statusColumn = (spaceId: string, kind: 'audience' | 'computed_trait'): Sql<string> => {
  const cause = sql`(select r.cause || case when r.started_at is null then ' waits' else '' end from computation_run r
    where r.space_id = ${spaceId} and r.computation_id = d.id and r.finished_at is null)`
  return sql`case when not d.enabled then 'Disabled'
    when not (${isComputed('d')}) then ${sql.lit(kind === 'audience' ? 'Not Computing' : 'Awaiting Destinations')}
    when s.status in ('Error', 'Failed') then s.status
    else case ${cause} when 'new' then 'Computing' when 'new waits' then 'Preparing' when 'edit' then 'Backfilling' when 'edit waits' then 'Locked' else s.status end
  end`
}

const instant = (text: string): string => new Date(text).toISOString()

/** A run as it is shown. The last of several steps is the switch: until then nobody enters or exits. */
export const progressOf = ({ run }: RunColumns): Progress | undefined => {
  if (!run) return undefined
  const common = { cause: run.cause, askedBy: run.askedBy, steps: run.steps, done: run.done, attempt: run.attempts }
  if (run.startedAt === null) {
    return { ...common, phase: 'waiting', percent: 0, since: instant(run.queuedAt), place: run.place, ahead: run.ahead }
  }
  const phase = run.steps > 1 && run.done === run.steps - 1 ? 'switching' : 'computing'
  return { ...common, phase, percent: Math.floor((100 * run.done) / run.steps), since: instant(run.startedAt) }
}

/** @throws Refused while an edit is not in yet: who made it, when, and how far it is (spec/audiences §10.6). */
export const refuseLocked = (old: RunColumns & { readonly name: string; readonly status: string }): void => {
  const progress = progressOf(old)
  if (progress?.cause !== 'edit' || old.status === 'Error' || old.status === 'Failed') return
  const far =
    progress.phase === 'waiting' ? `waits at place ${progress.place} of the queue` : `is being computed (${progress.percent} %)`
  throw new Refused(
    'locked',
    `"${old.name}" is locked: the edit that ${progress.askedBy} made, asked for at ${instant(old.run?.queuedAt ?? progress.since)}, ${far}. Wait until it is live, or switch it off to give that edit up.`,
  )
}
