import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { Db } from '../../src/db/database.ts'
import { selectRows } from './calls.ts'

/** Every table that holds rows. */
export const tablesOf = async (db: Db): Promise<readonly string[]> =>
  (
    await selectRows(
      db,
      sql`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    )
  ).map((row) => row['name'])

const unpacked = (value: unknown): unknown => {
  if (!Buffer.isBuffer(value)) return value
  return value[0] === 0x1f && value[1] === 0x8b ? gunzipSync(value).toString() : value.toString('latin1')
}

/** All that a table holds, in one text of lower case, with packed files unpacked. */
export const dumpOf = async (db: Db, table: string): Promise<string> => {
  const rows = await selectRows(db, sql`select * from ${sql.table(table)}`)
  return rows
    .map((row) => JSON.stringify(Object.values(row).map(unpacked)))
    .join('\n')
    .toLowerCase()
}

/** Where any of these texts is in a dump of the database: `table: text`. */
export const foundInDump = async (db: Db, texts: readonly string[]): Promise<readonly string[]> => {
  const found: string[] = []
  for (const table of await tablesOf(db)) {
    const dump = await dumpOf(db, table)
    for (const text of texts) if (dump.includes(JSON.stringify(text.toLowerCase()).slice(1, -1))) found.push(`${table}: ${text}`)
  }
  return found
}
