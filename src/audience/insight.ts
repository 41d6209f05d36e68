import { sql } from 'kysely'
import { Invalid } from '../base/errors.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'
import type { Limits } from '../space/limit.ts'
import { loadCatalog } from './catalog.ts'
import { compile } from './compile.ts'
import type { Condition } from './condition.ts'
import { refuseUnknownIds } from './eligible.ts'
import type { Sql } from './operator.ts'
import { eligibilityOf, type Options } from './options.ts'
import { refuseProblems } from './refuse.ts'
import { DEFAULT_EXTERNAL_IDS } from './scope.ts'
import { problemsOf } from './validate.ts'

/** A condition that need not be saved, with what an audience would be made with. */
export type Asked = {
  readonly condition: Condition
  readonly collection?: Collection | undefined
  readonly options?: Options | undefined
  readonly limits?: Limits | undefined
  /** Looks back at an instant: windows end there, and later events are not known. Traits and memberships are today's. */
  readonly at?: Date | undefined
}

/** The query of whom a condition that need not be saved means at `now`, among candidates if some are given. @throws Invalid for what could not be saved. */
export const whomOf = async (
  db: Db,
  spaceId: string,
  { condition, collection = 'users', options = {}, limits, at }: Asked,
  now: Date,
  candidates?: Sql<{ profile_id: string }>,
): Promise<Sql<{ profile_id: string }>> => {
  const catalog = await loadCatalog(db, spaceId)
  refuseProblems(problemsOf(condition, catalog, limits, collection))
  await refuseUnknownIds(db, spaceId, options, collection)
  const eligible = { ...eligibilityOf(condition, { collection, options, createdAt: now }), since: undefined }
  return compile(condition, { spaceId, now: at ?? now, catalog, asOf: at, candidates, ...eligible })
}

/** How many are in the one, in the other, and in both. */
export type Overlap = { readonly first: number; readonly second: number; readonly both: number }

const counts = (first: Sql, second: Sql): Sql<Overlap> =>
  sql`select count(a.profile_id) as first, count(b.profile_id) as second, count(*) filter (where a.profile_id = b.profile_id) as both
    from (${first}) as a full join (${second}) as b on b.profile_id = a.profile_id`

const membersOf = (spaceId: string, id: string): Sql =>
  sql`select m.profile_id from membership m where m.space_id = ${spaceId} and m.audience_id = ${id}`

type About = { readonly id: string; readonly collection: Collection }

const refuseOthers = (first: Collection, second: Collection): void => {
  if (first === second) return
  throw new Invalid('overlap', [
    {
      field: 'with',
      message: 'one is about people and the other about accounts, so nobody can be in both',
      remedy: 'compare two audiences of the same kind',
    },
  ])
}

/** How the members of two audiences overlap as they are stored: exact, in one statement and so of one snapshot (spec/audiences §16). */
export const overlapOf = async (db: Db, spaceId: string, first: About, second: About): Promise<Overlap> => {
  refuseOthers(first.collection, second.collection)
  const row = await runOne(db, query('membership.overlap', counts(membersOf(spaceId, first.id), membersOf(spaceId, second.id))))
  return must(row, 'one row')
}

/** The same of an audience and whoever matches a condition at `now`: `second` are these. @throws Invalid for what cannot be compiled. */
export const overlapWith = async (db: Db, spaceId: string, first: About, asked: Asked, now: Date): Promise<Overlap> => {
  refuseOthers(first.collection, asked.collection ?? 'users')
  const whom = await whomOf(db, spaceId, asked, now)
  return must(await runOne(db, query('audience.overlap*', counts(membersOf(spaceId, first.id), whom))), 'one row')
}

export type TypeCount = { readonly type: string; readonly count: number }
/** How many there are, and how many of them own an identifier of each type, most first. */
export type Breakdown = { readonly total: number; readonly types: readonly TypeCount[] }

// A row without a type stands for the profile itself, so that one reading of the profiles counts them as well.
const typesOf = (spaceId: string, whom: Sql): Sql<{ type: string | null; count: number }> =>
  sql`select t.type, count(*) as count from (${whom}) as n join profile p on p.space_id = ${spaceId} and p.id = n.profile_id
      cross join lateral (select null::text as type union all select k.key from jsonb_object_keys(p.identifiers) as k (key)) as t
    group by t.type order by count(*) desc, t.type`

const breakdownFrom = (rows: readonly { type: string | null; count: number }[], collection: Collection): Breakdown => {
  const owned = rows.flatMap(({ type, count }) => (type === null ? [] : [{ type, count }]))
  const usual = collection === 'users' ? DEFAULT_EXTERNAL_IDS : []
  const none = usual.filter((type) => !owned.some((each) => each.type === type)).map((type) => ({ type, count: 0 }))
  return { total: rows.find(({ type }) => type === null)?.count ?? 0, types: [...owned, ...none] }
}

/**
 * Of the members of an audience, how many own an identifier of each type, those included that nobody owns but most audiences ask for (spec/audiences
 * §16). Segment shows custom types only where ID sync sends them, and hours late; ours are all there are, as they are now.
 */
export const identifiersOf = async (db: Db, spaceId: string, { id, collection }: About): Promise<Breakdown> =>
  breakdownFrom(await run(db, query('membership.identifiers', typesOf(spaceId, membersOf(spaceId, id)))), collection)

/** The same of whoever a query means: `whomOf`, or one that is narrower. */
export const identifiersAmong = async (db: Db, spaceId: string, whom: Sql, collection: Collection): Promise<Breakdown> =>
  breakdownFrom(await run(db, query('audience.identifiers*', typesOf(spaceId, whom))), collection)
