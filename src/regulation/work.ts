import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import { Unavailable } from '../base/errors.ts'
import { type Loop, loop } from '../base/loop.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { RegulationSubjectRow, RegulationType } from '../db/rows/regulation.ts'
import { forgetRows } from '../ingest/import/forget.ts'
import { Collision } from '../profile/load.ts'
import { forgetPeople, Moved, profilesEverOf, type Subject } from './forget.ts'
import { knownAs, textOf } from './people.ts'
import { REGULATIONS } from './regulation.ts'
import { addAll, addCounts, type Removed, removeChanges, removeRows } from './remove.ts'
import { scrubDelivered, scrubFiles, scrubFrequent, scrubLateFrequent, scrubSamples } from './scrub.ts'

/** Forgets what destinations were told of profiles, and where `tells`, notes where they are still to be taken off. Answers what went, by table. */
export type Leave = (
  tx: Db,
  of: {
    readonly spaceId: string
    readonly regulationId: string
    readonly profileIds: readonly string[]
    readonly tells: boolean
    readonly now: Date
  },
) => Promise<Readonly<Removed>>
export type EraseContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  readonly leave: Leave
}

const LEASE_MS = 60_000
// What was on its way when she was forgotten (a tick of evaluation, a message being sent) has ended by then, and is removed as well.
const SETTLES_MS = 60_000
// A part of a file of people that is being stored is through in less.
const LOOKS_AGAIN_MS = 1_000
// How destinations were told is looked at so often, when all else is done.
const REMOVALS_MS = 5_000
const SOME = 50
const ATTEMPTS = 20

type Claimed = {
  readonly spaceId: string
  readonly id: string
  readonly type: RegulationType
  readonly by: string
  readonly claim: string
  readonly attempts: number
}

const claimNext = async ({ db, now, newClaim }: EraseContext): Promise<Claimed | undefined> => {
  const at = now()
  const due = await run(
    db,
    query(
      'regulation.due',
      sql<{ spaceId: string; id: string }>`select space_id as "spaceId", id from regulation
        where due_at <= ${at}::timestamptz and (claim is null or claimed_until < ${at}::timestamptz) order by due_at, space_id, id limit 10`,
    ),
  )
  const until = new Date(at.getTime() + LEASE_MS)
  for (const { spaceId, id } of due) {
    const [taken] = await run(
      db,
      query(
        'regulation.claim',
        sql<Claimed>`update regulation set claim = ${newClaim()}, claimed_until = ${until}::timestamptz, status = 'RUNNING'
          where space_id = ${spaceId} and id = ${id} and due_at <= ${at}::timestamptz and (claim is null or claimed_until < ${at}::timestamptz)
          returning space_id as "spaceId", id, type, requested_by as by, claim, attempts`,
      ),
    )
    if (taken) return taken
  }
  return undefined
}

type Held = Subject & Pick<RegulationSubjectRow, 'profile_ids' | 'known' | 'forgotten_at'>

const subjectsAt = (
  db: Db,
  { spaceId, id }: Claimed,
  status: 'INITIALIZED' | 'FORGOTTEN',
  before: Date,
): Promise<readonly Held[]> =>
  run(
    db,
    query(
      'regulation_subject.next',
      sql<Held>`select hash, type, value, profile_ids, known, forgotten_at from regulation_subject
        where space_id = ${spaceId} and regulation_id = ${id} and status = ${status}
          and (forgotten_at is null or forgotten_at <= ${before}::timestamptz) order by hash limit ${SOME}`,
    ),
  )

const nextDue = async (db: Db, { spaceId, id }: Claimed): Promise<Date | undefined> => {
  const [row] = await run(
    db,
    query(
      'regulation_subject.next_due',
      sql<{ at: Date | null; count: number }>`select min(forgotten_at) as at, count(*)::integer as count from regulation_subject
        where space_id = ${spaceId} and regulation_id = ${id} and status <> 'FINISHED'`,
    ),
  )
  return row?.at ? new Date(row.at.getTime() + SETTLES_MS) : undefined
}

// Until every destination was told, or that was given up.
const nextLook = async (db: Db, { spaceId, id }: Claimed, now: Date): Promise<Date | undefined> => {
  const [row] = await run(
    db,
    query(
      'regulation.waits_for_removals',
      sql<{ id: string }>`select id from regulation where space_id = ${spaceId} and id = ${id} and removals_waiting > 0`,
    ),
  )
  return row && new Date(now.getTime() + REMOVALS_MS)
}

const addTo = (a: Readonly<Removed>, b: Readonly<Removed>): Removed => {
  const sum = { ...a }
  addAll(sum, b)
  return sum
}

const readRemoved = async (db: Db, { spaceId, id }: Claimed): Promise<Removed> => {
  const [row] = await run(
    db,
    query(
      'regulation.removed',
      sql<{ removed: Removed }>`select removed from regulation where space_id = ${spaceId} and id = ${id}`,
    ),
  )
  return row?.removed ?? {}
}

type End = {
  readonly dueAt: Date | null
  readonly status: 'RUNNING' | 'FINISHED' | 'FAILED'
  readonly error?: string
  readonly attempts: number
}

const release = async (db: Db, job: Claimed, removed: Removed, end: End, now: Date): Promise<void> => {
  const sum = addTo(await readRemoved(db, job), removed)
  await run(
    db,
    query(
      'regulation.release',
      sql`update regulation set claim = null, claimed_until = null, due_at = ${end.dueAt}::timestamptz, status = ${end.status},
          removed = ${JSON.stringify(sum)}::jsonb, error = ${end.error ?? null}, attempts = ${end.attempts}::integer,
          finished_at = ${end.status === 'FINISHED' ? now : null}::timestamptz
        where space_id = ${job.spaceId} and id = ${job.id} and claim = ${job.claim}`,
    ),
  )
}

