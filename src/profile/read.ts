import { sql } from 'kysely'
import type { Json } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { preparedQuery, query, run, runOne } from '../db/query.ts'
import type { ProfileIdentifierRow, ProfileRow } from '../db/rows/profile.ts'
import type { Collection, Identifier } from './identifier.ts'

/** How a profile is named from outside: its own id, or one of its identifiers as `type:value`. */
export type ProfileReference = { readonly id: string } | Identifier

const byId = (db: Db, spaceId: string, id: string): Promise<ProfileRow | undefined> =>
  runOne(
    db,
    preparedQuery('profile.by_id', sql<ProfileRow>`select * from profile where space_id = ${spaceId} and id = ${id}::uuid`),
  )

const ownerOf = async (
  db: Db,
  spaceId: string,
  collection: Collection,
  { type, value }: Identifier,
): Promise<string | undefined> => {
  const row = await runOne(
    db,
    preparedQuery(
      'profile_identifier.owner',
      sql<{ profile_id: string }>`select profile_id from profile_identifier
        where space_id = ${spaceId} and collection = ${collection} and type = ${type} and value = ${value}`,
    ),
  )
  return row?.profile_id
}

type Read<Row> = (db: Db, spaceId: string, id: string) => Promise<Row | undefined>

const finder =
  <Row extends Pick<ProfileRow, 'collection' | 'merged_into'>>(read: Read<Row>) =>
  async (db: Db, spaceId: string, reference: ProfileReference, collection: Collection = 'users'): Promise<Row | undefined> => {
    const id = 'id' in reference ? reference.id : await ownerOf(db, spaceId, collection, reference)
    let profile = id === undefined ? undefined : await read(db, spaceId, id)
    while (profile?.merged_into) profile = await read(db, spaceId, profile.merged_into)
    return profile?.collection === collection ? profile : undefined
  }

/** The profile that a reference names today: ids of merged profiles lead to the one that survived (spec/audiences §5.4). */
export const findProfile = finder(byId)

export type ListedProfile = Pick<ProfileRow, 'id' | 'traits' | 'identifiers' | 'created_at' | 'last_seen_at'>

/** People of a space, or its accounts, the youngest first (ids are ordered by time), from before `before`. */
export const listProfiles = (
  db: Db,
  spaceId: string,
  count: number,
  before: string | undefined,
  collection: Collection = 'users',
): Promise<readonly ListedProfile[]> =>
  run(
    db,
    query(
      'profile.list',
      sql<ListedProfile>`select id, traits, identifiers, created_at, last_seen_at from profile
        where space_id = ${spaceId} and collection = ${collection} and merged_into is null and id < ${before ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'}::uuid
        order by id desc limit ${count}`,
    ),
  )

/** People, or accounts, with an identifier that begins with `text`, as it is or in lower case. */
export const searchProfiles = async (
  db: Db,
  spaceId: string,
  text: string,
  count: number,
  collection: Collection = 'users',
): Promise<readonly ListedProfile[]> => {
  const prefix = (value: string): string => `${value.replaceAll(/[\\%_]/g, '\\$&')}%`
  const found = await run(
    db,
    query(
      'profile_identifier.search',
      sql<{ profile_id: string }>`select profile_id from profile_identifier
        where space_id = ${spaceId} and collection = ${collection} and (value like ${prefix(text)} or value like ${prefix(text.toLowerCase())})
        order by value limit ${count}`,
    ),
  )
  const ids = [...new Set(found.map((row) => row.profile_id))]
  return run(
    db,
    query(
      'profile.by_ids',
      sql<ListedProfile>`select p.id, p.traits, p.identifiers, p.created_at, p.last_seen_at from unnest(${ids}::uuid[]) as r (id)
        cross join lateral (select * from profile where space_id = ${spaceId} and id = r.id limit 1) as p`,
    ),
  )
}

/** A profile's identifiers with where each came from, newest first. */
export const identifiersOfProfile = (
  db: Db,
  spaceId: string,
  profile: Pick<ProfileRow, 'collection' | 'identifiers'>,
): Promise<readonly ProfileIdentifierRow[]> => {
  const all = Object.entries(profile.identifiers).flatMap(([type, values]) => values.map((value) => ({ type, value })))
  return run(
    db,
    query(
      'profile_identifier.of_profile',
      sql<ProfileIdentifierRow>`select i.* from unnest(${all.map((w) => w.type)}::text[], ${all.map((w) => w.value)}::text[]) as r (type, value)
        cross join lateral (
          select * from profile_identifier
          where space_id = ${spaceId} and collection = ${profile.collection} and type = r.type and value = r.value limit 1) as i
        order by i.created_at desc, i.type, i.value`,
    ),
  )
}

export type MemberOf = { readonly id: string; readonly key: string; readonly name: string; readonly entered_at: Date }

/** The audiences that a profile is in now. */
export const membershipsOf = (db: Db, spaceId: string, profileId: string): Promise<readonly MemberOf[]> =>
  run(
    db,
    query(
      'profile.memberships',
      sql<MemberOf>`select a.id, a.key, a.name, m.entered_at from membership m
        join audience a on a.space_id = ${spaceId} and a.id = m.audience_id
        where m.space_id = ${spaceId} and m.profile_id = ${profileId}::uuid and a.deleted_at is null order by a.key`,
    ),
  )

export type ComputedTrait = { readonly key: string; readonly value: Json; readonly changed_at: Date }

