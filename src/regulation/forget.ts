import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { addChanges } from '../profile/change.ts'
import type { Identifier } from '../profile/identifier.ts'
import { hideSuppressed, identifierHash, suppressIdentifiers } from '../profile/suppressed.ts'
import { normaliseAddress } from '../subscription/address.ts'
import { readStates, type Vector, vectorKey } from '../subscription/state.ts'
import { readSuppressions } from '../subscription/suppression.ts'
import { keepTombstones, type Tombstone, TYPE_OF_CHANNEL } from '../subscription/tombstone.ts'
import { identifiersIn, profilesOf, textOf } from './people.ts'
import { addAll, addCounts, type Removed } from './remove.ts'

/** Somebody was merged, or became known by another identifier, between finding and locking her: look again. */
export class Moved extends Error {}

export type Subject = Identifier & { readonly hash: string }
/** A subject and all profiles that ever were this person. */
export type Person = Subject & { readonly profileIds: readonly string[]; readonly identifiers: readonly Identifier[] }

type One = { readonly one: number }
type Locked = {
  readonly id: string
  readonly merged_into: string | null
  readonly identifiers: Readonly<Record<string, readonly string[]>>
}

const losersOf = async (tx: Db, spaceId: string, ids: readonly string[]) => {
  const rows = await run(
    tx,
    query(
      'erase.losers',
      sql<{ profile_id: string; loser_id: string }>`select m.profile_id, m.loser_id from profile_merge m
        where m.space_id = ${spaceId} and m.profile_id in (select r.id from unnest(${ids}::uuid[]) as r (id))`,
    ),
  )
  return Map.groupBy(rows, (row) => row.profile_id)
}

/** All profiles that these people are and were before they were merged. */
export const profilesEverOf = async (db: Db, spaceId: string, subjects: readonly Identifier[]): Promise<readonly string[]> => {
  const ids = [...new Set((await profilesOf(db, spaceId, subjects)).values())].toSorted()
  const losers = [...(await losersOf(db, spaceId, ids)).values()].flat().map((row) => row.loser_id)
  return [...new Set([...ids, ...losers])].toSorted()
}

const lock = (tx: Db, spaceId: string, ids: readonly string[]): Promise<readonly Locked[]> =>
  run(
    tx,
    query(
      'erase.lock',
      sql<Locked>`select p.id, p.merged_into, p.identifiers from unnest(${ids}::uuid[]) as r (id)
        cross join lateral (select id, merged_into, identifiers from profile where space_id = ${spaceId} and id = r.id limit 1 for update) as p`,
    ),
  )

/** Who the subjects are, locked in the order of their ids: no batch that comes in can attach anything to them. @throws Moved. */
const lockPeople = async (tx: Db, spaceId: string, subjects: readonly Subject[]): Promise<readonly Person[]> => {
  const owners = await profilesOf(tx, spaceId, subjects)
  const ids = [...new Set(owners.values())].toSorted()
  const locked = new Map((await lock(tx, spaceId, ids)).map((row) => [row.id, row]))
  if (ids.some((id) => !locked.has(id) || locked.get(id)?.merged_into !== null)) throw new Moved('merged meanwhile')
  const losers = await losersOf(tx, spaceId, ids)
  return subjects.map((subject) => {
    const id = owners.get(textOf(subject))
    if (id === undefined) return { ...subject, profileIds: [], identifiers: [] }
    const profileIds = [id, ...(losers.get(id) ?? []).map((row) => row.loser_id)]
    return { ...subject, profileIds, identifiers: identifiersIn(locked.get(id)?.identifiers ?? {}) }
  })
}

const vectorsOf = (identifiers: readonly Identifier[]): readonly Vector[] => {
  const channels = Object.entries(TYPE_OF_CHANNEL) as readonly (readonly [SubscriptionChannel, string])[]
  const all = identifiers.flatMap(({ type, value }) =>
    channels.flatMap(([channel, of]) => {
      const address = of === type ? normaliseAddress(channel, value) : undefined
      return address === undefined ? [] : [{ channel, address }]
    }),
  )
  return [...new Map(all.map((vector) => [vectorKey(vector), vector])).values()]
}

