import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { MessageRow } from '../db/rows/message.ts'

/** An account's messages, and who takes them: `claim` is one drain's own id, and what it took before `abandoned` it has lost. */
export type Taking = {
  readonly spaceId: string
  readonly accountId: string
  readonly claim: string
  readonly now: Date
  readonly abandoned: Date
}

/** What a drain knows of a message it took. */
export type Taken = Omit<MessageRow, 'claim' | 'claimed_at' | 'sent_at' | 'provider_message_id' | 'status' | 'reason'>

const columns = sql`m.space_id, m.profile_id, m.id, m.key, m.channel, m.provider_account_id, m.template_id, m.template_version, m.purpose,
  m.group_id, m.address, m.address_type, m.variables, m.journey_id, m.run_id, m.step, m.attempts, m.due_at, m.created_at`

// Rows that are named one by one are looked up by their key, whatever the statistics say. On a freshly filled queue they say "one row", and
// a comparison that an index of the queue could serve makes the planner walk the whole queue for each row: 5,000 queued, 500 taken, 590 ms
// instead of 6 (Postgres 18). So the state is compared in a form that no index serves.
const unclaimed = sql`coalesce(m.claim::text, '') = ''`
export const heldBy = (claim: string) => sql`coalesce(m.claim::text, '') = ${claim}::text`

/**
 * Takes up to `limit` due messages, oldest first. The state stands in the outer WHERE too: without it messages are taken twice (R5). The
 * choice is materialized: as `in (select … limit)` a nested loop asked it anew for each row, and took 5,000 instead of 500.
 */
export const claimMessages = (db: Db, { spaceId, accountId, claim, now }: Taking, limit: number): Promise<readonly Taken[]> =>
  run(
    db,
    query(
      'message.claim',
      sql<Taken>`with next as materialized (
          select profile_id, id from message
          where space_id = ${spaceId} and provider_account_id = ${accountId} and status = 'queued' and claim is null and due_at <= ${now}
          order by due_at, profile_id, id limit ${limit} for update skip locked)
        update message m set claim = ${claim}, claimed_at = ${now} from next n
        where m.space_id = ${spaceId} and m.profile_id = n.profile_id and m.id = n.id and m.status = 'queued' and ${unclaimed}
        returning ${columns}`,
    ),
  )

/** Puts back what a drain that is gone had taken and not yet begun to send. Answers how many. */
export const releaseAbandoned = async (db: Db, { spaceId, accountId, abandoned }: Taking): Promise<number> => {
  const rows = await run(
    db,
    query(
      'message.release_abandoned',
      sql<{ id: string }>`update message set claim = null, claimed_at = null
        where space_id = ${spaceId} and provider_account_id = ${accountId} and status = 'queued' and claim is not null
          and claimed_at < ${abandoned}
        returning id`,
    ),
  )
  return rows.length
}

// Of some the provider told its fate before their lease was over.
const resolveReported = ({ db, spaceId, accountId, abandoned }: Taking & { readonly db: Db }) =>
  run(
    db,
    query(
      'message.sent_abandoned',
      sql<{ id: string }>`update message m set status = 'sent', sent_at = m.claimed_at, claim = null, claimed_at = null
        where m.space_id = ${spaceId} and m.provider_account_id = ${accountId} and m.status = 'sending' and m.claimed_at < ${abandoned}
          and exists (select from delivery_event d where d.space_id = ${spaceId} and d.profile_id = m.profile_id and d.message_id = m.id)
        returning m.id`,
    ),
  )

/**
 * Resolves what a drain that is gone had begun to send, when nobody knows whether the provider got it: `at-most-once` leaves it `uncertain`
 * until the provider's own event says more, `at-least-once` sends it again. Answers how many.
 */
export const resolveAbandoned = async (db: Db, taking: Taking, policy: 'at-most-once' | 'at-least-once'): Promise<number> => {
  const { spaceId, accountId, abandoned } = taking
  await resolveReported({ ...taking, db })
  const rows =
    policy === 'at-most-once'
      ? await run(
          db,
          query(
            'message.uncertain_abandoned',
            sql<{ id: string }>`update message set status = 'uncertain', reason = 'crashed'
              where space_id = ${spaceId} and provider_account_id = ${accountId} and status = 'sending' and claimed_at < ${abandoned}
              returning id`,
          ),
        )
      : await run(
          db,
          query(
            'message.resend_abandoned',
            sql<{ id: string }>`update message set status = 'queued', claim = null, claimed_at = null
              where space_id = ${spaceId} and provider_account_id = ${accountId} and status = 'sending' and claimed_at < ${abandoned}
              returning id`,
          ),
        )
  return rows.length
}

/** Puts back what this drain took and will not send now, because it was told to end or the account was halted. */
export const releaseClaim = async (db: Db, spaceId: string, claim: string): Promise<void> => {
  await run(
    db,
    query(
      'message.release',
      sql`update message set claim = null, claimed_at = null where space_id = ${spaceId} and claim = ${claim} and status = 'queued'`,
    ),
  )
}

export type Beginning = {
  readonly profile_id: string
  readonly id: string
  readonly address: string
  readonly address_type: string
}

/**
 * Writes `sending` before the call, and answers the ids that are still this drain's: only those may be sent. It is also a fresh lease, so
 * that rows which waited for the account's rate are not lost while they are on their way.
 */
export const markSending = async (
  db: Db,
  spaceId: string,
  claim: string,
  rows: readonly Beginning[],
  now: Date,
): Promise<ReadonlySet<string>> => {
  const sorted = rows.toSorted((a, b) => (a.profile_id + a.id < b.profile_id + b.id ? -1 : 1))
  const marked = await run(
    db,
    query(
      'message.sending',
      sql<{
        id: string
      }>`update message m set status = 'sending', claimed_at = ${now}, address = r.address, address_type = r.address_type
        from unnest(${sorted.map((r) => r.profile_id)}::uuid[], ${sorted.map((r) => r.id)}::uuid[], ${sorted.map((r) => r.address)}::text[],
          ${sorted.map((r) => r.address_type)}::text[]) as r (profile_id, id, address, address_type)
        where m.space_id = ${spaceId} and m.profile_id = r.profile_id and m.id = r.id and m.status = 'queued' and ${heldBy(claim)}
        returning m.id`,
    ),
  )
  return new Set(marked.map((row) => row.id))
}
