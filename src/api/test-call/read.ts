import { sql } from 'kysely'
import { personColumns } from '../../audience/person.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { IdentityRefusalRow, ProfileIdentifierRow } from '../../db/rows/profile.ts'
import type { Collection, Identifier } from '../../profile/identifier.ts'

/* What was written about a few profiles since an instant: each asked by the profile, for which every table has an index. */

/** Whom it is about, which call, and since when to look. */
export type Asked = {
  readonly spaceId: string
  readonly profileIds: readonly string[]
  readonly messageId: string
  readonly since: Date
}

export type ProfileSeen = {
  readonly profileId: string
  readonly collection: Collection
  readonly name: string | null
  readonly email: string | null
  readonly traits: JsonObject
  readonly times: Readonly<Record<string, number>>
  readonly createdAt: Date
  readonly mergedInto: string | null
}

export const profilesSeen = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly ProfileSeen[]> =>
  run(
    db,
    query(
      'test_call.profiles',
      sql<ProfileSeen>`select ${personColumns}, p.collection, p.traits, p.trait_times as times, p.created_at as "createdAt", p.merged_into as "mergedInto"
        from profile p where p.space_id = ${spaceId} and p.id = any(${ids}::uuid[])`,
    ),
  )

type Owned = Pick<ProfileIdentifierRow, 'collection' | 'type' | 'value' | 'profile_id' | 'message_id'>

/** Who has these identifiers, and which call brought each. */
export const ownersSeen = (
  db: Db,
  spaceId: string,
  wanted: readonly (Identifier & { readonly collection: Collection })[],
): Promise<readonly Owned[]> =>
  run(
    db,
    query(
      'test_call.owners',
      sql<Owned>`select i.collection, i.type, i.value, i.profile_id, i.message_id
        from unnest(${wanted.map((w) => w.collection)}::text[], ${wanted.map((w) => w.type)}::text[], ${wanted.map((w) => w.value)}::text[])
          as r (collection, type, value)
        join profile_identifier i on i.collection = r.collection and i.type = r.type and i.value = r.value where i.space_id = ${spaceId}`,
    ),
  )

export const mergesSeen = (
  db: Db,
  { spaceId, profileIds, messageId }: Asked,
): Promise<readonly { readonly loser_id: string }[]> =>
  run(
    db,
    query(
      'test_call.merges',
      sql<{ loser_id: string }>`select loser_id from profile_merge
        where space_id = ${spaceId} and profile_id = any(${profileIds}::uuid[]) and message_id = ${messageId} order by loser_id`,
    ),
  )

type Refused = Pick<IdentityRefusalRow, 'code' | 'type' | 'value' | 'reason'>

export const refusalsSeen = (db: Db, { spaceId, profileIds, since }: Asked): Promise<readonly Refused[]> =>
  run(
    db,
    query(
      'test_call.refusals',
      sql<Refused>`select code, type, value, reason from identity_refusal
        where space_id = ${spaceId} and profile_id = any(${profileIds}::uuid[]) and last_at >= ${since}::timestamptz order by type, value`,
    ),
  )

export const linksSeen = (db: Db, { spaceId, profileIds, since }: Asked): Promise<readonly { readonly account_id: string }[]> =>
  run(
    db,
    query(
      'test_call.links',
      sql<{ account_id: string }>`select account_id from profile_link
        where space_id = ${spaceId} and profile_id = any(${profileIds}::uuid[]) and created_at >= ${since}::timestamptz order by account_id`,
    ),
  )

type Moved = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly collection: Collection
  readonly change: 'entered' | 'exited'
}

export const audiencesSeen = (db: Db, { spaceId, profileIds, since }: Asked): Promise<readonly Moved[]> =>
  run(
    db,
    query(
      'test_call.audiences',
      sql<Moved>`select a.id, a.key, a.name, a.collection, c.change from membership_change c join audience a on a.id = c.audience_id
        where c.space_id = ${spaceId} and a.space_id = ${spaceId} and c.profile_id = any(${profileIds}::uuid[]) and c.changed_at >= ${since}::timestamptz
        order by c.changed_at, a.name, a.id`,
    ),
  )

export type ValueSeen = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly profileId: string
  readonly value: Json
  readonly changedAt: Date
}

export const valuesSeen = (db: Db, spaceId: string, profileIds: readonly string[]): Promise<readonly ValueSeen[]> =>
  run(
    db,
    query(
      'test_call.values',
      sql<ValueSeen>`select t.id, t.key, t.name, v.profile_id as "profileId", v.value, v.changed_at as "changedAt"
        from computed_value v join computed_trait t on t.id = v.computed_trait_id
        where v.space_id = ${spaceId} and t.space_id = ${spaceId} and v.profile_id = any(${profileIds}::uuid[]) order by t.name, t.id`,
    ),
  )

type SubscriptionSeen = {
  readonly channel: string
  readonly address: string
  readonly group: string | null
  readonly before: string | null
  readonly after: string
}

export const subscriptionsSeen = (
  db: Db,
  spaceId: string,
  addresses: readonly string[],
  since: Date,
): Promise<readonly SubscriptionSeen[]> =>
  run(
    db,
    query(
      'test_call.subscriptions',
      sql<SubscriptionSeen>`select c.channel, c.address, c.group_id as "group", c.previous as before, c.status as after from subscription_change c
        where c.space_id = ${spaceId} and c.address = any(${addresses}::text[]) and c.changed_at >= ${since}::timestamptz
        order by c.address, c.channel, c.group_id nulls first`,
    ),
  )
