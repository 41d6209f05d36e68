import { sql } from 'kysely'
import type { Db } from '../../src/db/database.ts'

const rows = async (db: Db, text: string): Promise<readonly string[]> =>
  (await sql.raw<{ line: string }>(text).execute(db)).rows.map((row) => row.line)

const COLUMNS = `select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then ' not null' else '' end, coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as line
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'kysely%' order by c.relname, a.attnum`
const INDEXES = `select pg_get_indexdef(i.indexrelid) as line from pg_index i join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and not c.relispartition and c.relname not like 'kysely%' order by 1`
const CHECKS = `select format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) as line from pg_constraint
  where contype in ('c', 'f', 'x') and connamespace = 'public'::regnamespace order by 1`
const FUNCTIONS = `select pg_get_functiondef(p.oid) as line from pg_proc p where p.pronamespace = 'public'::regnamespace order by p.proname`

/** The schema as text, in one order: columns, indexes, constraints, functions. */
export const dumpSchema = async (db: Db): Promise<string> => {
  const parts = [await rows(db, COLUMNS), await rows(db, INDEXES), await rows(db, CHECKS), await rows(db, FUNCTIONS)]
  return `${parts
    .map((part) => part.join('\n'))
    .join('\n\n')
    .trimEnd()}\n`
}
