import { sql } from 'kysely'
import { isObject, type JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { TransformationRow } from '../db/rows/transformation.ts'
import { isSealed, opened, sealed } from '../db/sealed.ts'

const HASHING = 'hashPropertiesConfiguration'

const hashingOf = (definition: JsonObject): JsonObject | undefined => {
  const hashing = definition[HASHING]
  return isObject(hashing) ? hashing : undefined
}

/** A definition as it is stored: the key of hashes is sealed. */
export const sealedDefinition = (db: Db, definition: JsonObject): JsonObject => {
  const hashing = hashingOf(definition)
  const key = hashing?.['key']
  return key === undefined || isSealed(key) ? definition : { ...definition, [HASHING]: { ...hashing, key: sealed(db, key) } }
}

/** A row with the definition as somebody wrote it. */
export const withOpenKey = <Row extends Pick<TransformationRow, 'definition'>>(db: Db, row: Row): Row => {
  const hashing = hashingOf(row.definition)
  const key = hashing?.['key']
  return isSealed(key) ? { ...row, definition: { ...row.definition, [HASHING]: { ...hashing, key: opened(db, key) } } } : row
}

/** Seals what older versions stored as it was; a worker does it before it begins. */
export const sealTransformations = async (db: Db): Promise<void> => {
  const rows = await run(
    db,
    query(
      'transformation.with_keys',
      sql<Pick<TransformationRow, 'space_id' | 'id' | 'definition'>>`select space_id, id, definition from transformation
        where definition #> '{hashPropertiesConfiguration,key}' is not null order by space_id, id`,
    ),
  )
  for (const { space_id, id, definition } of rows.filter((row) => !isSealed(hashingOf(row.definition)?.['key'])))
    await run(
      db,
      query(
        'transformation.seal',
        sql`update transformation set definition = ${JSON.stringify(sealedDefinition(db, definition))}::jsonb
          where space_id = ${space_id} and id = ${id} and definition = ${JSON.stringify(definition)}::jsonb`,
      ),
    )
}
