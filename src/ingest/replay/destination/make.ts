import { sql } from 'kysely'
import { crashPoint } from '../../../base/crash-point.ts'
import { Unavailable } from '../../../base/errors.ts'
import { type Loop, loop } from '../../../base/loop.ts'
import type { Db } from '../../../db/database.ts'
import { query, run, transact } from '../../../db/query.ts'
import { toolOf } from '../../../destination/destinations/index.ts'
import { findDestination } from '../../../destination/instances.ts'
import { ClaimLost } from '../../import/claim.ts'
import { nextSlice } from '../slice.ts'
import { callsOfPast, type Sending } from './past.ts'
import { countWaiting, holdQueued, queueCalls, withdraw } from './queue.ts'

export type SendingContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  /** There is something to deliver now. */
  readonly told: () => void
}

type Waiting = { readonly spaceId: string; readonly id: string }
type Claimed = Waiting & {
  readonly sourceId: string
  readonly startedAt: Date
  readonly status: 'RUNNING' | 'PAUSED' | 'CANCELLED'
  readonly sending: Sending
  readonly reached: number
  readonly expected: number
  readonly claim: string
}

const LEASE_MS = 60_000
/** Calls of one transaction, and how long the loop rests after each: live calls come between. */
const TOGETHER = 500
const RESTS_MS = 100
/** As many of its calls wait for the destination at most: the queue stays short, and what is paused or cancelled is. */
export const MOST_WAITING = 2_000

const waiting = (db: Db, now: Date): Promise<readonly Waiting[]> =>
  run(
    db,
    query(
      'import.sending',
      sql<Waiting>`select space_id as "spaceId", id from import
        where kind = 'destination_replay' and finished_at is null and (claim is null or claimed_until < ${now}::timestamptz)
        order by status = 'PAUSED', started_at, space_id, id limit 100`,
    ),
  )

const claimOne = async (db: Db, { spaceId, id }: Waiting, claim: string, now: Date): Promise<Claimed | undefined> => {
  const [taken] = await run(
    db,
    query(
      'import.claim_sending',
      sql<Claimed>`update import set claim = ${claim}, claimed_until = ${new Date(now.getTime() + LEASE_MS)}::timestamptz
        where space_id = ${spaceId} and id = ${id} and kind = 'destination_replay' and finished_at is null
          and (claim is null or claimed_until < ${now}::timestamptz)
        returning space_id as "spaceId", id, source_id as "sourceId", started_at as "startedAt", status, header as sending, reached, expected, claim`,
    ),
  )
  return taken
}

// Who paused or cancelled it meanwhile took the claim away: then this part is not taken either, and comes again if it is resumed.
const keep = async (tx: Db, { spaceId, id, claim }: Claimed, reached: number, queued: number): Promise<void> => {
  const rows = await run(
    tx,
    query(
      'import.keep_sending',
      sql<{
        id: string
      }>`update import set reached = ${reached}::bigint, taken = taken + ${queued}::bigint, claim = null, claimed_until = null
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING' returning id`,
    ),
  )
  if (rows.length === 0) throw new ClaimLost('the claim of a replay is gone')
}

const leave = async (db: Db, { spaceId, id, claim }: Claimed): Promise<void> => {
  await run(
    db,
    query(
      'import.leave_sending',
      sql`update import set claim = null, claimed_until = null where space_id = ${spaceId} and id = ${id} and claim = ${claim}`,
    ),
  )
}

// What was being sent when it was paused may have come back since. Who resumes it waits, and puts this back, too.
const rest = async (db: Db, { spaceId, id, claim }: Claimed): Promise<false> => {
  await transact(db, async (tx) => {
    const rows = await run(
      tx,
      query(
        'import.rest_sending',
        sql<{ id: string }>`update import set claim = null, claimed_until = null
          where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'PAUSED' returning id`,
      ),
    )
    if (rows.length > 0) await holdQueued(tx, spaceId, id)
  })
  return false
}

const finish = async (db: Db, { spaceId, id, claim }: Claimed, now: Date, status: string, error?: string): Promise<void> => {
  await run(
    db,
    query(
      'import.finish_sending',
      sql`update import set status = ${status}, finished_at = ${now}::timestamptz, error = ${error ?? null}, claim = null, claimed_until = null
        where space_id = ${spaceId} and id = ${id} and claim = ${claim}`,
    ),
  )
}

// Stored in one transaction with how far it is, under ids that follow from the replay and the call: a part is done once.
const doPart = async ({ db, now, told }: SendingContext, job: Claimed, tool: string, together: number): Promise<void> => {
  const { sending, reached, expected } = job
  const { from, to } = sending
  const read = (start: number, end: number, most: number) => callsOfPast(db, job, { ...sending, from: start, to: end }, most)
  const slice = await nextSlice({ read, at: ({ at }) => at, together }, { from, to, reached, expected }, to)
  const queued = await transact(db, async (tx) => {
    const count = await queueCalls(tx, { ...job, tool }, slice.items, now())
    crashPoint('destination_replay.queued')
    await keep(tx, job, slice.reached, count)
    return count
  })
  crashPoint('destination_replay.kept')
  if (queued > 0) told()
}

const GONE = 'The destination is gone.'

const stopped = async ({ db, now }: SendingContext, job: Claimed): Promise<boolean> => {
  // What was being sent when it was cancelled may have come back since.
  await withdraw(db, job.spaceId, job.id, now())
  if ((await countWaiting(db, job.spaceId, job.id, 1)) > 0) await leave(db, job)
  else await finish(db, job, now(), 'CANCELLED')
  return false
}

// Answers whether there is more to do at once.
const step = async (context: SendingContext, job: Claimed): Promise<boolean> => {
  const { db, now } = context
  if (job.status === 'CANCELLED') return stopped(context, job)
  if (job.status === 'PAUSED') return rest(db, job)
  const tool = toolOf((await findDestination(db, job.spaceId, job.sending.destinationId))?.tool ?? '')
  if (!tool) await finish(db, job, now(), 'FAILED', GONE)
  if (!tool) return false
  const onTheirWay = await countWaiting(db, job.spaceId, job.id, MOST_WAITING)
  const done = job.reached >= job.sending.to
  if (done && onTheirWay === 0) await finish(db, job, now(), 'COMPLETED')
  else if (done || onTheirWay >= MOST_WAITING) await leave(db, job)
  else await doPart(context, job, tool.name, Math.min(TOGETHER, MOST_WAITING - onTheirWay))
  return !done && onTheirWay < MOST_WAITING
}

const tryStep = async (context: SendingContext, job: Claimed): Promise<boolean> => {
  try {
    return await step(context, job)
  } catch (error) {
    if (error instanceof ClaimLost) return false
    if (error instanceof Unavailable) throw error
    const why = error instanceof Error ? error.message : String(error)
    await finish(context.db, job, context.now(), 'FAILED', `unexpected_error: ${why}. What was queued is sent.`)
    return false
  }
}

/** Does the next part of each replay to a destination that has one to do; answers whether there is more to do at once. */
export const sendNextReplays = async (context: SendingContext): Promise<boolean> => {
  const { db, now, newClaim } = context
  let more = false
  for (const each of await waiting(db, now())) {
    const job = await claimOne(db, each, newClaim(), now())
    if (job && (await tryStep(context, job))) more = true
  }
  return more
}

/** Replays to destinations in a worker: one transaction of each, then a rest. */
export const sendingLoop = (context: SendingContext, failed: (error: unknown) => void): Loop =>
  loop(1_000, () => sendNextReplays(context), failed, RESTS_MS)
