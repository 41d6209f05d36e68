import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { SPREAD } from '../../src/db/engine.ts'
import { migrate } from '../../src/db/migrate.ts'
import { freshDatabase } from '../support/database.ts'
import { dumpSchema } from '../support/schema-dump.ts'

const { db } = await freshDatabase()

it('G12 the schema in the database is the schema on disk', async () => {
  await expect(await dumpSchema(db)).toMatchFileSnapshot('schema.golden.txt')
})

it('migrating again changes nothing, also from many processes at once', async () => {
  expect(await Promise.all([migrate(db), migrate(db), migrate(db)])).toEqual([[], [], []])
})

type Index = { readonly table: keyof typeof SPREAD; readonly index: string; readonly columns: readonly string[] }
const uniqueIndexes = async (): Promise<readonly Index[]> =>
  (
    await sql<Index>`select c.relname as table, i.relname as index,
        array(select a.attname::text from unnest(x.indkey) k join pg_attribute a on a.attrelid = c.oid and a.attnum = k) as columns
      from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
      where x.indisunique and c.relnamespace = 'public'::regnamespace and not c.relispartition and c.relname not like 'kysely%'`.execute(
      db,
    )
  ).rows

it('R1 every unique key begins with the space and holds the column its table is spread by', async () => {
  const wrong = (await uniqueIndexes()).filter(({ table, columns }) => {
    const spread = SPREAD[table]
    if (!spread) return true
    if (spread.bySpace === 'reference') return false
    return columns[0] !== 'space_id' || (spread.byProfile !== 'reference' && !columns.includes(spread.byProfile))
  })
  expect(wrong).toEqual([])
})

it('R1 no table is missing in the map, and the map names no table that is not there', async () => {
  const { rows } = await sql<{ name: string }>`select relname as name from pg_class
    where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace and relname not like 'kysely%'`.execute(
    db,
  )
  expect(rows.map((row) => row.name).toSorted()).toEqual(Object.keys(SPREAD).toSorted())
})

it('R1 no triggers, no foreign keys across groups, no exclusion constraints', async () => {
  const { rows } = await sql`select tgname as name from pg_trigger where not tgisinternal
    union all select conname from pg_constraint where contype in ('f', 'x') and connamespace = 'public'::regnamespace`.execute(db)
  expect(rows).toEqual([])
})
