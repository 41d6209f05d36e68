import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { SubscriptionChangeRow, SubscriptionChannel, SubscriptionStatus } from '../db/rows/subscription.ts'

export type Vector = { readonly channel: SubscriptionChannel; readonly address: string }
export type StateRow = Vector & { readonly status: SubscriptionStatus; readonly locked: boolean; readonly updated_at: Date }
export type GroupStateRow = {
  readonly address: string
  readonly group_id: string
  readonly status: SubscriptionStatus
  readonly updated_at: Date
}

export const vectorKey = ({ channel, address }: Vector): string => `${channel} ${address}`
export const groupKey = (address: string, groupId: string): string => `${groupId} ${address}`

/** Order of every write: two transactions that take rows in the same order wait, in different orders they deadlock (R13). */
export const byText = (key: string, other: string): number => (key < other ? -1 : key > other ? 1 : 0)

// `limit 1` keeps to the key: joined, 500 addresses were looked for by reading all 35,000 of a space.
/** States of addresses, keyed by `vectorKey`; an address without a row is in none of the three states. */
export const readStates = async (db: Db, spaceId: string, vectors: readonly Vector[]): Promise<ReadonlyMap<string, StateRow>> => {
  if (vectors.length === 0) return new Map()
  const rows = await run(
    db,
    query(
      'subscription.states',
      sql<StateRow>`select s.channel, s.address, s.status, s.locked, s.updated_at
        from unnest(${vectors.map((v) => v.channel)}::text[], ${vectors.map((v) => v.address)}::text[]) as r (channel, address)
        cross join lateral (select * from subscription
          where space_id = ${spaceId} and channel = r.channel and address = r.address limit 1) as s`,
    ),
  )
  return new Map(rows.map((row) => [vectorKey(row), row]))
}

/** The same, and nobody else changes them until the transaction ends: what is decided on them stays true. */
export const lockStates = async (tx: Db, spaceId: string, vectors: readonly Vector[]): Promise<ReadonlyMap<string, StateRow>> => {
  if (vectors.length === 0) return new Map()
  const rows = await run(
    tx,
    query(
      'subscription.lock',
      sql<StateRow>`select channel, address, status, locked, updated_at from subscription
        where space_id = ${spaceId} and (channel, address) in (
          select r.channel, r.address
          from unnest(${vectors.map((v) => v.channel)}::text[], ${vectors.map((v) => v.address)}::text[]) as r (channel, address))
        order by channel collate "C", address collate "C" for update`,
    ),
  )
  return new Map(rows.map((row) => [vectorKey(row), row]))
}

/** States of e-mail addresses on groups, keyed by `groupKey`. */
export const readGroupStates = async (
  db: Db,
  spaceId: string,
  wanted: readonly { readonly address: string; readonly groupId: string }[],
): Promise<ReadonlyMap<string, GroupStateRow>> => {
  if (wanted.length === 0) return new Map()
  const rows = await run(
    db,
    query(
      'subscription.group_states',
      sql<GroupStateRow>`select g.address, g.group_id, g.status, g.updated_at
        from unnest(${wanted.map((w) => w.address)}::text[], ${wanted.map((w) => w.groupId)}::text[]) as r (address, group_id)
        join group_subscription g on g.space_id = ${spaceId} and g.address = r.address and g.group_id = r.group_id`,
    ),
  )
  return new Map(rows.map((row) => [groupKey(row.address, row.group_id), row]))
}

export type StateWrite = Vector & { readonly status: SubscriptionStatus; readonly at: Date }
export type GroupWrite = {
  readonly address: string
  readonly groupId: string
  readonly status: SubscriptionStatus
  readonly at: Date
}

/**
 * Writes states, one row an address. What is newer stays, and so does what the person locked by texting STOP, unless the write says
 * `unsubscribed` too: both are asked here again, since an address that had no row could not be locked. Answers what was written.
 */
export const writeStates = async (
  tx: Db,
  spaceId: string,
  origin: string,
  writes: readonly StateWrite[],
): Promise<ReadonlySet<string>> => {
  if (writes.length === 0) return new Set()
  const rows = writes.toSorted((a, b) => byText(vectorKey(a), vectorKey(b)))
  const written = await run(
    tx,
    query(
      'subscription.write',
      sql<Vector>`insert into subscription (space_id, channel, address, status, origin, updated_at)
        select ${spaceId}, r.channel, r.address, r.status, ${origin}, r.at
        from unnest(${rows.map((r) => r.channel)}::text[], ${rows.map((r) => r.address)}::text[],
          ${rows.map((r) => r.status)}::text[], ${rows.map((r) => r.at)}::timestamptz[]) as r (channel, address, status, at)
        on conflict (space_id, channel, address) do update
          set status = excluded.status, origin = excluded.origin, updated_at = excluded.updated_at
          where subscription.updated_at <= excluded.updated_at and (not subscription.locked or excluded.status = 'unsubscribed')
        returning channel, address`,
    ),
  )
  return new Set(written.map(vectorKey))
}

/** Writes group states; what is newer stays. Answers what was written. */
export const writeGroupStates = async (tx: Db, spaceId: string, writes: readonly GroupWrite[]): Promise<ReadonlySet<string>> => {
  if (writes.length === 0) return new Set()
  const rows = writes.toSorted((a, b) => byText(groupKey(a.address, a.groupId), groupKey(b.address, b.groupId)))
  const written = await run(
    tx,
    query(
      'subscription.write_groups',
      sql<{ address: string; group_id: string }>`insert into group_subscription (space_id, address, group_id, status, updated_at)
        select ${spaceId}, r.address, r.group_id, r.status, r.at
        from unnest(${rows.map((r) => r.address)}::text[], ${rows.map((r) => r.groupId)}::text[],
          ${rows.map((r) => r.status)}::text[], ${rows.map((r) => r.at)}::timestamptz[]) as r (address, group_id, status, at)
        on conflict (space_id, address, group_id) do update set status = excluded.status, updated_at = excluded.updated_at
          where group_subscription.updated_at <= excluded.updated_at
        returning address, group_id`,
    ),
  )
  return new Set(written.map((row) => groupKey(row.address, row.group_id)))
}

/** Appends to the history of addresses: who said what, when, and what it was before. A repeated change is the same row. */
export const writeChanges = async (
  tx: Db,
  spaceId: string,
  changes: readonly Omit<SubscriptionChangeRow, 'space_id'>[],
): Promise<void> => {
  if (changes.length === 0) return
  const rows = changes.toSorted((a, b) => byText(`${a.address} ${a.id}`, `${b.address} ${b.id}`))
  await run(
    tx,
    query(
      'subscription.write_changes',
      sql`insert into subscription_change (space_id, address, id, channel, group_id, status, previous, origin, changed_at)
        select ${spaceId}, r.* from unnest(${rows.map((r) => r.address)}::text[], ${rows.map((r) => r.id)}::uuid[],
          ${rows.map((r) => r.channel)}::text[], ${rows.map((r) => r.group_id)}::text[], ${rows.map((r) => r.status)}::text[],
          ${rows.map((r) => r.previous)}::text[], ${rows.map((r) => r.origin)}::text[], ${rows.map((r) => r.changed_at)}::timestamptz[]) as r
        on conflict do nothing`,
    ),
  )
}
