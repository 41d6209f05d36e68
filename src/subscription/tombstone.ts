import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { OptOutTombstoneRow } from '../db/rows/regulation.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { identifierHash, suppressedAmong } from '../profile/suppressed.ts'
import { type Vector, vectorKey } from './state.ts'

/** The identifier type under which a person has addresses of a channel. */
export const TYPE_OF_CHANNEL: Readonly<Record<SubscriptionChannel, string>> = {
  email: 'email',
  sms: 'phone',
  whatsapp: 'phone',
  ios_push: 'ios.push_token',
  android_push: 'android.push_token',
}

const addressHash = (db: Db, spaceId: string, { channel, address }: Vector): string =>
  identifierHash(db, spaceId, { type: `address ${channel}`, value: address })

type Kept = { readonly state: 'unsubscribed' | 'suppressed' | undefined; readonly leftGroups: ReadonlySet<string> }
const NOTHING: Kept = { state: undefined, leftGroups: new Set() }

const tombstonesOf = async (db: Db, spaceId: string, hashes: readonly string[]) => {
  const rows = await run(
    db,
    query(
      'opt_out_tombstone.of_addresses',
      sql<
        Pick<OptOutTombstoneRow, 'hash' | 'group_id' | 'state'>
      >`select t.hash, t.group_id, t.state from unnest(${hashes}::text[]) as r (hash)
        join opt_out_tombstone t on t.space_id = ${spaceId} and t.hash = r.hash`,
    ),
  )
  return Map.groupBy(rows, (row) => row.hash)
}

/** What is still known of addresses whose rows are erased, and which belong to people who are suppressed; keyed by `vectorKey`. */
export const readKept = async (db: Db, spaceId: string, vectors: readonly Vector[]): Promise<ReadonlyMap<string, Kept>> => {
  const all = vectors.map((vector) => ({
    key: vectorKey(vector),
    hash: addressHash(db, spaceId, vector),
    identifier: identifierHash(db, spaceId, { type: TYPE_OF_CHANNEL[vector.channel], value: vector.address }),
  }))
  if (all.length === 0) return new Map()
  const suppressed = await suppressedAmong(
    db,
    spaceId,
    all.map(({ identifier }) => identifier),
  )
  const tombstones = await tombstonesOf(db, spaceId, [...new Set(all.map(({ hash }) => hash))])
  return new Map(
    all.map(({ key, hash, identifier }) => {
      const rows = tombstones.get(hash) ?? []
      const whole = suppressed.has(identifier) ? 'suppressed' : rows.find((row) => row.group_id === '')?.state
      return [key, { state: whole, leftGroups: new Set(rows.map((row) => row.group_id)) }]
    }),
  )
}

/** What is kept of one address. */
export const keptOf = (kept: ReadonlyMap<string, Kept>, vector: Vector): Kept => kept.get(vectorKey(vector)) ?? NOTHING

export type Tombstone = Vector & { readonly groupId: string; readonly state: 'unsubscribed' | 'suppressed' }

/** Keeps what the owners of addresses said no to, by the addresses' hashes. */
export const keepTombstones = async (tx: Db, spaceId: string, all: readonly Tombstone[], now: Date): Promise<void> => {
  const rows = all
    .map((each) => ({ ...each, hash: addressHash(tx, spaceId, each) }))
    .toSorted((a, b) => (a.hash + a.groupId < b.hash + b.groupId ? -1 : 1))
  if (rows.length === 0) return
  await run(
    tx,
    query(
      'opt_out_tombstone.keep',
      sql`insert into opt_out_tombstone (space_id, hash, group_id, state, kept_at)
        select ${spaceId}, r.hash, r.group_id, min(r.state), ${now}::timestamptz
        from unnest(${rows.map((r) => r.hash)}::text[], ${rows.map((r) => r.groupId)}::text[], ${rows.map((r) => r.state)}::text[]) as r (hash, group_id, state)
        group by r.hash, r.group_id order by r.hash, r.group_id
        on conflict (space_id, hash, group_id) do update set state = excluded.state where excluded.state = 'suppressed'`,
    ),
  )
}

/** The owner herself subscribed again: what she had said before she was erased does not hold any more. What bounced or complained does. */
export const liftTombstones = async (tx: Db, spaceId: string, vectors: readonly Vector[]): Promise<void> => {
  const hashes = [...new Set(vectors.map((vector) => addressHash(tx, spaceId, vector)))]
  if (hashes.length === 0) return
  await run(
    tx,
    query(
      'opt_out_tombstone.lift',
      sql`delete from opt_out_tombstone where space_id = ${spaceId} and state = 'unsubscribed'
        and hash in (select r.hash from unnest(${hashes}::text[]) as r (hash))`,
    ),
  )
}
