import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { type Collection, type Identifier, identifierKey } from './identifier.ts'
import { type LockedRow, type Person, personFrom } from './person.ts'
import type { Rules } from './rules.ts'

/** Two transactions wrote the same identity at the same moment: the one that came second looks again. */
export class Collision extends Error {}

export type Wanted = Identifier & { readonly collection: Collection }

/** Whose identifiers are, by `identifierKey`; one that is nobody's is not there. */
export type Owners = ReadonlyMap<string, string>

/**
 * The profiles that these identifiers name, as they are now.
 *
 * `limit 1` under `lateral` keeps to the index, one look a row. As a join, the planner hashes the whole table while it is young: 200 of
 * 20,000 took 10 ms so and 0.8 ms like this; of the lock below 5.5 ms and 0.8 ms.
 */
export const ownersOf = async (db: Db, spaceId: string, wanted: readonly Wanted[]): Promise<Owners> => {
  if (wanted.length === 0) return new Map()
  const rows = await run(
    db,
    query(
      'profile_identifier.owners',
      sql<{ place: number; profile_id: string }>`select r.place, i.profile_id
        from unnest(${wanted.map((w) => w.collection)}::text[], ${wanted.map((w) => w.type)}::text[], ${wanted.map((w) => w.value)}::text[])
          with ordinality as r (collection, type, value, place)
        cross join lateral (
          select profile_id from profile_identifier
          where space_id = ${spaceId} and collection = r.collection and type = r.type and value = r.value limit 1) as i`,
    ),
  )
  return new Map(
    rows.flatMap(({ place, profile_id }) => {
      const one = wanted[place - 1]
      return one ? [[identifierKey(one.collection, one), profile_id] as const] : []
    }),
  )
}

/**
 * The profiles that these identifiers name, locked until the transaction ends, in the order of their ids. `known` are owners that were asked for a
 * moment ago: what changed since is found here or when identifiers are written, as a collision, after which they are asked for anew.
 * @throws Collision when one of them was merged away between finding and locking it.
 */
export const loadPeople = async (
  tx: Db,
  spaceId: string,
  wanted: readonly Wanted[],
  known?: Owners,
): Promise<readonly Person[]> => {
  const owners = known ?? (await ownersOf(tx, spaceId, wanted))
  const found = wanted.flatMap((one) => owners.get(identifierKey(one.collection, one)) ?? [])
  const ids = [...new Set(found)].toSorted()
  if (ids.length === 0) return []
  const rows = await run(
    tx,
    query(
      'profile.lock',
      sql<LockedRow>`select p.id, p.collection, p.traits::text as traits, p.trait_times::text as trait_times, p.identifiers, p.merged_into,
          p.merge_count, p.created_at, p.updated_at, p.last_seen_at
        from unnest(${ids}::uuid[]) as r (id)
        cross join lateral (select * from profile where space_id = ${spaceId} and id = r.id limit 1 for no key update) as p`,
    ),
  )
  if (rows.some((row) => row.merged_into !== null)) throw new Collision('merged meanwhile')
  return rows.map(personFrom)
}

type Stored = { readonly collection: Collection; readonly type: string; readonly value: string; readonly created_at: Date }

/** When each identifier of these people was first seen, newest first. */
export const identifierTimes = async (tx: Db, spaceId: string, people: readonly Person[]): Promise<readonly Stored[]> => {
  const all = people.flatMap((person) =>
    [...person.identifiers].flatMap(([type, values]) => values.map((value) => ({ collection: person.collection, type, value }))),
  )
  if (all.length === 0) return []
  return run(
    tx,
    query(
      'profile_identifier.times',
      sql<Stored>`select i.collection, i.type, i.value, i.created_at
        from unnest(${all.map((w) => w.collection)}::text[], ${all.map((w) => w.type)}::text[], ${all.map((w) => w.value)}::text[])
          as r (collection, type, value)
        join profile_identifier i on i.space_id = ${spaceId} and i.collection = r.collection and i.type = r.type and i.value = r.value
        order by i.created_at desc, i.type, i.value`,
    ),
  )
}

/** Keys of identifiers that are older than the period which their type's limit counts. Asks only where a rule has a period. */
export const agedIdentifiers = async (
  tx: Db,
  spaceId: string,
  people: readonly Person[],
  rules: Rules,
): Promise<ReadonlySet<string>> => {
  const types = new Set(people.flatMap((person) => [...person.identifiers.keys()]))
  if (![...types].some((type) => rules.of(type).since !== undefined)) return new Set()
  const times = await identifierTimes(tx, spaceId, people)
  return new Set(
    times
      .filter((row) => row.created_at <= (rules.of(row.type).since ?? new Date(-8.64e15)))
      .map((row) => identifierKey(row.collection, row)),
  )
}
