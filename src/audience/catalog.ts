import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { both, query, run } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'

/** What a space's conditions may refer to by key, and the ids behind the keys. Deleted ones are not in it. */
export type Catalog = {
  readonly audiences: ReadonlyMap<string, string>
  readonly computedTraits: ReadonlyMap<string, string>
  /** Ids of those that are about accounts; the others are about people. */
  readonly accounts?: ReadonlySet<string> | undefined
}

type Row = { readonly key: string; readonly id: string; readonly collection: Collection }

/** Reads the keys of a space's audiences and computed traits. */
export const loadCatalog = async (db: Db, spaceId: string): Promise<Catalog> => {
  const of = (noun: 'audience' | 'computed_trait') => () =>
    run(
      db,
      query(
        `${noun}.keys`,
        sql<Row>`select key, id, collection from ${sql.table(noun)} where space_id = ${spaceId} and deleted_at is null`,
      ),
    )
  const [audiences, computedTraits] = await both(db, of('audience'), of('computed_trait'))
  const byKey = (rows: typeof audiences) => new Map(rows.map((row) => [row.key, row.id]))
  const ofAccounts = [...audiences, ...computedTraits].filter((row) => row.collection === 'accounts')
  return {
    audiences: byKey(audiences),
    computedTraits: byKey(computedTraits),
    accounts: new Set(ofAccounts.map((row) => row.id)),
  }
}
