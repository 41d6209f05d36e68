import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { ConnectionRemovalRow, ToldId } from '../db/rows/connection.ts'
import { without } from './addressee.ts'
import type { Connected } from './connected.ts'

/** Somebody who is to be taken off at a destination. */
export type Removal = ConnectionRemovalRow

const AT_ONCE = 500

/** The first so many that may be told, or looked at, now. */
export const dueRemovals = (db: Db, now: Date): Promise<readonly Removal[]> =>
  run(
    db,
    query(
      'connection_removal.due',
      sql<Removal>`select space_id, profile_id, connection_id, regulation_id, ids, attempts, due_at, queued_at, created_at from connection_removal
        where due_at <= ${now}::timestamptz order by due_at, space_id, profile_id limit ${AT_ONCE}`,
    ),
  )

/** Looks at these again later; `attempts` more were made. */
export const putOff = async (db: Db, removals: readonly Removal[], dueAt: Date, attempts: number): Promise<void> => {
  for (const { space_id: spaceId, profile_id: id } of removals)
    await run(
      db,
      query(
        'connection_removal.put_off',
        sql`update connection_removal set due_at = ${dueAt}::timestamptz, attempts = attempts + ${attempts}::integer
          where space_id = ${spaceId} and profile_id = ${id}::uuid`,
      ),
    )
}

/** Says that the calls of a removal are queued, and forgets the ids that are in them; false where somebody did so already. */
export const setQueued = async (tx: Db, { space_id: spaceId, profile_id: id }: Removal, now: Date): Promise<boolean> => {
  const rows = await run(
    tx,
    query(
      'connection_removal.queue',
      sql<{ one: number }>`update connection_removal set ids = '[]', queued_at = ${now}::timestamptz, due_at = ${now}::timestamptz
        where space_id = ${spaceId} and profile_id = ${id}::uuid and queued_at is null returning 1 as one`,
    ),
  )
  return rows.length > 0
}

export type RemovalEnd = 'delivered' | 'given up'

const OF_A_REMOVAL = ['event_delivery', 'delivery_attempt'] as const

/** It is over: nothing of the person is left here, and the request that she was erased by has one less to wait for. */
export const settleRemoval = (db: Db, { space_id: spaceId, profile_id: id, regulation_id }: Removal, end: RemovalEnd) =>
  transact(db, async (tx) => {
    for (const table of OF_A_REMOVAL)
      await run(
        tx,
        query(
          `${table}.forget_removal`,
          sql`delete from ${sql.table(table)} where space_id = ${spaceId} and profile_id = ${id}::uuid`,
        ),
      )
    const gone = await run(
      tx,
      query(
        'connection_removal.settle',
        sql<{
          one: number
        }>`delete from connection_removal where space_id = ${spaceId} and profile_id = ${id}::uuid returning 1 as one`,
      ),
    )
    const [delivered, givenUp] = end === 'delivered' ? [gone.length, 0] : [0, gone.length]
    await run(
      tx,
      query(
        'regulation.settle_removals',
        sql`update regulation set removals_waiting = removals_waiting - ${gone.length}::integer,
            removals_delivered = removals_delivered + ${delivered}::integer, removals_given_up = removals_given_up + ${givenUp}::integer
          where space_id = ${spaceId} and id = ${regulation_id}`,
      ),
    )
  })

type Owner = { readonly profile_id: string }

/** Those of these ids under which the connection told of nobody since: who came back and is in again is not taken off. */
export const stillToRemove = async (db: Db, connected: Connected, ids: readonly ToldId[]): Promise<readonly ToldId[]> => {
  const { spaceId, id: connectionId } = connected
  const values = ids.flatMap(({ userId, anonymousId, email }) => [userId, anonymousId, email].flatMap((value) => value ?? []))
  const owners = await run(
    db,
    query(
      'connection_removal.owners',
      sql<Owner>`select distinct profile_id from profile_identifier where space_id = ${spaceId} and collection = 'users'
        and type in ('user_id', 'anonymous_id', 'email')
        and value in (select r.value from unnest(${[...new Set(values)].toSorted()}::text[]) as r (value))`,
    ),
  )
  if (owners.length === 0) return ids
  const told = await run(
    db,
    query(
      'connection_removal.told_anew',
      sql<{
        ids: readonly ToldId[]
      }>`select ids from connection_told where space_id = ${spaceId} and connection_id = ${connectionId}
        and profile_id in (select r.id from unnest(${owners.map((row) => row.profile_id).toSorted()}::uuid[]) as r (id))`,
    ),
  )
  return without(
    ids,
    told.flatMap((row) => row.ids),
  )
}