const groupsLeft = (tx: Db, spaceId: string, addresses: readonly string[]) =>
  run(
    tx,
    query(
      'erase.groups_left',
      sql<{ address: string; group_id: string }>`select g.address, g.group_id from unnest(${addresses}::text[]) as r (address)
        join group_subscription g on g.space_id = ${spaceId} and g.address = r.address and g.status = 'unsubscribed'`,
    ),
  )

const tombstonesOf = async (tx: Db, spaceId: string, vectors: readonly Vector[]): Promise<readonly Tombstone[]> => {
  const states = await readStates(tx, spaceId, vectors)
  const suppressed = await readSuppressions(tx, spaceId, vectors)
  const emails = [...new Set(vectors.filter(({ channel }) => channel === 'email').map(({ address }) => address))]
  const groups = await groupsLeft(tx, spaceId, emails)
  return [
    ...vectors.flatMap((vector): readonly Tombstone[] => {
      const key = vectorKey(vector)
      if (suppressed.has(key)) return [{ ...vector, groupId: '', state: 'suppressed' }]
      return states.get(key)?.status === 'unsubscribed' ? [{ ...vector, groupId: '', state: 'unsubscribed' }] : []
    }),
    ...groups.map(
      ({ address, group_id }): Tombstone => ({ channel: 'email', address, groupId: group_id, state: 'unsubscribed' }),
    ),
  ]
}

const OF_AN_ADDRESS = ['subscription', 'group_subscription', 'subscription_change', 'suppression'] as const

const forgetAddresses = async (
  tx: Db,
  spaceId: string,
  people: readonly Person[],
  removed: Removed,
  now: Date,
): Promise<void> => {
  const vectors = vectorsOf(people.flatMap((person) => [...person.identifiers, person]))
  if (vectors.length === 0) return
  const tombstones = await tombstonesOf(tx, spaceId, vectors)
  await keepTombstones(tx, spaceId, tombstones, now)
  addCounts(removed, 'opt_outs_kept', tombstones.length)
  const addresses = [...new Set(vectors.map(({ address }) => address))].toSorted()
  for (const table of OF_AN_ADDRESS) {
    const gone = await run(
      tx,
      query(
        `erase.${table}`,
        sql<One>`delete from ${sql.table(table)} where space_id = ${spaceId}
          and address in (select r.address from unnest(${addresses}::text[]) as r (address)) returning 1 as one`,
      ),
    )
    addCounts(removed, table, gone.length)
  }
}

const forgetIdentifiers = async (
  tx: Db,
  spaceId: string,
  identifiers: readonly Identifier[],
  removed: Removed,
): Promise<void> => {
  const gone = await run(
    tx,
    query(
      'erase.profile_identifier',
      sql<One>`delete from profile_identifier where space_id = ${spaceId} and collection = 'users' and (type, value) in (
        select r.type, r.value from unnest(${identifiers.map((i) => i.type)}::text[], ${identifiers.map((i) => i.value)}::text[]) as r (type, value))
        returning 1 as one`,
    ),
  )
  addCounts(removed, 'profile_identifier', gone.length)
  const refusals = await run(
    tx,
    query(
      'erase.identity_refusal_of_value',
      sql<One>`delete from identity_refusal where space_id = ${spaceId} and (type, value) in (
        select r.type, r.value from unnest(${identifiers.map((i) => i.type)}::text[], ${identifiers.map((i) => i.value)}::text[]) as r (type, value))
        returning 1 as one`,
    ),
  )
  addCounts(removed, 'identity_refusal', refusals.length)
}

const OF_A_QUERY = ['sql_trait_row', 'sql_trait_staged', 'sql_trait_change'] as const

const forgetQueried = async (tx: Db, spaceId: string, identifiers: readonly Identifier[], removed: Removed): Promise<void> => {
  const values = [...new Set(identifiers.map(({ value }) => value))].toSorted()
  for (const table of OF_A_QUERY) {
    const gone = await run(
      tx,
      query(
        `erase.${table}`,
        sql<One>`delete from ${sql.table(table)} where space_id = ${spaceId}
          and (owner in (select r.owner from unnest(${values}::text[]) as r (owner)) or member in (select r.owner from unnest(${values}::text[]) as r (owner))) returning 1 as one`,
      ),
    )
    addCounts(removed, table, gone.length)
  }
}

