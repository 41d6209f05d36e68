import { sql } from 'kysely'
import { Invalid, notFound } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { Act } from './save.ts'
import type { Kind } from './store.ts'

/** A folder, and how many audiences and computed traits are in it. */
export type Folder = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly audiences: number
  readonly computedTraits: number
  readonly createdBy: string
  readonly updatedBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

const select = (
  spaceId: string,
) => sql`select f.id, f.name, f.description, f.created_by as "createdBy", f.updated_by as "updatedBy",
    f.created_at as "createdAt", f.updated_at as "updatedAt",
    (select count(*) from audience a where a.space_id = ${spaceId} and a.folder_id = f.id and a.deleted_at is null) as audiences,
    (select count(*) from computed_trait t where t.space_id = ${spaceId} and t.folder_id = f.id and t.deleted_at is null) as "computedTraits"
  from folder f where f.space_id = ${spaceId}`

/** The folders of a space by name; those whose name or description contains `search`. */
export const listFolders = (db: Db, spaceId: string, search = ''): Promise<readonly Folder[]> =>
  run(
    db,
    query(
      'folder.list',
      sql<Folder>`${select(spaceId)} and strpos(lower(f.name || ' ' || f.description), lower(${search})) > 0 order by lower(f.name), f.id`,
    ),
  )

/** One folder. @throws Refused 404. */
export const folderOf = async (db: Db, spaceId: string, id: string): Promise<Folder> => {
  const row = await runOne(db, query('folder.one', sql<Folder>`${select(spaceId)} and f.id = ${id}`))
  if (!row) throw notFound('folder', id)
  return row
}

// Names are compared under a lock on the space: two who take the same name at once must not both get it.
const refuseTaken = async (tx: Db, spaceId: string, name: string, except: string): Promise<void> => {
  await run(tx, query('folder.lock_names', sql`select id from space where id = ${spaceId} for update`))
  const taken = await runOne(
    tx,
    query(
      'folder.name_taken',
      sql<{ id: string }>`select id from folder where space_id = ${spaceId} and name = ${name} and id <> ${except}`,
    ),
  )
  if (!taken) return
  throw new Invalid('name_taken', [
    { field: 'name', message: `there is a folder "${name}" already`, remedy: 'give this one another name' },
  ])
}

/** Makes a folder. @throws Invalid for a name that another one has. */
export const createFolder = (
  db: Db,
  { spaceId, by, now }: Act,
  folder: { readonly id: string; readonly name: string; readonly description: string },
): Promise<Folder> =>
  transact(db, async (tx) => {
    await refuseTaken(tx, spaceId, folder.name, folder.id)
    await run(
      tx,
      query(
        'folder.create',
        sql`insert into folder (space_id, id, name, description, created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${folder.id}, ${folder.name}, ${folder.description}, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
      ),
    )
    return folderOf(tx, spaceId, folder.id)
  })

/** Renames or describes a folder. @throws Invalid for a name that another one has. */
export const changeFolder = (
  db: Db,
  { spaceId, by, now }: Act,
  id: string,
  change: { readonly name?: string | undefined; readonly description?: string | undefined },
): Promise<Folder> =>
  transact(db, async (tx) => {
    const old = await folderOf(tx, spaceId, id)
    const name = change.name ?? old.name
    await refuseTaken(tx, spaceId, name, id)
    await run(
      tx,
      query(
        'folder.change',
        sql`update folder set name = ${name}, description = ${change.description ?? old.description}, updated_by = ${by},
          updated_at = ${now}::timestamptz where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    return folderOf(tx, spaceId, id)
  })

/** Takes a folder away; what was in it goes to the root and is not changed. */
export const disbandFolder = (db: Db, spaceId: string, id: string): Promise<void> =>
  transact(db, async (tx) => {
    await folderOf(tx, spaceId, id)
    for (const kind of ['audience', 'computed_trait'] as const)
      await run(
        tx,
        query(
          `${kind}.leave_folder`,
          sql`update ${sql.table(kind)} set folder_id = null where space_id = ${spaceId} and folder_id = ${id}`,
        ),
      )
    await run(tx, query('folder.delete', sql`delete from folder where space_id = ${spaceId} and id = ${id}`))
  })

const move = async (tx: Db, kind: Kind, spaceId: string, ids: readonly string[], folderId: string | null): Promise<void> => {
  const moved = await run(
    tx,
    query(
      `${kind}.move_to_folder`,
      sql<{ id: string }>`update ${sql.table(kind)} set folder_id = ${folderId}
        where space_id = ${spaceId} and deleted_at is null and id in (select unnest(${ids}::text[])) returning id`,
    ),
  )
  const missing = ids.find((id) => !moved.some((row) => row.id === id))
  if (missing !== undefined) throw notFound(kind.replace('_', ' '), missing)
}

/** Moves all or none of some audiences and computed traits into a folder, or to the root (null). @throws Refused 404 naming what is not there. */
export const moveToFolder = (
  db: Db,
  spaceId: string,
  folderId: string | null,
  ids: { readonly audiences: readonly string[]; readonly computedTraits: readonly string[] },
): Promise<Folder | undefined> =>
  transact(db, async (tx) => {
    if (folderId !== null) await folderOf(tx, spaceId, folderId)
    if (ids.audiences.length > 0) await move(tx, 'audience', spaceId, [...ids.audiences].sort(), folderId)
    if (ids.computedTraits.length > 0) await move(tx, 'computed_trait', spaceId, [...ids.computedTraits].sort(), folderId)
    return folderId === null ? undefined : folderOf(tx, spaceId, folderId)
  })
