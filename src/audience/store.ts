import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'
import type { Computation } from './computation.ts'
import type { Options } from './options.ts'
import { type RunColumns, runColumn, statusColumn } from './progress.ts'
import { stateOf } from './state.ts'

export type Kind = Computation['kind']

/** A definition as it is stored, with its state. */
export type Definition = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly version: number
  readonly collection: Collection
  readonly definition: JsonObject
  readonly options: Options
  readonly folderId: string | null
  readonly createdBy: string
  readonly updatedBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly status: string
  readonly reason: string | null
  readonly evaluatedAt: Date | null
  readonly count: number
  /** The version that what is stored was computed with; 0: none. */
  readonly evaluatedVersion: number
  readonly storedStatus: string
} & RunColumns

const columnOf = (kind: Kind) => sql.ref(kind === 'audience' ? 'condition' : 'definition')

const select = (kind: Kind, spaceId: string) => {
  const { table, id } = stateOf(kind)
  const count = kind === 'audience' ? sql`s.member_count` : sql`0`
  return sql`select d.id, d.key, d.name, d.description, d.enabled, d.version, d.collection, d.${columnOf(kind)} as definition, d.options, d.folder_id as "folderId",
      d.created_by as "createdBy", d.updated_by as "updatedBy", d.created_at as "createdAt", d.updated_at as "updatedAt",
      ${statusColumn(spaceId, kind)} as status, s.status as "storedStatus", s.evaluated_version as "evaluatedVersion",
      ${runColumn(spaceId)} as run, s.reason, s.evaluated_at as "evaluatedAt", ${count} as count
    from ${sql.table(kind)} d join ${table} s on s.space_id = ${spaceId} and s.${id} = d.id
    where d.space_id = ${spaceId} and d.deleted_at is null`
}

/** Where in a list, newest first, a row stands. */
export type Place = Pick<Definition, 'createdAt' | 'id'>

export type Page = {
  readonly count: number
  /** Behind which row it begins; that row may be gone. Without: at the newest. */
  readonly after?: Place | undefined
  readonly search?: string | undefined
  /** Where it is looked for: the key begins with it, the name contains it; without: key or name contains it. */
  readonly searchIn?: 'key' | 'name' | undefined
  /** Only what is in this folder; `root`: in none. */
  readonly folder?: string | undefined
}

/** A part of a list: what lies on both sides of the place where a page begins, and how long the whole is. */
export type Part = { readonly ahead: readonly Place[]; readonly behind: readonly Definition[]; readonly total: number }

// `*` stands for anything; what SQL's pattern takes for more than itself is escaped.
const patternOf = (search: string): string => `%${search.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')}%`

const foundBy = (page: Page) => {
  const { search = '', searchIn = 'any', folder = '' } = page
  const like = patternOf(search)
  return sql`case ${folder}::text when '' then true when 'root' then d.folder_id is null else d.folder_id = ${folder} end
    and case ${searchIn}::text when 'key' then starts_with(d.key, ${search}) when 'name' then d.name ilike ${like}
    else d.name ilike ${like} or d.key ilike ${like} end`
}

const placesAhead = (db: Db, kind: Kind, spaceId: string, page: Page, { createdAt, id }: Place): Promise<readonly Place[]> =>
  run(
    db,
    query(
      `${kind}.list_ahead`,
      sql<Place>`select d.id, d.created_at as "createdAt" from ${sql.table(kind)} d
        where d.space_id = ${spaceId} and d.deleted_at is null and ${foundBy(page)}
          and (d.created_at > ${createdAt}::timestamptz or d.created_at = ${createdAt}::timestamptz and d.id <= ${id})
        order by d.created_at, d.id desc limit ${page.count + 1}::integer`,
    ),
  )

/** A space's audiences or computed traits, newest first: up to one more than a page on each side of where it begins, nearest to it first. */
export const listDefinitions = async (db: Db, kind: Kind, spaceId: string, page: Page): Promise<Part> => {
  const { after } = page
  const behind = await run(
    db,
    query(
      `${kind}.list`,
      sql<Definition>`${select(kind, spaceId)} and ${foundBy(page)}
          and (${after === undefined}::boolean or d.created_at < ${after?.createdAt}::timestamptz
            or d.created_at = ${after?.createdAt}::timestamptz and d.id > ${after?.id})
        order by d.created_at desc, d.id limit ${page.count + 1}::integer`,
    ),
  )
  const ahead = after === undefined ? [] : await placesAhead(db, kind, spaceId, page, after)
  const total = await runOne(
    db,
    query(
      `${kind}.count`,
      sql<{ count: number }>`select count(*) as count from ${sql.table(kind)} d
        where d.space_id = ${spaceId} and d.deleted_at is null and ${foundBy(page)}`,
    ),
  )
  return { ahead, behind, total: total?.count ?? 0 }
}

