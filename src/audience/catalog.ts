import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** What a space's conditions may refer to by key, and the ids behind the keys. Deleted ones are not in it. */
export type Catalog = {
  readonly audiences: ReadonlyMap<string, string>
  readonly computedTraits: ReadonlyMap<string, string>
}

/** Reads the keys of a space's audiences and computed traits. */
export const loadCatalog = async (db: Db, spaceId: string): Promise<Catalog> => {
  const [audiences, computedTraits] = await Promise.all([
    run(
      db,
      query(
        'audience.keys',
        sql<{ key: string; id: string }>`select key, id from audience where space_id = ${spaceId} and deleted_at is null`,
      ),
    ),
    run(
      db,
      query(
        'computed_trait.keys',
        sql<{ key: string; id: string }>`select key, id from computed_trait where space_id = ${spaceId} and deleted_at is null`,
      ),
    ),
  ])
  const byKey = (rows: typeof audiences) => new Map(rows.map((row) => [row.key, row.id]))
  return { audiences: byKey(audiences), computedTraits: byKey(computedTraits) }
}
