import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { ConnectionRemovalRow, ToldId } from '../db/rows/connection.ts'
import type { DeliveryStatus } from '../db/rows/destination.ts'
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

// Removals that are written together are of one space, in the order of their keys (R13).
const idsOf = (removals: readonly Removal[]): readonly string[] => removals.map((removal) => removal.profile_id).toSorted()
const among = (removals: readonly Removal[]) =>
  sql`space_id = ${removals[0]?.space_id} and profile_id in (select r.id from unnest(${idsOf(removals)}::uuid[]) as r (id))`

/** Looks at these of one space again later; `attempts` more were made. */
export const putOff = async (db: Db, removals: readonly Removal[], dueAt: Date, attempts: number): Promise<void> => {
  if (removals.length === 0) return
  await run(
    db,
    query(
      'connection_removal.put_off',
      sql`update connection_removal set due_at = ${dueAt}::timestamptz, attempts = attempts + ${attempts}::integer where ${among(removals)}`,
    ),
  )
}

/** Says that the calls of these are queued, and forgets the ids that are in them. Answers of whom: somebody may have done so already. */
export const setQueued = async (tx: Db, removals: readonly Removal[], now: Date): Promise<ReadonlySet<string>> => {
  const rows = await run(
    tx,
    query(
      'connection_removal.queue',
      sql<{ id: string }>`update connection_removal set ids = '[]', queued_at = ${now}::timestamptz, due_at = ${now}::timestamptz
        where ${among(removals)} and queued_at is null returning profile_id as id`,
    ),
  )
  return new Set(rows.map(({ id }) => id))
}

type Call = { readonly profile_id: string; readonly status: DeliveryStatus }

/** How far the calls of each of these are, by `profile_id`. */
export const callsOfRemovals = async (
  db: Db,
  removals: readonly Removal[],
): Promise<ReadonlyMap<string, readonly DeliveryStatus[]>> => {
  if (removals.length === 0) return new Map()
  const rows = await run(
    db,
    query('connection_removal.deliveries', sql<Call>`select profile_id, status from event_delivery where ${among(removals)}`),
  )
  const each = Map.groupBy(rows, (row) => row.profile_id)
  return new Map([...each].map(([id, calls]) => [id, calls.map(({ status }) => status)]))
}

export type RemovalEnd = 'delivered' | 'given up'

const OF_A_REMOVAL = ['event_delivery', 'delivery_attempt'] as const

const countSettled = async (tx: Db, spaceId: string, regulationId: string, settled: number, end: RemovalEnd): Promise<void> => {
  const [delivered, givenUp] = end === 'delivered' ? [settled, 0] : [0, settled]
  await run(
    tx,
    query(
      'regulation.settle_removals',
      sql`update regulation set removals_waiting = removals_waiting - ${settled}::integer,
          removals_delivered = removals_delivered + ${delivered}::integer, removals_given_up = removals_given_up + ${givenUp}::integer
        where space_id = ${spaceId} and id = ${regulationId}`,
    ),
  )
}

/** These of one space are over: nothing of the people is left here, and the requests that they were erased by have as many less to wait for. */
export const settleRemovals = async (db: Db, removals: readonly Removal[], end: RemovalEnd): Promise<void> => {
  const [first] = removals
  if (!first) return
  await transact(db, async (tx) => {
    for (const table of OF_A_REMOVAL)
      await run(tx, query(`${table}.forget_removal`, sql`delete from ${sql.table(table)} where ${among(removals)}`))
    const gone = await run(
      tx,
      query(
        'connection_removal.settle',
        sql<{
          regulation: string
        }>`delete from connection_removal where ${among(removals)} returning regulation_id as regulation`,
      ),
    )
    const requests = Map.groupBy(gone, ({ regulation }) => regulation)
    for (const id of [...requests.keys()].toSorted())
      await countSettled(tx, first.space_id, id, requests.get(id)?.length ?? 0, end)
  })
}

type Owner = { readonly profile_id: string }

/** Of each of these, the ids under which the connection told of nobody since: who came back and is in again is not taken off. */
export const stillToRemove = async (
  db: Db,
  { spaceId, id: connectionId }: Connected,
  removals: readonly Removal[],
): Promise<(removal: Removal) => readonly ToldId[]> => {
  const values = removals
    .flatMap((removal) => removal.ids)
    .flatMap(({ userId, anonymousId, email }) => [userId, anonymousId, email].flatMap((value) => value ?? []))
  const owners = await run(
    db,
    query(
      'connection_removal.owners',
      sql<Owner>`select distinct profile_id from profile_identifier where space_id = ${spaceId} and collection = 'users'
        and type in ('user_id', 'anonymous_id', 'email')
        and value in (select r.value from unnest(${[...new Set(values)].toSorted()}::text[]) as r (value))`,
    ),
  )
  if (owners.length === 0) return ({ ids }) => ids
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
  const anew = told.flatMap((row) => row.ids)
  return ({ ids }) => without(ids, anew)
}
