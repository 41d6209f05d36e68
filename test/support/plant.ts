import { sql } from 'kysely'
import type { Db } from '../../src/db/database.ts'
import { selectRows } from './calls.ts'

/** Tables whose rows are about a profile. */
export const tablesWithProfile = async (db: Db): Promise<readonly string[]> =>
  (
    await selectRows(
      db,
      sql`select table_name as name from information_schema.columns c join pg_class k on k.relname = c.table_name
        where c.table_schema = 'public' and c.column_name in ('profile_id', 'other_id', 'loser_id') and not k.relispartition group by 1 order by 1`,
    )
  ).map((row) => row['name'])

export type Planted = {
  readonly spaceId: string
  readonly profileId: string
  readonly address: string
  readonly text: string
  readonly now: Date
}
const UUID = '00000000-0000-8000-8000-00000000000a'

const filling = (table: string, name: string, type: string, { spaceId, profileId, address, text, now }: Planted): unknown => {
  if (name === 'profile_id') return profileId
  if (name === 'space_id') return spaceId
  if (name === 'address') return address
  if (name === 'change') return 'entered'
  if (name === 'outcome') return 'failed'
  if (name === 'reason') return table === 'suppression' ? 'bounced' : 'no_identifier'
  if (type === 'uuid') return UUID
  if (type === 'timestamptz') return now.toISOString()
  if (/^(int|numeric)/.test(type)) return 1
  return type === 'jsonb' ? { said: text } : text
}

/** Puts a row into a table that is about a profile: everything it must have, and a text wherever it takes one. */
export const plantRow = async (db: Db, table: string, planted: Planted): Promise<void> => {
  const columns = await selectRows(
    db,
    sql`select column_name as name, udt_name as type, is_nullable as nullable, column_default as preset from information_schema.columns
      where table_schema = 'public' and table_name = ${table}`,
  )
  const values = columns
    .filter((c) => c['name'] === 'profile_id' || c['type'] === 'jsonb' || (c['nullable'] === 'NO' && c['preset'] === null))
    .map((c) => [c['name'], filling(table, c['name'], c['type'], planted)])
  const row = JSON.stringify(Object.fromEntries(values))
  const names = sql.join(values.map(([name]) => sql.ref(String(name))))
  await sql`insert into ${sql.table(table)} (${names}) select ${names} from jsonb_populate_record(null::${sql.table(table)}, ${row}::jsonb) on conflict do nothing`.execute(
    db,
  )
}