const finish = async (db: Db, { spaceId, id }: Claimed, subjects: readonly Held[], now: Date): Promise<void> => {
  await run(
    db,
    query(
      'regulation_subject.finish',
      sql`update regulation_subject set status = 'FINISHED', value = null, profile_ids = '{}', known = '[]', finished_at = ${now}::timestamptz
        where space_id = ${spaceId} and regulation_id = ${id} and status = 'FORGOTTEN'
          and hash in (select r.hash from unnest(${subjects.map((s) => s.hash)}::text[]) as r (hash))`,
    ),
  )
}

const leaving = ({ leave, now }: EraseContext, { spaceId, id, type }: Claimed) => {
  const { tells } = REGULATIONS[type]
  return (tx: Db, profileIds: readonly string[]): Promise<Readonly<Removed>> =>
    leave(tx, { spaceId, regulationId: id, profileIds, tells, now: now() })
}

// What a destination was told meanwhile is noted before it is forgotten.
const removeAll = async (context: EraseContext, job: Claimed, ids: readonly string[], removed: Removed): Promise<void> => {
  const { db } = context
  if (ids.length > 0) addAll(removed, await transact(db, (tx) => leaving(context, job)(tx, ids)))
  await removeRows(db, job.spaceId, ids, removed)
}

type Forgotten = { readonly removed: Removed; readonly underWay: boolean }

const forgetSome = async (context: EraseContext, job: Claimed, subjects: readonly Held[]): Promise<Forgotten> => {
  const { db, now } = context
  const { spaceId, id, type, by } = job
  const named = [...subjects, ...[...(await knownAs(db, spaceId, subjects)).values()].flat()]
  const scrubbed: Removed = {}
  // Before she is forgotten: a row of hers that is stored afterwards would make her anew.
  const imported = await forgetRows(db, spaceId, named, now())
  addCounts(scrubbed, 'import_part', imported.parts)
  if (imported.underWay) return { removed: scrubbed, underWay: true }
  await scrubSamples(db, spaceId, named, scrubbed)
  await scrubFrequent(db, spaceId, await profilesEverOf(db, spaceId, subjects), scrubbed)
  const { suppresses } = REGULATIONS[type]
  const searched = new Set(named.map(textOf))
  const forgetting = { spaceId, regulationId: id, suppresses, by, now: now(), searched, leave: leaving(context, job) }
  const { people, removed } = await forgetPeople(db, forgetting, subjects)
  crashPoint('regulation.forgotten')
  const rows = addTo(scrubbed, removed)
  const ids = [...new Set(people.flatMap((person) => person.profileIds))].toSorted()
  await scrubDelivered(db, spaceId, named, rows)
  await removeAll(context, job, ids, rows)
  await scrubFiles(db, spaceId, ids, rows)
  return { removed: rows, underWay: false }
}

// Once more, for what was written meanwhile by whoever had found her before.
const settleSome = async (context: EraseContext, job: Claimed, subjects: readonly Held[]): Promise<Removed> => {
  const { db, now } = context
  const removed: Removed = {}
  const ids = [...new Set(subjects.flatMap((subject) => subject.profile_ids))].toSorted()
  const named = [...subjects, ...subjects.flatMap(({ known }) => known)]
  await removeAll(context, job, ids, removed)
  await scrubSamples(db, job.spaceId, named, removed)
  await scrubDelivered(db, job.spaceId, named, removed)
  await removeChanges(db, job.spaceId, ids)
  await scrubFiles(db, job.spaceId, ids, removed)
  for (const at of new Set(subjects.flatMap((each) => (each.forgotten_at ? [each.forgotten_at.getTime()] : []))))
    await scrubLateFrequent(db, job.spaceId, new Date(at), removed)
  await finish(db, job, subjects, now())
  return removed
}

const workOn = async (context: EraseContext, job: Claimed): Promise<void> => {
  const { db } = context
  const at = context.now()
  const waiting = await subjectsAt(db, job, 'INITIALIZED', at)
  if (waiting.length > 0) {
    const { removed, underWay } = await forgetSome(context, job, waiting)
    const dueAt = underWay ? new Date(at.getTime() + LOOKS_AGAIN_MS) : at
    return release(db, job, removed, { dueAt, status: 'RUNNING', attempts: 0 }, at)
  }
  const settled = await subjectsAt(db, job, 'FORGOTTEN', new Date(at.getTime() - SETTLES_MS))
  const removed = settled.length > 0 ? await settleSome(context, job, settled) : {}
  const next = (await nextDue(db, job)) ?? (await nextLook(db, job, at))
  await release(db, job, removed, { dueAt: next ?? null, status: next ? 'RUNNING' : 'FINISHED', attempts: 0 }, at)
}

/** Does the next part of one request to erase people; answers whether there was one. Each part may be done twice: what is removed is gone. */
export const eraseNext = async (context: EraseContext): Promise<boolean> => {
  const job = await claimNext(context)
  if (!job) return false
  const at = context.now()
  try {
    await workOn(context, job)
  } catch (error) {
    if (error instanceof Unavailable) throw error
    const attempts = job.attempts + 1
    const again = attempts < ATTEMPTS || error instanceof Moved || error instanceof Collision
    const end = { dueAt: again ? new Date(at.getTime() + 5_000) : null, status: again ? 'RUNNING' : 'FAILED', attempts } as const
    await release(context.db, job, {}, { ...end, error: error instanceof Error ? error.message : String(error) }, at)
    if (!(error instanceof Moved)) throw error
  }
  return true
}

/** Erases in a worker: looks every second whether a request waits. */
export const eraseLoop = (context: EraseContext, failed: (error: unknown) => void): Loop =>
  loop(1_000, () => eraseNext(context), failed)
