import { sql } from 'kysely'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/database.ts'
import { keyedHash } from '../db/hash-key.ts'
import { query, run, runOne } from '../db/query.ts'
import type { SuppressedIdentifierRow } from '../db/rows/regulation.ts'
import type { Identifier } from './identifier.ts'

/** A hash that was made without a key, as hashes are stored. */
export const keyed = (db: Db, plain: string): string => keyedHash(db, plain)

/** An identifier by which nobody who reads the database alone can tell her: what is left of it when she is erased. */
export const identifierHash = (db: Db, spaceId: string, { type, value }: Identifier): string =>
  keyed(db, sha256([spaceId, type, value].join('\u0000')))

/** Which of these identifiers are suppressed, as hashes. */
export const suppressedAmong = async (db: Db, spaceId: string, hashes: Iterable<string>): Promise<ReadonlySet<string>> => {
  const distinct = [...new Set(hashes)].toSorted()
  if (distinct.length === 0) return new Set()
  const rows = await run(
    db,
    query(
      'suppressed_identifier.among',
      sql<{ hash: string }>`select s.hash from unnest(${distinct}::text[]) as r (hash)
        cross join lateral (select hash from suppressed_identifier where space_id = ${spaceId} and hash = r.hash limit 1) as s`,
    ),
  )
  return new Set(rows.map(({ hash }) => hash))
}

// A device is shared: what says who is there says it, and the device only where nothing else does.
const OF_A_DEVICE = /^(anonymous_id|ga_client_id|(android|ios)\..*)$/

/** Of identifiers that are named together, those that say whom it is about. */
export const tellingOf = (named: readonly Identifier[]): readonly Identifier[] =>
  named.some(({ type }) => type === 'user_id') ? named.filter(({ type }) => !OF_A_DEVICE.test(type)) : named

const anySuppressed = async (db: Db, spaceId: string): Promise<boolean> =>
  (await runOne(
    db,
    query('suppressed_identifier.any', sql<object>`select from suppressed_identifier where space_id = ${spaceId} limit 1`),
  )) !== undefined

type Known = { readonly id: string; readonly identifiers: Readonly<Record<string, readonly string[]>> }

const knownAs = (db: Db, spaceId: string, profileIds: readonly string[]): Promise<readonly Known[]> =>
  run(
    db,
    query(
      'profile.known_as',
      sql<Known>`select p.id, p.identifiers from unnest(${profileIds}::uuid[]) as c (id)
        join profile p on p.id = c.id where p.space_id = ${spaceId}`,
    ),
  )

/** Which of these people are suppressed. Where nobody of the space is, one look-up. */
export const suppressedPeople = async (db: Db, spaceId: string, profileIds: readonly string[]): Promise<ReadonlySet<string>> => {
  if (profileIds.length === 0 || !(await anySuppressed(db, spaceId))) return new Set()
  const people = await knownAs(db, spaceId, [...new Set(profileIds)].toSorted())
  const hashed = people.map(({ id, identifiers }) => {
    const all = Object.entries(identifiers).flatMap(([type, values]) => values.map((value) => ({ type, value })))
    return { id, hashes: tellingOf(all).map((each) => identifierHash(db, spaceId, each)) }
  })
  const found = await suppressedAmong(
    db,
    spaceId,
    hashed.flatMap(({ hashes }) => hashes),
  )
  return new Set(hashed.filter(({ hashes }) => hashes.some((hash) => found.has(hash))).map(({ id }) => id))
}

/** An identifier to suppress because of `root`: itself, or another of the same person. */
export type Suppressing = Identifier & { readonly root: string; readonly keepValue: boolean }

/** Suppresses identifiers from now on; one that is suppressed stays as it is. */
export const suppressIdentifiers = async (
  tx: Db,
  spaceId: string,
  all: readonly Suppressing[],
  { by, now }: { readonly by: string; readonly now: Date },
): Promise<void> => {
  const byHash = new Map(all.toReversed().map((each) => [identifierHash(tx, spaceId, each), each]))
  const rows = [...byHash].toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (rows.length === 0) return
  await run(
    tx,
    query(
      'suppressed_identifier.add',
      sql`insert into suppressed_identifier (space_id, hash, root, type, value, suppressed_by, suppressed_at)
        select ${spaceId}, r.hash, r.root, r.type, r.value, ${by}, ${now}::timestamptz
        from unnest(${rows.map(([hash]) => hash)}::text[], ${rows.map(([, r]) => r.root)}::text[], ${rows.map(([, r]) => r.type)}::text[],
          ${rows.map(([, r]) => (r.keepValue ? r.value : null))}::text[]) as r (hash, root, type, value)
        on conflict do nothing`,
    ),
  )
}

/** Lifts suppressions with all that was suppressed because of them; answers how many identifiers are free again. */
export const liftSuppressions = async (tx: Db, spaceId: string, roots: readonly string[]): Promise<number> => {
  const lifted = await run(
    tx,
    query(
      'suppressed_identifier.lift',
      sql<{ hash: string }>`delete from suppressed_identifier
        where space_id = ${spaceId} and root in (select r.root from unnest(${roots}::text[]) as r (root)) returning hash`,
    ),
  )
  return lifted.length
}

/** Forgets what suppressed identifiers are in clear text: who was erased is refused by the hash alone. */
export const hideSuppressed = async (tx: Db, spaceId: string, hashes: readonly string[]): Promise<void> => {
  await run(
    tx,
    query(
      'suppressed_identifier.hide',
      sql`update suppressed_identifier set value = null
        where space_id = ${spaceId} and hash in (select r.hash from unnest(${hashes}::text[]) as r (hash)) and value is not null`,
    ),
  )
}

/** Since when nothing is taken of whoever has these identifiers, by whom, and by which of them it was asked for. */
export type SuppressedPerson = { readonly since: Date; readonly by: string; readonly named: readonly Identifier[] }

/** Whether somebody who is known by these identifiers is suppressed. */
export const suppressionOf = async (
  db: Db,
  spaceId: string,
  identifiers: readonly Identifier[],
): Promise<SuppressedPerson | undefined> => {
  const byHash = new Map(identifiers.map((each) => [identifierHash(db, spaceId, each), each]))
  if (byHash.size === 0) return undefined
  const rows = await run(
    db,
    query(
      'suppressed_identifier.of_person',
      sql<Pick<SuppressedIdentifierRow, 'root' | 'suppressed_by' | 'suppressed_at'>>`select root, suppressed_by, suppressed_at
        from suppressed_identifier where space_id = ${spaceId} and hash in (select r.hash from unnest(${[...byHash.keys()]}::text[]) as r (hash))
        order by suppressed_at, hash`,
    ),
  )
  const [first] = rows
  if (!first) return undefined
  const named = [...new Set(rows.map(({ root }) => root))].flatMap((root) => byHash.get(root) ?? [])
  return { since: first.suppressed_at, by: first.suppressed_by, named }
}

/** A page of what was suppressed by name, newest first. */
export const listSuppressed = (
  db: Db,
  spaceId: string,
  { count, after }: { readonly count: number; readonly after?: { readonly at: Date; readonly id: string } | undefined },
): Promise<readonly SuppressedIdentifierRow[]> => {
  const { at, id } = after ?? { at: null, id: null }
  return run(
    db,
    query(
      'suppressed_identifier.list',
      sql<SuppressedIdentifierRow>`select * from suppressed_identifier where space_id = ${spaceId} and root = hash
        and (${at}::timestamptz is null or (suppressed_at, hash) < (${at}::timestamptz, ${id}::text))
        order by suppressed_at desc, hash desc limit ${count}`,
    ),
  )
}
