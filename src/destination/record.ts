import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { DeliveryStatus } from '../db/rows/destination.ts'
import type { Taken } from './claim.ts'
import type { Exchange } from './send.ts'

/** One request of one mapping, and when it was begun. */
export type Try = { readonly mappingId: string; readonly at: Date; readonly exchange: Exchange }

/** What became of a delivery: finished, or `queued` again until `dueAt`. */
export type Settled = {
  readonly taken: Taken
  readonly status: Exclude<DeliveryStatus, 'sending' | 'held'>
  readonly reason: string | null
  readonly detail: string | null
  readonly warnings: readonly JsonObject[]
  readonly done: Readonly<Record<string, string>>
  readonly attempts: number
  readonly dueAt: Date
  readonly tries: readonly Try[]
  /** Whether the call is kept, too. */
  readonly keep: boolean
}

const byKey = (a: Settled, b: Settled): number => (a.taken.profile_id + a.taken.id < b.taken.profile_id + b.taken.id ? -1 : 1)

const recordOutcomes = async (tx: Db, spaceId: string, claim: string, settled: readonly Settled[], now: Date) => {
  const finished = (one: Settled): string | null => (one.status === 'queued' ? null : now.toISOString())
  const rows = await run(
    tx,
    query(
      'event_delivery.settle',
      sql<{
        id: string
      }>`update event_delivery d set status = r.status, reason = r.reason, detail = r.detail, warnings = r.warnings, done = r.done,
          attempts = r.attempts, due_at = r.due_at, finished_at = r.finished_at, claim = null, claimed_at = null,
          payload = case when r.keep then d.payload else null end
        from unnest(${settled.map((s) => s.taken.profile_id)}::uuid[], ${settled.map((s) => s.taken.id)}::uuid[],
          ${settled.map((s) => s.status)}::text[], ${settled.map((s) => s.reason)}::text[], ${settled.map((s) => s.detail)}::text[],
          ${settled.map((s) => JSON.stringify(s.warnings))}::jsonb[], ${settled.map((s) => JSON.stringify(s.done))}::jsonb[],
          ${settled.map((s) => s.attempts)}::int[], ${settled.map((s) => s.dueAt.toISOString())}::timestamptz[],
          ${settled.map(finished)}::timestamptz[], ${settled.map((s) => s.keep || s.status === 'queued')}::boolean[])
          as r (profile_id, id, status, reason, detail, warnings, done, attempts, due_at, finished_at, keep)
        where d.space_id = ${spaceId} and d.profile_id = r.profile_id and d.id = r.id and d.status = 'sending'
          and coalesce(d.claim::text, '') = ${claim}::text
        returning d.id`,
    ),
  )
  return new Set(rows.map(({ id }) => id))
}

const recordTries = async (tx: Db, spaceId: string, settled: readonly Settled[]): Promise<void> => {
  const tries = settled.flatMap(({ taken, tries: own }) => own.map((one) => ({ taken, ...one })))
  if (tries.length === 0) return
  const reasonOf = ({ exchange: { outcome } }: Try): string | null => (outcome.kind === 'delivered' ? null : outcome.reason)
  await run(
    tx,
    query(
      'delivery_attempt.add',
      sql`insert into delivery_attempt (space_id, profile_id, delivery_id, attempt, mapping_id, outcome, reason, status, request, response, duration_ms, at)
        select ${spaceId}, r.profile_id, r.delivery_id, r.attempt, r.mapping_id, r.outcome, r.reason, r.status, r.request, r.response, r.duration_ms, r.at
        from unnest(${tries.map((t) => t.taken.profile_id)}::uuid[], ${tries.map((t) => t.taken.id)}::uuid[],
          ${tries.map((t) => t.taken.attempts)}::int[], ${tries.map((t) => t.mappingId)}::text[],
          ${tries.map((t) => t.exchange.outcome.kind)}::text[], ${tries.map(reasonOf)}::text[], ${tries.map((t) => t.exchange.status)}::int[],
          ${tries.map((t) => JSON.stringify(t.exchange.request))}::jsonb[], ${tries.map((t) => t.exchange.response)}::text[],
          ${tries.map((t) => Math.round(t.exchange.durationMs))}::int[], ${tries.map((t) => t.at.toISOString())}::timestamptz[])
          as r (profile_id, delivery_id, attempt, mapping_id, outcome, reason, status, request, response, duration_ms, at)
        on conflict do nothing`,
    ),
  )
}

/** Writes what became of deliveries of one space that this claim still holds: who lost them leaves them to whoever has them now. */
export const record = async (db: Db, spaceId: string, claim: string, settled: readonly Settled[], now: Date): Promise<void> => {
  if (settled.length === 0) return
  const rows = settled.toSorted(byKey)
  await transact(db, async (tx) => {
    const mine = await recordOutcomes(tx, spaceId, claim, rows, now)
    await recordTries(
      tx,
      spaceId,
      rows.filter(({ taken }) => mine.has(taken.id)),
    )
  })
}
