import { sql } from 'kysely'
import { crashPoint } from '../../base/crash-point.ts'
import { Unavailable } from '../../base/errors.ts'
import { type Loop, loop } from '../../base/loop.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { Arrival } from '../arrival.ts'
import { storeHistory } from '../history.ts'
import { ClaimLost } from '../import/claim.ts'
import { keepRefused, type RefusedLine } from '../import/job.ts'
import { refusedOf } from '../import/make.ts'
import { judgeBatch } from '../ingest.ts'
import { parseCall } from '../parse.ts'
import type { Result } from '../results.ts'
import { callOfEvent, type PastEvent } from './call.ts'
import type { Origin } from './job.ts'
import { eventsIn } from './read.ts'
import { nextSlice } from './slice.ts'

export type ReplayContext = {
  readonly db: Db
  readonly now: () => Date
  readonly random: (bytes: number) => Uint8Array
  readonly newClaim: () => string
  /** There is something to evaluate now. */
  readonly told: () => void
}

type Claimed = {
  readonly spaceId: string
  readonly id: string
  readonly sourceId: string
  readonly origin: Origin
  readonly reached: number
  readonly expected: number
  readonly done: number
  readonly claim: string
}
type Waiting = { readonly spaceId: string; readonly id: string }

const LEASE_MS = 60_000
/** Calls of one transaction, and how long the loop rests after each: live calls come between. */
const TOGETHER = 1_000
const RESTS_MS = 100

const waiting = (db: Db, now: Date): Promise<readonly Waiting[]> =>
  run(
    db,
    query(
      'import.replaying',
      sql<Waiting>`select space_id as "spaceId", id from import
        where status = 'RUNNING' and kind = 'replay' and (claim is null or claimed_until < ${now}::timestamptz)
        order by started_at, space_id, id limit 10`,
    ),
  )

const claimOne = async (db: Db, { spaceId, id }: Waiting, claim: string, now: Date): Promise<Claimed | undefined> => {
  const [taken] = await run(
    db,
    query(
      'import.claim_replay',
      sql<Claimed>`update import set claim = ${claim}, claimed_until = ${new Date(now.getTime() + LEASE_MS)}::timestamptz
        where space_id = ${spaceId} and id = ${id} and status = 'RUNNING' and kind = 'replay' and (claim is null or claimed_until < ${now}::timestamptz)
        returning space_id as "spaceId", id, source_id as "sourceId", header as origin, reached, expected, taken + duplicates + refused as done, claim`,
    ),
  )
  return taken
}

type Done = { readonly reached: number; readonly results: readonly Result[] }

// Who paused or cancelled it meanwhile took the claim away: then this part is not taken either, and comes again if it is resumed.
const keepReplay = async (tx: Db, { spaceId, id, claim, done }: Claimed, { reached, results }: Done): Promise<void> => {
  const among = (status: Result['status']): number => results.filter((one) => one.status === status).length
  const lines: RefusedLine[] = results.flatMap((result, at) => refusedOf(done + at + 1, result))
  const rows = await run(
    tx,
    query(
      'import.keep_replay',
      sql<{ refused: number }>`update import set reached = ${reached}::bigint, taken = taken + ${among('stored')}::bigint,
          duplicates = duplicates + ${among('duplicate')}::bigint, refused = refused + ${lines.length}::bigint, claim = null, claimed_until = null
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING' returning refused`,
    ),
  )
  const [row] = rows
  if (!row) throw new ClaimLost('the claim of a replay is gone')
  await keepRefused(tx, spaceId, id, row.refused - lines.length, lines)
}

const finish = async (db: Db, { spaceId, id, claim }: Claimed, now: Date, error?: string): Promise<void> => {
  await run(
    db,
    query(
      'import.finish_replay',
      sql`update import set status = ${error === undefined ? 'COMPLETED' : 'FAILED'}, finished_at = ${now}::timestamptz, error = ${error ?? null},
          claim = null, claimed_until = null
        where space_id = ${spaceId} and id = ${id} and claim = ${claim} and status = 'RUNNING' returning id`,
    ),
  )
}

const arrivalsOf = ({ sourceId, origin }: Claimed, events: readonly PastEvent[], receivedAt: Date): readonly Arrival[] =>
  events.map((event) => {
    const raw = callOfEvent(origin.spaceId, event)
    const around = { sourceId, receivedAt, newMessageId: () => event.message_id }
    return { raw, parsed: parseCall(raw, around), sourceId, receivedAt }
  })

const doSlice = async ({ db, now, random, told }: ReplayContext, job: Claimed, until: number): Promise<void> => {
  const { origin } = job
  const read = (from: number, to: number, most: number) => eventsIn(db, { ...origin, from, to }, origin.names, most)
  const span = { from: origin.from, to: origin.to, reached: job.reached, expected: job.expected }
  const { items: events, reached } = await nextSlice({ read, at: ({ timestamp }) => timestamp, together: TOGETHER }, span, until)
  const batch = await judgeBatch(db, job.spaceId, arrivalsOf(job, events, now()), now())
  await storeHistory(db, job.spaceId, batch, { random, beside: (tx, results) => keepReplay(tx, job, { reached, results }) })
  crashPoint('replay.slice_stored')
  if (events.length > 0) told()
}

const step = async (context: ReplayContext, job: Claimed): Promise<void> => {
  const { db, now } = context
  try {
    // What comes in while it is being connected is there when that time is over.
    const until = Math.min(job.origin.to, now().getTime())
    if (job.reached >= job.origin.to) return await finish(db, job, now())
    await doSlice(context, job, Math.max(until, job.reached))
  } catch (error) {
    if (error instanceof ClaimLost) return
    if (error instanceof Unavailable) throw error
    await finish(
      db,
      job,
      now(),
      `unexpected_error: ${error instanceof Error ? error.message : String(error)}. What came in stays.`,
    )
  }
}

/** Does the next slice of each replay that waits for one; answers whether there was one. */
export const makeNextReplays = async (context: ReplayContext): Promise<boolean> => {
  const { db, now, newClaim } = context
  let worked = false
  for (const each of await waiting(db, now())) {
    const job = await claimOne(db, each, newClaim(), now())
    if (!job) continue
    worked = true
    await step(context, job)
  }
  return worked
}

/** Replays in a worker: one transaction of each, then a rest. */
export const replayLoop = (context: ReplayContext, failed: (error: unknown) => void): Loop =>
  loop(1_000, () => makeNextReplays(context), failed, RESTS_MS)