/** One by id or key. @throws Refused 404 where the space has none. */
export const definitionOf = async (db: Db, kind: Kind, spaceId: string, idOrKey: string): Promise<Definition> => {
  const row = await runOne(
    db,
    query(
      `${kind}.one`,
      sql<Definition>`${select(kind, spaceId)} and (d.id = ${idOrKey} or d.key = ${idOrKey}) order by (d.id = ${idOrKey}) desc limit 1`,
    ),
  )
  if (!row) throw notFound(kind === 'audience' ? 'audience' : 'computed trait', idOrKey)
  return row
}

/** How many a space has that are not deleted. */
export const countDefinitions = async (db: Db, kind: Kind, spaceId: string): Promise<number> => {
  const row = await runOne(
    db,
    query(
      `${kind}.count_all`,
      sql<{ count: number }>`select count(*) as count from ${sql.table(kind)} where space_id = ${spaceId} and deleted_at is null`,
    ),
  )
  return row?.count ?? 0
}

type Written = Pick<Definition, 'id' | 'key' | 'name' | 'description' | 'enabled' | 'definition' | 'options'>
export type NewDefinition = Written & Pick<Definition, 'collection'> & { readonly folderId?: string | null | undefined }

export const insertDefinition = async (
  tx: Db,
  kind: Kind,
  spaceId: string,
  row: NewDefinition,
  by: string,
  now: Date,
): Promise<void> => {
  const { table, id } = stateOf(kind)
  await run(
    tx,
    query(
      `${kind}.insert`,
      sql`insert into ${sql.table(kind)} (space_id, id, key, name, description, ${columnOf(kind)}, options, enabled, collection, folder_id, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${row.id}, ${row.key}, ${row.name}, ${row.description}, ${JSON.stringify(row.definition)}::jsonb,
          ${JSON.stringify(row.options)}::jsonb, ${row.enabled}, ${row.collection}, ${row.folderId ?? null}, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
    ),
  )
  await run(tx, query(`${kind}.insert_state`, sql`insert into ${table} (space_id, ${id}) values (${spaceId}, ${row.id})`))
}

/** Writes a definition back; another condition is another version. */
export const updateDefinition = async (
  tx: Db,
  kind: Kind,
  spaceId: string,
  row: Written & Pick<Definition, 'version'>,
  by: string,
  now: Date,
): Promise<void> => {
  await run(
    tx,
    query(
      `${kind}.update`,
      sql`update ${sql.table(kind)} set name = ${row.name}, description = ${row.description}, enabled = ${row.enabled},
          ${columnOf(kind)} = ${JSON.stringify(row.definition)}::jsonb, options = ${JSON.stringify(row.options)}::jsonb,
          version = ${row.version}::integer, updated_by = ${by}, updated_at = ${now}::timestamptz
        where space_id = ${spaceId} and id = ${row.id}`,
    ),
  )
}

/** The row stays, so that its key is never used again; what it computed goes. Waits for an evaluation that is at work. */
export const removeDefinition = async (tx: Db, kind: Kind, spaceId: string, id: string, by: string, now: Date): Promise<void> => {
  const state = stateOf(kind)
  await run(
    tx,
    query(
      `${kind}.wait`,
      sql`select evaluation from ${state.table} where space_id = ${spaceId} and ${state.id} = ${id} for update`,
    ),
  )
  await run(
    tx,
    query(
      `${kind}.remove`,
      sql`update ${sql.table(kind)} set deleted_at = ${now}::timestamptz, updated_by = ${by}, updated_at = ${now}::timestamptz
        where space_id = ${spaceId} and id = ${id}`,
    ),
  )
  const computed = kind === 'audience' ? sql.table('membership') : sql.table('computed_value')
  await run(
    tx,
    query(`${kind}.remove_computed`, sql`delete from ${computed} where space_id = ${spaceId} and ${state.id} = ${id}`),
  )
}
