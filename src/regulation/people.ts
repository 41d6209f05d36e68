import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Identifier } from '../profile/identifier.ts'

type Row = { readonly type: string; readonly value: string; readonly profile_id: string }

const ownersOf = (db: Db, spaceId: string, subjects: readonly Identifier[]): Promise<readonly Row[]> =>
  run(
    db,
    query(
      'regulation.owners',
      sql<Row>`select r.type, r.value, i.profile_id from unnest(${subjects.map((s) => s.type)}::text[], ${subjects.map((s) => s.value)}::text[]) as r (type, value)
        cross join lateral (select profile_id from profile_identifier
          where space_id = ${spaceId} and collection = 'users' and type = r.type and value = r.value limit 1) as i`,
    ),
  )

const identifiersOf = (db: Db, spaceId: string, ids: readonly string[]) =>
  run(
    db,
    query(
      'regulation.identifiers',
      sql<{
        id: string
        identifiers: Readonly<Record<string, readonly string[]>>
      }>`select p.id, p.identifiers from unnest(${ids}::uuid[]) as r (id)
        cross join lateral (select id, identifiers from profile where space_id = ${spaceId} and id = r.id limit 1) as p`,
    ),
  )

/** An identifier in one text: the key of a map. */
export const textOf = ({ type, value }: Identifier): string => `${type}:${value}`
export const identifiersIn = (identifiers: Readonly<Record<string, readonly string[]>>): readonly Identifier[] =>
  Object.entries(identifiers).flatMap(([type, values]) => values.map((value) => ({ type, value })))

/** Whom each of these identifiers names: the profile's id, by `textOf`. Who is nobody is left out. */
export const profilesOf = async (
  db: Db,
  spaceId: string,
  subjects: readonly Identifier[],
): Promise<ReadonlyMap<string, string>> =>
  new Map((await ownersOf(db, spaceId, subjects)).map((row) => [textOf(row), row.profile_id]))

/** All identifiers by which the person behind each of these is known, by `textOf`. */
export const knownAs = async (
  db: Db,
  spaceId: string,
  subjects: readonly Identifier[],
): Promise<ReadonlyMap<string, readonly Identifier[]>> => {
  const owners = await profilesOf(db, spaceId, subjects)
  const rows = await identifiersOf(db, spaceId, [...new Set(owners.values())].toSorted())
  const byId = new Map(rows.map((row) => [row.id, identifiersIn(row.identifiers)]))
  return new Map([...owners].map(([text, id]) => [text, byId.get(id) ?? []]))
}
