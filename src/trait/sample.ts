import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'

const MOST_BYTES = 24 * 1024 * 1024
const MOST_ROWS = 10_000
const FEW = 1_000

type Traits = { readonly traits: JsonObject }

/** Traits of at most 10,000 people, or accounts: of all where there are few, else of blocks drawn at random, so that its time is bounded. */
export const sampleTraits = async (db: Db, spaceId: string, collection: Collection = 'users'): Promise<readonly JsonObject[]> => {
  const size = await runOne(db, query('profile.size', sql<{ bytes: number }>`select pg_relation_size('profile') as bytes`))
  const percent = Math.min(100, (100 * MOST_BYTES) / Math.max(1, size?.bytes ?? 0))
  const sampled = await run(
    db,
    query(
      'profile.sample_traits',
      sql<Traits>`select traits from profile tablesample system (${percent})
        where space_id = ${spaceId} and collection = ${collection} and merged_into is null limit ${MOST_ROWS}`,
    ),
  )
  if (percent === 100 || sampled.length >= FEW) return sampled.map((row) => row.traits)
  const few = await run(
    db,
    query(
      'profile.few_traits',
      sql<Traits>`select traits from profile where space_id = ${spaceId} and collection = ${collection} and merged_into is null limit ${FEW}`,
    ),
  )
  return few.map((row) => row.traits)
}
