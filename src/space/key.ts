import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'

/** The nouns that share the keys of a space: each key becomes a trait or a name in destinations. */
export type KeyedNoun = 'audience' | 'computed_trait' | 'journey'

/**
 * Takes a key for good: it stays taken when what has it is deleted (spec/audiences §10.3). Answers which noun has or had it, or undefined
 * when it was free and is the caller's now.
 */
export const takeKey = async (
  tx: Db,
  spaceId: string,
  key: string,
  noun: KeyedNoun,
  now: Date,
): Promise<KeyedNoun | undefined> => {
  const taken = await runOne(
    tx,
    query(
      'space_key.take',
      sql<{
        key: string
      }>`insert into space_key (space_id, key, noun, taken_at) values (${spaceId}, ${key}, ${noun}, ${now}::timestamptz)
        on conflict do nothing returning key`,
    ),
  )
  if (taken) return undefined
  const row = await runOne(
    tx,
    query('space_key.one', sql<{ noun: KeyedNoun }>`select noun from space_key where space_id = ${spaceId} and key = ${key}`),
  )
  return row?.noun
}

/** The keys that begin like this one, whether what had them is there or deleted. */
export const keysLike = async (db: Db, spaceId: string, key: string): Promise<ReadonlySet<string>> => {
  const rows = await run(
    db,
    query(
      'space_key.like',
      sql<{ key: string }>`select key from space_key where space_id = ${spaceId} and starts_with(key, ${key})`,
    ),
  )
  return new Set(rows.map((row) => row.key))
}

/** A noun as people say it. */
export const nounInWords = (noun: KeyedNoun): string => noun.replace('_', ' ')
