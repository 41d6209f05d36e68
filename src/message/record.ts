import { sql } from 'kysely'
import { Misconfigured, Refused, Unavailable } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { MessageStatus, ProviderAccountRow } from '../db/rows/message.ts'
import { heldBy } from './claim.ts'
import type { Receipt } from './provider.ts'

/** What became of a message: a row to write. */
export type Outcome = {
  readonly profile_id: string
  readonly id: string
  readonly status: MessageStatus
  readonly reason: string | null
  readonly attempts: number
  readonly due_at: Date
  readonly provider_message_id: string | null
  readonly sent_at: Date | null
}

type Sent = { readonly profile_id: string; readonly id: string; readonly attempts: number; readonly due_at: Date }

export const MOST_ATTEMPTS = 10
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 3_600_000
const LONGEST_REASON = 500

/** Milliseconds until the next try after `attempts` failed ones: 5 s, doubling up to an hour. */
export const pauseAfter = (attempts: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, attempts - 1))

const outcome = (message: Sent, status: MessageStatus, reason: string | null, change: Partial<Outcome> = {}): Outcome => ({
  profile_id: message.profile_id,
  id: message.id,
  status,
  reason: reason?.slice(0, LONGEST_REASON) ?? null,
  attempts: message.attempts,
  due_at: message.due_at,
  provider_message_id: null,
  sent_at: null,
  ...change,
})

/** Of one that was taken and about which nobody was called. */
export const putBack = (message: Sent): Outcome => outcome(message, 'queued', null)
export const skipped = (message: Sent, reason: string): Outcome => outcome(message, 'skipped', reason)
export const failed = (message: Sent, reason: string): Outcome => outcome(message, 'failed', reason)
export const sent = (message: Sent, { providerMessageId }: Receipt, now: Date): Outcome =>
  outcome(message, 'sent', null, { attempts: message.attempts + 1, provider_message_id: providerMessageId, sent_at: now })

const later = (message: Sent, reason: string, due: Date, attempts: number): Outcome =>
  outcome(message, 'queued', reason, { attempts, due_at: due })

const retried = (message: Sent, error: Unavailable, now: Date): Outcome => {
  const attempts = message.attempts + 1
  if (attempts >= MOST_ATTEMPTS) return failed({ ...message, attempts }, `gave_up: ${error.message}`)
  const pause = Math.max(pauseAfter(attempts), error.retryAfterSeconds * 1000)
  return later(message, `${error.id}: ${error.message}`, new Date(now.getTime() + pause), attempts)
}

/**
 * What becomes of a message whose sending threw (spec/messaging §7.7): a refusal is final, what passes is tried again with growing pauses,
 * what is the operator's or the account's costs no attempt, and where no answer came the account's policy decides.
 */
export const outcomeOf = (message: Sent, error: unknown, policy: ProviderAccountRow['policy'], now: Date): Outcome => {
  if (error instanceof Refused) return failed(message, `${error.id}: ${error.message}`)
  if (error instanceof Misconfigured) return later(message, `${error.id}: ${error.message}`, now, message.attempts)
  if (error instanceof Unavailable && error.id === 'rate_limited') {
    return later(
      message,
      `rate_limited: ${error.message}`,
      new Date(now.getTime() + error.retryAfterSeconds * 1000),
      message.attempts,
    )
  }
  if (error instanceof Unavailable && error.id !== 'no_answer') return retried(message, error, now)
  // No answer, or a failure of our own after the call began: it may have been sent.
  if (error instanceof Unavailable && policy === 'at-least-once') return retried(message, error, now)
  return outcome(message, 'uncertain', `no_answer: ${error instanceof Error ? error.message : error}`)
}

const write = (db: Db, spaceId: string, claim: string, outcomes: readonly Outcome[]): Promise<readonly { id: string }[]> => {
  const rows = outcomes.toSorted((a, b) => (a.profile_id + a.id < b.profile_id + b.id ? -1 : 1))
  return run(
    db,
    query(
      'message.record',
      sql<{ id: string }>`update message m set status = r.status, reason = r.reason, attempts = r.attempts, due_at = r.due_at,
          provider_message_id = r.provider_message_id, sent_at = r.sent_at, claim = case when r.status = 'uncertain' then m.claim end,
          claimed_at = case when r.status = 'uncertain' then m.claimed_at end
        from unnest(${rows.map((r) => r.profile_id)}::uuid[], ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.status)}::text[],
          ${rows.map((r) => r.reason)}::text[], ${rows.map((r) => r.attempts)}::integer[], ${rows.map((r) => r.due_at)}::timestamptz[],
          ${rows.map((r) => r.provider_message_id)}::text[], ${rows.map((r) => r.sent_at)}::timestamptz[])
          as r (profile_id, id, status, reason, attempts, due_at, provider_message_id, sent_at)
        where m.space_id = ${spaceId} and m.profile_id = r.profile_id and m.id = r.id and ${heldBy(claim)}
          and m.status in ('queued', 'sending', 'uncertain')
        returning m.id`,
    ),
  )
}

// A person who was merged while the provider was asked took their messages along: the claim still says which they are.
const followed = async (
  db: Db,
  spaceId: string,
  claim: string,
  missed: ReadonlyMap<string, Outcome>,
): Promise<readonly Outcome[]> => {
  const held = await run(
    db,
    query(
      'message.of_claim',
      sql<{
        profile_id: string
        id: string
      }>`select profile_id, id from message where space_id = ${spaceId} and claim = ${claim}`,
    ),
  )
  return held.flatMap(({ profile_id, id }) => {
    const outcome = missed.get(id)
    return outcome && outcome.profile_id !== profile_id ? [{ ...outcome, profile_id }] : []
  })
}

/**
 * Writes outcomes of messages that `claim` holds, also of those that became `uncertain` meanwhile because their lease ended before the
 * answer came, and of those that went to another profile. `uncertain` keeps its claim. Answers how many were written.
 */
export const recordOutcomes = async (db: Db, spaceId: string, claim: string, outcomes: readonly Outcome[]): Promise<number> => {
  if (outcomes.length === 0) return 0
  const written = new Set((await write(db, spaceId, claim, outcomes)).map(({ id }) => id))
  const missed = new Map(outcomes.filter(({ id }) => !written.has(id)).map((outcome) => [outcome.id, outcome]))
  if (missed.size === 0) return written.size
  return written.size + (await recordOutcomes(db, spaceId, claim, await followed(db, spaceId, claim, missed)))
}
