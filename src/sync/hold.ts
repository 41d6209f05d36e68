import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Connected } from './connected.ts'

/** How long a worker has a list to itself after each time it says so. */
export const HOLD_MS = 60_000

export type Due = { readonly spaceId: string; readonly id: string; readonly computationId: string }

/** Connections with marks that may be sent now, and that nobody sends. */
export const listsWithMarks = (db: Db, now: Date): Promise<readonly Due[]> =>
  run(
    db,
    query(
      'connection_mark.connections',
      sql<Due>`select c.space_id as "spaceId", c.id, c.computation_id as "computationId"
        from connection c join connection_state s on s.space_id = c.space_id and s.connection_id = c.id
        where s.live and (s.due_at is null or s.due_at <= ${now}::timestamptz) and (s.holder is null or s.held_until < ${now}::timestamptz)
          and exists (select from connection_mark m where m.space_id = c.space_id and m.connection_id = c.id)
        order by c.space_id, c.id limit 100`,
    ),
  )

type Held = { readonly listId: string | null; readonly attempts: number }

/** Has a list for itself for a while; undefined where another has it. */
export const holdList = async (db: Db, { spaceId, id }: Due, holder: string, now: Date): Promise<Held | undefined> => {
  const [held] = await run(
    db,
    query(
      'connection_state.hold',
      sql<Held>`update connection_state set holder = ${holder}::uuid, held_until = ${new Date(now.getTime() + HOLD_MS)}::timestamptz
        where space_id = ${spaceId} and connection_id = ${id}
          and (holder is null or holder = ${holder}::uuid or held_until < ${now}::timestamptz)
        returning list_id as "listId", attempts`,
    ),
  )
  return held
}

/** Whether the list is still this worker's; nobody takes it before the transaction ends. */
export const stillHeld = async (tx: Db, { spaceId, id }: Connected, holder: string): Promise<boolean> => {
  const rows = await run(
    tx,
    query(
      'connection_state.still_held',
      sql<{ id: string }>`select connection_id as id from connection_state
        where space_id = ${spaceId} and connection_id = ${id} and holder = ${holder}::uuid for update`,
    ),
  )
  return rows.length > 0
}

/** Keeps the id of a list that was made. */
export const keepList = async (db: Db, { spaceId, id }: Connected, listId: string): Promise<void> => {
  await run(
    db,
    query(
      'connection_state.keep_list',
      sql`update connection_state set list_id = ${listId} where space_id = ${spaceId} and connection_id = ${id} and list_id is null`,
    ),
  )
}

/** What came of it: nothing to complain of, or why and until when it rests. */
export type Rest = { readonly attempts: number; readonly dueAt: Date | null; readonly error: string | null }

/** Lets a list go. */
export const letListGo = async (
  db: Db,
  { spaceId, id }: Due,
  holder: string,
  { attempts, dueAt, error }: Rest,
): Promise<void> => {
  await run(
    db,
    query(
      'connection_state.let_go',
      sql`update connection_state set holder = null, held_until = null, attempts = ${attempts}::integer, due_at = ${dueAt}::timestamptz,
          last_error = ${error}
        where space_id = ${spaceId} and connection_id = ${id} and holder = ${holder}::uuid`,
    ),
  )
}

/** Lets a list go, of which there is nothing to complain. */
export const freeList = async (db: Db, { spaceId, id }: Due, holder: string): Promise<void> => {
  await run(
    db,
    query(
      'connection_state.free',
      sql`update connection_state set holder = null, held_until = null
        where space_id = ${spaceId} and connection_id = ${id} and holder = ${holder}::uuid`,
    ),
  )
}
