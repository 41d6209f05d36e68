import { sql } from 'kysely'
import type { Json, JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Catalog } from './catalog.ts'
import { exactOfNumber } from './evaluator/exact.ts'
import type { Call, Happened, Person, World } from './evaluator/person.ts'
import type { Scope } from './scope.ts'

/* What the evaluator needs to know of one profile, read from the tables as they stand. */

/** How much is read of one profile at most. What has more is not all shown, and its answers are the compiled query's alone. */
const MOST = { events: 5_000, linked: 100 } as const

export type Known = { readonly person: Person; readonly world: World; readonly complete: boolean }

type Profile = {
  readonly id: string
  readonly collection: Person['collection']
  readonly merged: boolean
  readonly identifiers: Person['identifiers']
  readonly traits: JsonObject
}

const linkedIds = (db: Db, spaceId: string, profileId: string): Promise<readonly { id: string }[]> =>
  run(
    db,
    query(
      'explain.linked',
      sql<{ id: string }>`select case when l.profile_id = ${profileId}::uuid then l.account_id else l.profile_id end as id
        from profile_link l where l.space_id = ${spaceId} and (l.profile_id = ${profileId}::uuid or l.account_id = ${profileId}::uuid)
        order by 1 limit ${MOST.linked + 1}::integer`,
    ),
  )

const profilesOf = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly Profile[]> =>
  run(
    db,
    query(
      'explain.profiles',
      sql<Profile>`select id, collection, merged_into is not null as merged, identifiers, traits from profile
        where space_id = ${spaceId} and id = any (${ids}::uuid[])`,
    ),
  )

type Link = { readonly profileId: string; readonly accountId: string }

const accountsOf = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly Link[]> =>
  run(
    db,
    query(
      'explain.accounts_of_linked',
      sql<Link>`select l.profile_id as "profileId", l.account_id as "accountId" from profile_link l
        where l.space_id = ${spaceId} and l.profile_id = any (${ids}::uuid[]) order by 1, 2`,
    ),
  )

/** Which events are read: of these names, the newest and not more than so many. */
type Wanted = { readonly names: readonly string[]; readonly most: number }

type Event = Omit<Happened, 'type'> & { readonly profileId: string; readonly type: Call }

const eventsOf = (
  db: Db,
  spaceId: string,
  ids: readonly string[],
  { names, most }: Wanted,
  asOf: Date | undefined,
): Promise<readonly Event[]> =>
  run(
    db,
    query(
      'explain.events',
      sql<Event>`select profile_id as "profileId", message_id as "messageId", type, name, timestamp, properties, context,
          source_id as "sourceId"
        from event where space_id = ${spaceId} and profile_id = any (${ids}::uuid[]) and name = any (${names}::text[])
          and (${asOf ?? null}::timestamptz is null or timestamp <= ${asOf ?? null}::timestamptz)
        order by timestamp desc, message_id limit ${most + 1}::integer`,
    ),
  )

type Stood = { readonly profileId: string; readonly id: string }

const membersOf = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly Stood[]> =>
  run(
    db,
    query(
      'explain.memberships',
      sql<Stood>`select profile_id as "profileId", audience_id as id from membership
        where space_id = ${spaceId} and profile_id = any (${ids}::uuid[])`,
    ),
  )

const everMembersOf = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly Stood[]> =>
  run(
    db,
    query(
      'explain.membership_changes',
      sql<Stood>`select distinct profile_id as "profileId", audience_id as id from membership_change
        where space_id = ${spaceId} and profile_id = any (${ids}::uuid[])`,
    ),
  )

type Computed = Stood & { readonly value: Json; readonly digits: string | null }

const valuesOf = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly Computed[]> =>
  run(
    db,
    query(
      'explain.computed_values',
      sql<Computed>`select profile_id as "profileId", computed_trait_id as id, value,
          case jsonb_typeof(value) when 'number' then value #>> '{}' end as digits from computed_value
        where space_id = ${spaceId} and profile_id = any (${ids}::uuid[])`,
    ),
  )

const keysOf = (ids: ReadonlyMap<string, string>): ReadonlyMap<string, string> => new Map([...ids].map(([key, id]) => [id, key]))

