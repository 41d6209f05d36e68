import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { type Asked, type Breakdown, identifiersAmong, whomOf } from './insight.ts'
import type { Sql } from './operator.ts'
import { type PersonColumns, personColumns } from './person.ts'

export type Preview = {
  readonly count: number
  readonly people: readonly PersonColumns[]
  readonly identifiers?: Breakdown
}

/** What is asked of a preview: whom, how many of them to show, and whether by which identifiers they are known. */
export type PreviewAsked = Asked & { readonly count: number; readonly identifiers?: boolean | undefined }

/** How many a query means, and the first of them: one statement, so that count and page agree. */
export const countAndShow = async (db: Db, spaceId: string, whom: Sql, count: number): Promise<Preview> => {
  const rows = await run(
    db,
    query(
      'audience.preview*',
      sql<PersonColumns & { total: number }>`select ${personColumns}, p.traits, m.total
        from (select n.profile_id, count(*) over () as total from (${whom}) as n order by n.profile_id limit ${Math.max(1, count)}::integer) as m
          join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
        order by m.profile_id`,
    ),
  )
  return { count: rows[0]?.total ?? 0, people: rows.slice(0, count).map(({ total: _, ...person }) => person) }
}

/**
 * Who matches a condition at `now`, exactly: how many, and the first of them. In a transaction that sees one snapshot, the identifiers are of the
 * same people. @throws Invalid for what cannot be compiled.
 */
export const preview = async (db: Db, spaceId: string, asked: PreviewAsked, now: Date): Promise<Preview> => {
  const whom = await whomOf(db, spaceId, asked, now)
  const found = await countAndShow(db, spaceId, whom, asked.count)
  if (!asked.identifiers) return found
  return { ...found, identifiers: await identifiersAmong(db, spaceId, whom, asked.collection ?? 'users') }
}
