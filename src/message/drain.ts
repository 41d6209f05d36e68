import pLimit from 'p-limit'
import { type Bucket, bucket } from '../base/bucket.ts'
import { crashPoint } from '../base/crash-point.ts'
import { type Duration, minus } from '../base/duration.ts'
import { Misconfigured, Unavailable } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import type { Account } from './account.ts'
import { claimMessages, markSending, releaseAbandoned, releaseClaim, resolveAbandoned, type Taking } from './claim.ts'
import { haltFor } from './halt.ts'
import { endSubscriptions } from './opt-out.ts'
import { type Prepared, prepare, type Ready } from './prepare.ts'
import type { Carrier } from './provider.ts'
import { failed, type Outcome, outcomeOf, putBack, recordOutcomes, sent, skipped } from './record.ts'
import { suppressRefused } from './suppress.ts'

/** What a delivery needs from outside. `now` is the worker's clock, `claims` makes the ids that tell drains apart. */
export type DeliveryContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  readonly publicUrl: string
  readonly secret: string
  /** How long a drain may be silent before others take its messages. */
  readonly lease: Duration
}

/** How a drain is told to end, and tells that it lives. */
export type Drain = {
  readonly context: DeliveryContext
  readonly account: Account
  readonly carrier: Carrier
  readonly pace: Bucket
  readonly pause: (ms: number) => Promise<void>
  readonly ended: () => boolean
  readonly beat: (sent: number) => void
}

export const BATCH = 500
const CONCURRENT_CALLS = 50
const CONCURRENT_CHUNKS = 3
const LARGEST_CHUNK = 100

/** A new pace for an account: its rate. */
export const paceOf = (account: Account): Bucket => bucket(account.rate_per_second)

// Not more than a second's worth is taken, so that what waits is gated late and other workers see it.
const batchSize = ({ rate_per_second }: Account): number => Math.max(1, Math.min(BATCH, rate_per_second))
// Few rows stand as `sending` at a time: so many are uncertain after a crash. A fifth of a second's worth keeps the rate even.
const chunkSize = ({ rate_per_second }: Account): number => Math.max(1, Math.min(LARGEST_CHUNK, Math.ceil(rate_per_second / 5)))

const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

type Halt = { error: Misconfigured | Unavailable | undefined }

const call = async (drain: Drain, { taken, content, envelope }: Ready, halt: Halt): Promise<Outcome> => {
  const { context, account, carrier } = drain
  if (drain.ended()) return putBack(taken)
  try {
    const receipt = await carrier.send(content, { ...envelope, now: context.now() })
    crashPoint('message.called')
    return sent(taken, receipt, context.now())
  } catch (error) {
    if (error instanceof Misconfigured || (error instanceof Unavailable && error.id === 'rate_limited')) halt.error = error
    return outcomeOf(taken, error, account.policy, context.now())
  }
}

const sendChunk = async (
  drain: Drain,
  claim: string,
  chunk: readonly Ready[],
  halt: Halt,
  limit: (work: () => Promise<Outcome>) => Promise<Outcome>,
): Promise<number> => {
  const { context, account } = drain
  await drain.pause(drain.pace.wait(chunk.length, context.now().getTime()))
  if (halt.error || drain.ended()) return 0
  const mine = await markSending(context.db, account.space_id, claim, chunk.map(beginning), context.now())
  crashPoint('message.sending')
  const outcomes = await Promise.all(
    chunk.filter(({ taken }) => mine.has(taken.id)).map((ready) => limit(() => call(drain, ready, halt))),
  )
  await recordOutcomes(context.db, account.space_id, claim, outcomes)
  await endSubscriptions(context.db, account.space_id, chunk, outcomes, context.now())
  await suppressRefused(context.db, account.space_id, chunk, outcomes, context.now())
  crashPoint('message.recorded')
  drain.beat(outcomes.length)
  return outcomes.length
}

const beginning = ({ taken, envelope }: Ready) => ({
  profile_id: taken.profile_id,
  id: taken.id,
  address: envelope.address,
  address_type: envelope.addressType,
})

const settled = (prepared: Exclude<Prepared, Ready>): Outcome =>
  prepared.kind === 'skip' ? skipped(prepared.taken, prepared.reason) : failed(prepared.taken, prepared.reason)

/** What one batch did: `taken` is zero when nothing was due, `halted` when the account must wait. */
export type Batch = { readonly taken: number; readonly halted: boolean }

/**
 * One batch of an account: claims due messages, asks the gate and renders now, sends what may be sent at the account's rate, and records.
 * Every statement is about the whole batch or a chunk of it.
 */
export const drainBatch = async (drain: Drain): Promise<Batch> => {
  const { context, account } = drain
  const now = context.now()
  const claim = context.newClaim()
  const taking: Taking = { spaceId: account.space_id, accountId: account.id, claim, now, abandoned: minus(now, context.lease) }
  const messages = await claimMessages(context.db, taking, batchSize(account))
  if (messages.length === 0) return { taken: 0, halted: false }
  crashPoint('message.claimed')
  const prepared = await prepare(context, account, claim, messages)
  const ready = prepared.filter((p) => p.kind === 'ready')
  await recordOutcomes(context.db, account.space_id, claim, prepared.filter((p) => p.kind !== 'ready').map(settled))
  const halt: Halt = { error: undefined }
  const limit = pLimit(CONCURRENT_CALLS)
  const inTurn = pLimit(CONCURRENT_CHUNKS)
  await Promise.all(chunksOf(ready, chunkSize(account)).map((chunk) => inTurn(() => sendChunk(drain, claim, chunk, halt, limit))))
  if (halt.error || drain.ended()) await releaseClaim(context.db, account.space_id, claim)
  if (halt.error) await haltFor(context.db, account, halt.error, context.now())
  return { taken: messages.length, halted: halt.error !== undefined }
}

/** Takes over what drains left behind that did not live to finish. Answers how many messages that were. */
export const takeOver = async (context: DeliveryContext, account: Account): Promise<number> => {
  const now = context.now()
  const taking: Taking = {
    spaceId: account.space_id,
    accountId: account.id,
    claim: '',
    now,
    abandoned: minus(now, context.lease),
  }
  return (await resolveAbandoned(context.db, taking, account.policy)) + (await releaseAbandoned(context.db, taking))
}
