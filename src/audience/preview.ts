import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'
import type { Limits } from '../space/limit.ts'
import { loadCatalog } from './catalog.ts'
import { compile } from './compile.ts'
import type { Condition } from './condition.ts'
import { eligibilityOf, type Options } from './options.ts'
import { type PersonColumns, personColumns } from './person.ts'
import { refuseProblems } from './refuse.ts'
import { problemsOf } from './validate.ts'

export type Preview = { readonly count: number; readonly people: readonly PersonColumns[] }

export type PreviewOptions = {
  readonly now: Date
  /** Looks back at an instant: windows end there, and later events are not known. Traits and memberships are today's. */
  readonly at?: Date | undefined
  readonly count: number
  readonly collection?: Collection | undefined
  readonly options?: Options | undefined
  readonly limits?: Limits | undefined
}

/**
 * Who matches a condition, exactly: how many, and the first of them. One query, so that count and page agree. @throws Invalid for what cannot
 * be compiled.
 */
export const preview = async (
  db: Db,
  spaceId: string,
  condition: Condition,
  { now, at, count, collection = 'users', options = {}, limits }: PreviewOptions,
): Promise<Preview> => {
  const catalog = await loadCatalog(db, spaceId)
  refuseProblems(problemsOf(condition, catalog, limits, collection))
  const eligible = { ...eligibilityOf(condition, { collection, options, createdAt: now }), since: undefined }
  const matching = compile(condition, { spaceId, now: at ?? now, catalog, asOf: at, ...eligible })
  const rows = await run(
    db,
    query(
      'audience.preview*',
      sql<PersonColumns & { total: number }>`select ${personColumns}, p.traits, m.total
        from (select n.profile_id, count(*) over () as total from (${matching}) as n order by n.profile_id limit ${Math.max(1, count)}::integer) as m
          join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
        order by m.profile_id`,
    ),
  )
  return { count: rows[0]?.total ?? 0, people: rows.slice(0, count).map(({ total: _, ...person }) => person) }
}