/** The computed traits of a profile. */
export const computedTraitsOf = (db: Db, spaceId: string, profileId: string): Promise<readonly ComputedTrait[]> =>
  run(
    db,
    query(
      'profile.computed_traits',
      sql<ComputedTrait>`select t.key, v.value, v.changed_at from computed_value v
        join computed_trait t on t.space_id = ${spaceId} and t.id = v.computed_trait_id
        where v.space_id = ${spaceId} and v.profile_id = ${profileId}::uuid and t.deleted_at is null order by t.key`,
    ),
  )

/** A profile with its computed traits and the audiences that it is in: `at` is in milliseconds since 1970. */
export type KnownProfile = ProfileRow & {
  readonly computed: readonly { readonly key: string; readonly value: Json; readonly at: number }[]
  readonly memberships: readonly { readonly key: string; readonly at: number }[]
}

const milliseconds = (instant: 'v.changed_at' | 'm.entered_at') =>
  sql`floor(extract(epoch from ${sql.ref(instant)}) * 1000)::bigint`

// One statement where three would do: most of what an answer of the Profile API takes is the way to the database and back.
const knownById: Read<KnownProfile> = (db, spaceId, id) =>
  runOne(
    db,
    preparedQuery(
      'profile.known_by_id',
      sql<KnownProfile>`select p.*,
          (select coalesce(json_agg(json_build_object('key', t.key, 'value', v.value, 'at', ${milliseconds('v.changed_at')})), '[]') from computed_value v
            join computed_trait t on t.space_id = ${spaceId} and t.id = v.computed_trait_id
            where v.space_id = ${spaceId} and v.profile_id = p.id and t.deleted_at is null) as computed,
          (select coalesce(json_agg(json_build_object('key', a.key, 'at', ${milliseconds('m.entered_at')})), '[]') from membership m
            join audience a on a.space_id = ${spaceId} and a.id = m.audience_id
            where m.space_id = ${spaceId} and m.profile_id = p.id and a.deleted_at is null) as memberships
        from profile p where p.space_id = ${spaceId} and p.id = ${id}::uuid`,
    ),
  )

/** As `findProfile`, with what is computed of it. */
export const findKnownProfile = finder(knownById)

/** Somebody's account or an account's person, and since when. */
export type LinkedProfile = ProfileRow & { readonly linked_at: Date }
/** Behind which link a page begins; that link may be gone. */
export type LinkPlace = Pick<LinkedProfile, 'linked_at' | 'id'>

const behind = (other: 'l.account_id' | 'l.profile_id', after: LinkPlace | undefined) =>
  sql`(${after === undefined}::boolean or l.created_at < ${after?.linked_at}::timestamptz
    or l.created_at = ${after?.linked_at}::timestamptz and ${sql.ref(other)} > ${after?.id}::uuid)`

const accountLinks = (db: Db, spaceId: string, profileId: string, count: number, after: LinkPlace | undefined) =>
  run(
    db,
    query(
      'profile_link.accounts',
      sql<LinkPlace>`select l.account_id as id, l.created_at as linked_at from profile_link l
        where l.space_id = ${spaceId} and l.profile_id = ${profileId}::uuid and ${behind('l.account_id', after)}
        order by l.created_at desc, l.account_id limit ${count}`,
    ),
  )

/** The accounts of a person, newest link first. An account lies elsewhere than its people, so it is asked for by its id (distribution R3). */
const accountsOf = async (
  db: Db,
  spaceId: string,
  profileId: string,
  count: number,
  after: LinkPlace | undefined,
): Promise<readonly LinkedProfile[]> => {
  const links = await accountLinks(db, spaceId, profileId, count, after)
  if (links.length === 0) return []
  const ids = links.map(({ id }) => id)
  const rows = await run(
    db,
    query(
      'profile.accounts',
      sql<ProfileRow>`select p.* from profile p where p.space_id = ${spaceId} and p.id in (select unnest(${ids}::uuid[]))`,
    ),
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  return links.flatMap(({ id, linked_at }) => {
    const row = found.get(id)
    return row ? [{ ...row, linked_at }] : []
  })
}

/** The accounts of a person, or the people of an account, newest link first, behind the place `after`. */
export const linkedProfiles = (
  db: Db,
  spaceId: string,
  profile: ProfileRow,
  count: number,
  after?: LinkPlace,
): Promise<readonly LinkedProfile[]> =>
  profile.collection === 'users'
    ? accountsOf(db, spaceId, profile.id, count, after)
    : run(
        db,
        query(
          'profile_link.people',
          sql<LinkedProfile>`select p.*, l.created_at as linked_at from profile_link l
            join profile p on p.space_id = ${spaceId} and p.id = l.profile_id
            where l.space_id = ${spaceId} and l.account_id = ${profile.id}::uuid and ${behind('l.profile_id', after)}
            order by l.created_at desc, l.profile_id limit ${count}`,
        ),
      )

export type PeopleOf = { readonly id: string; readonly people: number }

/** How many people each of these accounts has. */
export const peopleOfAccounts = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly PeopleOf[]> =>
  run(
    db,
    query(
      'profile_link.count_people',
      sql<PeopleOf>`select l.account_id as id, count(*) as people from profile_link l
        where l.space_id = ${spaceId} and l.account_id = any (${ids}::uuid[]) group by l.account_id order by 1`,
    ),
  )
