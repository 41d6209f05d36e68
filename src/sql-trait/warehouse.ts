import { sql } from 'kysely'
import { notFound, Refused } from '../base/errors.ts'
import { seal, unseal } from '../base/seal.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { WarehouseRow } from '../db/rows/sql-trait.ts'
import { type Login, type Reader, type ReaderOptions, withReader } from './reader.ts'

/**
 * What connecting to a customer's database needs of this installation: the secret that seals passwords, and where the operator allows to go.
 * `signal` says that nobody waits any more.
 */
export type Reach = { readonly secret: string; readonly hosts: readonly string[] | undefined; readonly signal?: AbortSignal }

export type Warehouse = Omit<WarehouseRow, 'password'>
export type NewWarehouse = Login & { readonly id: string; readonly name: string }

const columns = sql`w.space_id, w.id, w.name, w.host, w.port, w.database, w.username, w.ssl, w.created_by, w.created_at, w.updated_at, w.deleted_at`

/** The warehouses of a space, newest first, without their passwords: these are never answered. */
export const warehousesOf = (db: Db, spaceId: string): Promise<readonly Warehouse[]> =>
  run(
    db,
    query(
      'warehouse.list',
      sql<Warehouse>`select ${columns} from warehouse w where w.space_id = ${spaceId} and w.deleted_at is null order by w.created_at desc, w.id`,
    ),
  )

const rowOf = async (db: Db, spaceId: string, id: string): Promise<WarehouseRow> => {
  const row = await runOne(
    db,
    query(
      'warehouse.one',
      sql<WarehouseRow>`select ${columns}, w.password from warehouse w where w.space_id = ${spaceId} and w.id = ${id} and w.deleted_at is null`,
    ),
  )
  if (!row) throw notFound('warehouse', id)
  return row
}

/** One warehouse, without its password. @throws Refused 404. */
export const warehouseOf = async (db: Db, spaceId: string, id: string): Promise<Warehouse> => {
  const { password: _, ...warehouse } = await rowOf(db, spaceId, id)
  return warehouse
}

/** Opens a read-only transaction in a warehouse of the space. @throws what `withReader` throws, and Misconfigured where the secret has changed. */
export const inWarehouse = async <T>(
  db: Db,
  spaceId: string,
  id: string,
  reach: Reach,
  options: Omit<ReaderOptions, 'hosts' | 'signal'>,
  work: (reader: Reader) => Promise<T>,
): Promise<T> => {
  const row = await rowOf(db, spaceId, id)
  const { secret, ...where } = reach
  return withReader({ ...row, password: unseal(secret, row.password) }, { ...options, ...where }, work)
}

const TRY_SECONDS = 10

/** Tries the login. @throws as `withReader`. */
const tryLogin = (login: Login, { hosts }: Reach): Promise<void> =>
  withReader(
    login,
    { statementSeconds: TRY_SECONDS, readSeconds: 3 * TRY_SECONDS, hosts },
    async ({ ask }) => void (await ask('select 1', (text) => text)),
  )

/** Keeps a warehouse whose login was tried. @throws as `withReader`. */
export const createWarehouse = async (
  db: Db,
  spaceId: string,
  warehouse: NewWarehouse,
  { by, now, nonce }: { readonly by: string; readonly now: Date; readonly nonce: Uint8Array },
  reach: Reach,
): Promise<Warehouse> => {
  await tryLogin(warehouse, reach)
  const { id, name, host, port, database, username, password, ssl } = warehouse
  await run(
    db,
    query(
      'warehouse.create',
      sql`insert into warehouse (space_id, id, name, host, port, database, username, password, ssl, created_by, created_at, updated_at)
        values (${spaceId}, ${id}, ${name}, ${host}, ${port}::integer, ${database}, ${username}, ${seal(reach.secret, password, nonce)}, ${ssl},
          ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
    ),
  )
  return warehouseOf(db, spaceId, id)
}

export type WarehousePatch = { readonly [Field in keyof Login | 'name']?: (Login & { name: string })[Field] | undefined }

/** Changes what is given, after trying the login that results. */
export const updateWarehouse = async (
  db: Db,
  spaceId: string,
  id: string,
  patch: WarehousePatch,
  { now, nonce }: { readonly now: Date; readonly nonce: Uint8Array },
  reach: Reach,
): Promise<Warehouse> => {
  const old = await rowOf(db, spaceId, id)
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
  const sentElsewhere = patch.password === undefined && (patch.host !== undefined || patch.port !== undefined)
  if (sentElsewhere)
    throw new Refused('password_needed', 'The password is kept for its host only. Send it again with another one.', {
      status: 422,
    })
  const next = { ...old, password: patch.password ?? unseal(reach.secret, old.password), ...given }
  await tryLogin(next, reach)
  await run(
    db,
    query(
      'warehouse.update',
      sql`update warehouse set name = ${next.name}, host = ${next.host}, port = ${next.port}::integer, database = ${next.database},
          username = ${next.username}, password = ${seal(reach.secret, next.password, nonce)}, ssl = ${next.ssl}, updated_at = ${now}::timestamptz
        where space_id = ${spaceId} and id = ${id}`,
    ),
  )
  return warehouseOf(db, spaceId, id)
}

/** Forgets a warehouse and its password. @throws Refused while a SQL trait reads from it. */
export const removeWarehouse = async (db: Db, spaceId: string, id: string, now: Date): Promise<void> => {
  await rowOf(db, spaceId, id)
  const users = await run(
    db,
    query(
      'warehouse.used',
      sql<{
        name: string
      }>`select name from sql_trait where space_id = ${spaceId} and warehouse_id = ${id} and deleted_at is null order by name`,
    ),
  )
  if (users.length > 0)
    throw new Refused('referenced', `${users.map(({ name }) => `"${name}"`).join(', ')} read from it. Delete these first.`)
  await run(
    db,
    query(
      'warehouse.remove',
      sql`update warehouse set deleted_at = ${now}::timestamptz, password = '' where space_id = ${spaceId} and id = ${id}`,
    ),
  )
}