const forgetProfiles = async (tx: Db, spaceId: string, ids: readonly string[], removed: Removed, now: Date): Promise<void> => {
  const gone = await run(
    tx,
    query(
      'erase.profile',
      sql<One>`delete from profile where space_id = ${spaceId} and id in (select r.id from unnest(${ids}::uuid[]) as r (id)) returning 1 as one`,
    ),
  )
  addCounts(removed, 'profile', gone.length)
  // An evaluation that copied her before must look again, and find nobody.
  const change = (profileId: string) => ({
    profileId,
    id: idFrom(spaceId, 'erased', profileId),
    eventNames: [],
    traitKeys: ['*'],
  })
  await addChanges(tx, spaceId, ids.map(change), now)
}

const hold = async (tx: Db, spaceId: string, regulationId: string, people: readonly Person[], now: Date): Promise<void> => {
  const rows = people.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
  await run(
    tx,
    query(
      'regulation_subject.forgotten',
      sql`update regulation_subject s set status = 'FORGOTTEN', forgotten_at = ${now}::timestamptz, profile_ids = r.ids::uuid[],
          known = r.known::jsonb
        from unnest(${rows.map((r) => r.hash)}::text[], ${rows.map((r) => `{${r.profileIds.join(',')}}`)}::text[],
          ${rows.map((r) => JSON.stringify(r.identifiers))}::text[]) as r (hash, ids, known)
        where s.space_id = ${spaceId} and s.regulation_id = ${regulationId} and s.hash = r.hash`,
    ),
  )
}

const suppress = async (tx: Db, spaceId: string, people: readonly Person[], by: string, now: Date): Promise<void> => {
  const all = people.flatMap(({ hash, identifiers }) => identifiers.map((id) => ({ ...id, root: hash, keepValue: false })))
  await suppressIdentifiers(tx, spaceId, all, { by, now })
}

export type Forgetting = {
  readonly spaceId: string
  readonly regulationId: string
  readonly suppresses: boolean
  readonly by: string
  readonly now: Date
  /** What the people were known by when samples and files were searched for them, by `textOf`. */
  readonly searched: ReadonlySet<string>
  /** Turns what destinations were told of profiles into their removal there; answers what went, by table. */
  readonly leave: (tx: Db, profileIds: readonly string[]) => Promise<Readonly<Removed>>
}

/**
 * The moment in which people cease to be known, in one transaction: their profiles, identifiers, subscriptions and addresses go, what they said
 * no to stays as hashes, where they are still to be taken off is noted, and which profiles they were, until the rest is removed. @throws Moved.
 */
export const forgetPeople = (
  db: Db,
  { spaceId, regulationId, suppresses, by, now, searched, leave }: Forgetting,
  subjects: readonly Subject[],
): Promise<{ readonly people: readonly Person[]; readonly removed: Removed }> =>
  transact(db, async (tx) => {
    const removed: Removed = {}
    const people = await lockPeople(tx, spaceId, subjects)
    const identifiers = people.flatMap((person) => [...person.identifiers, { type: person.type, value: person.value }])
    if (identifiers.some((each) => !searched.has(textOf(each)))) throw new Moved('known by more meanwhile')
    await forgetAddresses(tx, spaceId, people, removed, now)
    if (suppresses) await suppress(tx, spaceId, people, by, now)
    await hideSuppressed(
      tx,
      spaceId,
      identifiers.map((id) => identifierHash(tx, spaceId, id)),
    )
    await forgetQueried(tx, spaceId, identifiers, removed)
    await forgetIdentifiers(tx, spaceId, identifiers, removed)
    const ids = [...new Set(people.flatMap((person) => person.profileIds))].toSorted()
    if (ids.length > 0) addAll(removed, await leave(tx, ids))
    await forgetProfiles(tx, spaceId, ids, removed, now)
    await hold(tx, spaceId, regulationId, people, now)
    return { people, removed }
  })
