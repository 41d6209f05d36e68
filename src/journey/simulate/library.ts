import { sql } from 'kysely'
import { ComputedTraitDefinition, Condition } from '../../audience/condition.ts'
import { externalIdsOf, type Options } from '../../audience/options.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { Library } from './plain.ts'

/** The definitions behind a space's keys, and whom each audience is for. */
export type SpaceLibrary = Library & { readonly externalIds: ReadonlyMap<string, readonly string[]> }

/** Reads the definitions of a space's audiences and computed traits. */
export const loadLibrary = async (db: Db, spaceId: string): Promise<SpaceLibrary> => {
  const audiences = await run(
    db,
    query(
      'simulate.audiences',
      sql<{ key: string; condition: unknown; options: Options }>`select key, condition, options from audience
        where space_id = ${spaceId} and deleted_at is null`,
    ),
  )
  const computed = await run(
    db,
    query(
      'simulate.computed_traits',
      sql<{
        key: string
        definition: unknown
      }>`select key, definition from computed_trait where space_id = ${spaceId} and deleted_at is null`,
    ),
  )
  return {
    audiences: new Map(audiences.map(({ key, condition }) => [key, Condition.parse(condition)])),
    computed: new Map(computed.map(({ key, definition }) => [key, ComputedTraitDefinition.parse(definition)])),
    externalIds: new Map(audiences.map(({ key, options }) => [key, externalIdsOf(options)])),
  }
}
