import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Cause } from './graph.ts'
import type { Collection, Identifier } from './identifier.ts'
import { living, type Person } from './person.ts'

/** Why an identifier was not taken (spec/audiences §26, in its order). */
export type RefusalCode =
  | 'id_value_limit_exceeded'
  | 'id_time_limit_exceeded'
  | 'id_value_blocked'
  | 'profile_merge_limit_exceeded'
  | 'id_mapping_limit_exceeded'

/** An identifier that did not come to whom its call is about; `other` is the profile that it belongs to and that was not merged. */
export type Refusal = {
  readonly code: RefusalCode
  readonly collection: Collection
  readonly identifier: Identifier
  readonly person: Person
  readonly other: Person | undefined
  readonly reason: string
  readonly cause: Cause
}

const keyOf = ({ person, code, identifier }: Refusal): string =>
  [living(person).id, code, identifier.type, identifier.value].join('\u0000')

/** Keeps why identifiers were not taken, by the profile that goes without them. */
export const addRefusals = async (tx: Db, spaceId: string, refusals: readonly Refusal[]): Promise<void> => {
  if (refusals.length === 0) return
  const byKey = new Map(refusals.map((refusal) => [keyOf(refusal), refusal]))
  const rows = [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, refusal]) => refusal)
  await run(
    tx,
    query(
      'identity_refusal.add',
      sql`insert into identity_refusal (space_id, profile_id, code, collection, type, value, other_id, reason, source_id, message_id, first_at, last_at)
        select ${spaceId}, r.profile_id, r.code, r.collection, r.type, r.value, r.other_id, r.reason, r.source_id, r.message_id, r.at, r.at
        from unnest(${rows.map((r) => living(r.person).id)}::uuid[], ${rows.map((r) => r.code)}::text[],
          ${rows.map((r) => r.collection)}::text[], ${rows.map((r) => r.identifier.type)}::text[],
          ${rows.map((r) => r.identifier.value)}::text[], ${rows.map((r) => (r.other ? living(r.other).id : null))}::uuid[],
          ${rows.map((r) => r.reason)}::text[], ${rows.map((r) => r.cause.sourceId)}::text[],
          ${rows.map((r) => r.cause.messageId)}::text[], ${rows.map((r) => r.cause.receivedAt.toISOString())}::timestamptz[])
          as r (profile_id, code, collection, type, value, other_id, reason, source_id, message_id, at)
        on conflict (space_id, profile_id, code, type, value) do update set
          other_id = excluded.other_id, reason = excluded.reason, last_at = greatest(identity_refusal.last_at, excluded.last_at)`,
    ),
  )
}