type Asked = Pick<Scope, 'spaceId' | 'collection' | 'account' | 'filterByExternalIds' | 'since' | 'asOf'> & {
  readonly catalog: Catalog
}

const worldOf = ({ catalog, collection = 'users', account, filterByExternalIds, since }: Asked): World => ({
  collection,
  honoursGroups: account !== undefined,
  accountAudiences: [...catalog.audiences].flatMap(([key, id]) => (catalog.accounts?.has(id) ? key : [])),
  audiences: [...catalog.audiences.keys()],
  computedTraits: [...catalog.computedTraits.keys()],
  externalIds: filterByExternalIds ?? [],
  ...(since === undefined ? {} : { since }),
})

type Rows = {
  readonly events: readonly Event[]
  readonly members: readonly Stood[]
  readonly ever: readonly Stood[]
  readonly values: readonly Computed[]
}

const personOf = (profile: Profile, rows: Rows, { catalog }: Asked): Person => {
  const [audiences, traits] = [keysOf(catalog.audiences), keysOf(catalog.computedTraits)]
  const own = <Row extends { readonly profileId: string }>(all: readonly Row[]): readonly Row[] =>
    all.filter((row) => row.profileId === profile.id)
  const named = <Row extends Stood, Of>(all: readonly Row[], keys: ReadonlyMap<string, string>, value: (row: Row) => Of) =>
    own(all).flatMap((row): (readonly [string, Of])[] => {
      const key = keys.get(row.id)
      return key === undefined ? [] : [[key, value(row)]]
    })
  return {
    ...profile,
    events: own(rows.events),
    memberships: Object.fromEntries([
      ...named(rows.ever, audiences, () => 'exited' as const),
      ...named(rows.members, audiences, () => 'member' as const),
    ]),
    computed: Object.fromEntries(named(rows.values, traits, (row) => row.value)),
    exact: Object.fromEntries(named(rows.values, traits, ({ digits }) => (digits === null ? undefined : exactOfNumber(digits)))),
  }
}

const NOBODY = { collection: 'accounts', merged: false, identifiers: {}, traits: {}, events: [], computed: {} } as const

/** Users of an account with all their accounts, of which nothing is known but the audiences that they are or were in. */
const withAccounts = async (db: Db, asked: Asked, users: readonly Person[]): Promise<readonly Person[]> => {
  const links = await accountsOf(
    db,
    asked.spaceId,
    users.map((each) => each.id),
  )
  const ids = [...new Set(links.map((link) => link.accountId))].slice(0, MOST.linked)
  const [members, ever] = await Promise.all([membersOf(db, asked.spaceId, ids), everMembersOf(db, asked.spaceId, ids)])
  const accounts = ids.map((id) => personOf({ ...NOBODY, id }, { events: [], values: [], members, ever }, asked))
  return users.map((user) => {
    const own = links.flatMap((link) => (link.profileId === user.id ? [link.accountId] : []))
    return { ...user, linked: accounts.filter((each) => own.includes(each.id)) }
  })
}

/** A profile with what a condition over these events asks of it, and with those it is linked to. Undefined where there is none. */
export const known = async (db: Db, asked: Asked, wanted: Wanted, profileId: string): Promise<Known | undefined> => {
  const { spaceId } = asked
  const most = Math.min(wanted.most, MOST.events)
  const linked = await linkedIds(db, spaceId, profileId)
  const ids = [profileId, ...linked.slice(0, MOST.linked - 1).map((row) => row.id)]
  const [profiles, events, members, ever, values] = await Promise.all([
    profilesOf(db, spaceId, ids),
    eventsOf(db, spaceId, ids, { ...wanted, most }, asked.asOf),
    membersOf(db, spaceId, ids),
    everMembersOf(db, spaceId, ids),
    valuesOf(db, spaceId, ids),
  ])
  const rows = { events: events.slice(0, most), members, ever, values }
  const people = profiles.map((profile) => personOf(profile, rows, asked))
  const person = people.find((each) => each.id === profileId)
  if (!person) return undefined
  const others = people.filter((each) => each !== person && each.collection !== person.collection && !each.merged)
  return {
    person: { ...person, linked: person.collection === 'accounts' ? await withAccounts(db, asked, others) : others },
    world: worldOf(asked),
    complete: events.length <= most && ids.length > linked.length,
  }
}
